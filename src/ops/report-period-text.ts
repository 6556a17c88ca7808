import { count, many, moment } from './figures.ts'
import type { PeriodReport } from './report-period.ts'
import { reasonsOf, totalsOf } from './report-totals.ts'

/** A report on a sync or on some days, in a few lines. */
export function periodText(report: PeriodReport): string[] {
  const { delivered, failed, failedPercent, runs, failedRuns } = totalsOf(report)
  return [
    `since ${moment(report.from)}: ${count(delivered)} delivered, ${count(failed)} failed (${failedPercent} %), ${many(runs, 'run')}, ${failedRuns === 0 ? 'all of them ok' : `${failedRuns} of them not ok`}`,
    ...report.syncs.map((one) => {
      const more = [
        one.state === 'late' ? 'late' : '',
        one.deadLetters > 0 ? many(one.deadLetters, 'dead letter') : '',
        one.pending > 0 ? `${count(one.pending)} pending` : '',
      ].filter((text) => text !== '')
      return `${one.sync} → ${one.destination}: ${[`${count(one.delivered)} delivered`, `${count(one.failed)} failed`, ...more].join(', ')}`
    }),
    ...reasonsOf(report).map(
      ({ status, reason, rows }) => `  ${count(rows)} × ${status} ${reason}`,
    ),
  ]
}
