import type { RunEnding } from '../sync/index.ts'
import { limitText } from './limit-text.ts'

const fates = [
  'delivered',
  'invalid',
  'rejected',
  'undelivered',
  'unchanged',
  'held',
  'ignored',
] as const

/** Fates that are told even when no row has them. */
const always: ReadonlySet<string> = new Set(['delivered', 'invalid', 'rejected', 'unchanged'])

/** What a person wants to know after a run: every row by its fate, what failed, and where to look. */
export function runSummary(endings: readonly RunEnding[], control: string): string[] {
  const finished = endings.flatMap((ending) => (ending.kind === 'finished' ? [ending.report] : []))
  const others = endings.filter((ending) => ending.kind !== 'finished')
  const lines: string[] = []
  if (finished.length > 0) {
    const shown = fates.filter(
      (fate) => always.has(fate) || finished.some(({ account }) => account[fate] > 0),
    )
    lines.push(
      ...table([
        ['sync', 'destination', 'rows', ...shown, 'requests', 'seconds'],
        ...finished.map(({ sync, destination, account, sent, times }) => [
          sync,
          destination,
          ...[account.rows, ...shown.map((fate) => account[fate]), sent.requests].map((value) =>
            value.toLocaleString('en-US'),
          ),
          ((times.read + times.send + times.load) / 1000).toFixed(1),
        ]),
      ]),
    )
  }
  for (const ending of others) {
    if (ending.kind === 'failed') {
      lines.push('', ...failureText(ending))
    } else if (ending.kind === 'skipped') {
      lines.push('', `${ending.sync} → ${ending.destination} was not started: ${ending.because}`)
    }
  }
  const limited = finished.flatMap((report) =>
    report.limit === undefined ? [] : [limitText(report, report.limit)],
  )
  if (limited.length > 0) lines.push('', ...limited)
  if (
    finished.some(
      ({ account: { invalid, rejected, undelivered, held }, limit }) =>
        invalid + rejected + undelivered + (limit === undefined ? held : 0) > 0,
    )
  ) {
    lines.push(
      '',
      `what failed and why:  SELECT status, reason, reason_text, count(*) FROM ${control}.dead_letters GROUP BY ALL`,
    )
  }
  return lines
}

/** What a person reads of work that did not end well. */
export function failureText({
  sync,
  destination,
  code,
  message,
}: Extract<RunEnding, { readonly kind: 'failed' }>): string[] {
  return [`${sync} → ${destination} did not finish (${code}):`, `  ${message}`]
}

/** Columns side by side: the first two to the left, numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
