import type { Abandoned, Backfill, BackfillStep, Ending } from '../sync/index.ts'
import { count, duration, many } from './figures.ts'
import { failureText, table } from './summary.ts'

/** A line before each window of a backfill. */
export function backfillStepText({
  sync,
  destination,
  windows,
  done,
  secondsLeft,
}: BackfillStep): string {
  const left = secondsLeft === undefined ? '' : `, about ${duration(secondsLeft)} left`
  return `${sync} → ${destination}: ${done} of ${many(windows, 'window')} done${left}`
}

/** What a person reads after a backfill. */
export function backfillText(endings: readonly Ending<Backfill>[], control: string): string[] {
  const done = endings.flatMap((ending) => (ending.kind === 'finished' ? [ending.report] : []))
  const sent = done.filter(({ windows }) => windows > 0)
  const fates = ['rows', 'delivered', 'invalid', 'rejected', 'undelivered', 'unchanged'] as const
  const lines = [
    ...(sent.length === 0
      ? []
      : table([
          ['sync', 'destination', 'windows', ...fates],
          ...sent.map(({ sync, destination, windows, account }) => [
            sync,
            destination,
            count(windows),
            ...fates.map((fate) => count(account[fate])),
          ]),
        ])),
    ...done
      .filter(({ windows }) => windows === 0)
      .map(({ sync, destination }) => `${sync} → ${destination}: nothing to send`),
    ...sent
      .filter(({ resumed }) => resumed)
      .map(
        ({ sync, destination }) =>
          `${sync} → ${destination}: went on with a backfill that was begun before`,
      ),
    ...endings.flatMap((ending) => (ending.kind === 'failed' ? ['', ...failureText(ending)] : [])),
  ]
  return sent.some(({ account }) => account.invalid + account.rejected + account.undelivered > 0)
    ? [
        ...lines,
        '',
        `what failed and why:  SELECT status, reason, reason_text, count(*) FROM ${control}.dead_letters GROUP BY ALL`,
      ]
    : lines
}

/** What a person reads after `backfill --abandon`. */
export function abandonedText(endings: readonly Ending<Abandoned>[]): string[] {
  return endings.flatMap((ending) => {
    if (ending.kind === 'failed') return failureText(ending)
    const { sync, destination, windows, done = 0 } = ending.report
    const title = `${sync} → ${destination}`
    return windows === undefined
      ? [`${title}: no backfill is unfinished`]
      : [
          `${title}: given up after ${done} of ${many(windows, 'window')}; the next run finishes one that is open`,
        ]
  })
}
