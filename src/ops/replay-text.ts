import type { DeadLetters, Ending, Replay } from '../sync/index.ts'
import { count, many } from './figures.ts'
import { failureText, runSummary, table } from './summary.ts'

/** What a person reads of a replay, sent or not. */
export function replayText(endings: readonly Ending<Replay>[], control: string): string[] {
  const lines = endings.flatMap((ending) =>
    ending.kind === 'failed' ? [...failureText(ending), ''] : [...foundLines(ending.report), ''],
  )
  const sent = endings.flatMap((ending) =>
    ending.kind === 'finished' && ending.report.sent !== undefined ? [ending.report.sent] : [],
  )
  if (sent.length === 0) return lines.slice(0, -1)
  const finished = sent.map((report) => ({ kind: 'finished' as const, report }))
  return [...lines, ...runSummary(finished, control)]
}

function foundLines({ sync, destination, found, sent }: Replay): string[] {
  const title = `${sync} → ${destination}`
  if (found.length === 0) return [`${title}: no dead letters like that`]
  const going = sum(found, ({ going }) => going)
  const last =
    sent !== undefined
      ? []
      : going > 0
        ? [`${many(going, 'key')} would go out as they are now; --send sends them`]
        : ['none of them can go out again']
  return [
    `${title}: ${many(
      sum(found, ({ keys }) => keys),
      'dead letter',
    )}`,
    ...table([
      ['  status', 'reason', 'keys', 'going', 'row is gone', 'staying'],
      ...found.map(({ status, reason, keys, going, withoutRow }) => [
        `  ${status}`,
        reason,
        ...[keys, going, withoutRow, keys - going - withoutRow].map(count),
      ]),
    ]),
    ...last,
  ]
}

function sum(found: readonly DeadLetters[], of: (one: DeadLetters) => number): number {
  return found.reduce((total, one) => total + of(one), 0)
}
