import type { PeriodReport } from './report-period.ts'

/** A report in a few figures. */
export interface PeriodTotals {
  readonly delivered: number
  readonly failed: number
  /** Of all rows that were sent or refused; 0 where there are none. To two decimals. */
  readonly failedPercent: number
  readonly runs: number
  readonly failedRuns: number
  readonly deadLetters: number
  readonly pending: number
}

/** Adds up a report. */
export function totalsOf({ messages, runs, syncs }: PeriodReport): PeriodTotals {
  const all = sum(messages.map(({ rows }) => rows))
  const delivered = sum(
    messages.filter(({ status }) => status === 'delivered').map(({ rows }) => rows),
  )
  return {
    delivered,
    failed: all - delivered,
    failedPercent: all === 0 ? 0 : Math.round(((all - delivered) / all) * 10_000) / 100,
    runs: runs.length,
    failedRuns: runs.filter(({ ending }) => ending !== 'ok').length,
    deadLetters: sum(syncs.map(({ deadLetters }) => deadLetters)),
    pending: sum(syncs.map(({ pending }) => pending)),
  }
}

/** Why rows were not delivered, the most frequent reason first. */
export function reasonsOf({ messages }: PeriodReport): readonly {
  readonly status: string
  readonly reason: string
  readonly rows: number
}[] {
  const sums = new Map<string, { status: string; reason: string; rows: number }>()
  for (const { status, reason, rows } of messages) {
    if (status === 'delivered') continue
    const before = sums.get(`${status} ${reason}`)?.rows ?? 0
    sums.set(`${status} ${reason}`, { status, reason, rows: before + rows })
  }
  return [...sums.values()].sort((a, b) => b.rows - a.rows)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
