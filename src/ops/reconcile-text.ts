import type { Ending, Reconciled } from '../sync/index.ts'
import { count, many } from './figures.ts'
import { failureText, table } from './summary.ts'

const words: Readonly<Record<keyof Reconciled['counts'], string>> = {
  missing: 'rows that were never decided on',
  unlearned: 'rows that were delivered, and the ledger does not know it',
  differs: 'rows that were delivered otherwise',
  refused: 'rows that were refused or given up, and would go now',
  surplus: 'keys without a row that should have been taken away',
  unproven: 'keys that the ledger calls decided, without an outcome that says so',
}

/** What a person reads of a reconciliation. Keys are in it where the result has them. */
export function reconcileText(endings: readonly Ending<Reconciled>[]): string[] {
  return endings.flatMap((ending) =>
    ending.kind === 'failed' ? failureText(ending) : foundLines(ending.report),
  )
}

function foundLines(found: Reconciled): string[] {
  const { sync, destination, counts, left, isAtCheckpoint, open, sample, enqueued, settled } = found
  const names = Object.keys(words) as (keyof typeof words)[]
  const wrong = names.filter((name) => counts[name] > 0)
  const title = `${sync} → ${destination}`
  return [
    wrong.length === 0 ? `${title}: everything agrees` : `${title}:`,
    ...table(wrong.map((name) => [`  ${name}`, words[name], count(counts[name])])),
    ...(left === 0
      ? []
      : [`  ${many(left, 'key')} without a row are left in Customer.io, as the sync file says`]),
    ...(isAtCheckpoint || wrong.length === 0
      ? []
      : [
          '  the source was looked at as it is now: what changed since the last run is counted too',
        ]),
    ...(open === undefined
      ? []
      : [`  window ${open} is open: what it has not sent yet is counted too`]),
    ...sample.map(({ problem, key }) => `  ${problem} ${key}`),
    ...(enqueued === 0 ? [] : [`  ${many(enqueued, 'key')} go with the next run`]),
    ...(settled === 0
      ? []
      : [`  the ledger was told the outcomes of ${many(settled, 'window')} again`]),
  ]
}
