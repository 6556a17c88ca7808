import { moment } from './figures.ts'
import { age } from './list/list-text.ts'
import { dots, lines, type Series, shareBar, stackedBars } from './report-charts.ts'
import { fateColors } from './report-colors.ts'
import { escapeHtml, htmlTable, number, page, section, tiles } from './report-page.ts'
import type { PeriodReport } from './report-period.ts'
import { reasonsOf, totalsOf } from './report-totals.ts'

const statuses = ['delivered', 'invalid', 'rejected', 'undelivered'] as const
const dayMs = 86_400_000

/** A report on a sync or on some days as one self-contained page: no script, nothing fetched from elsewhere. */
export function periodHtml(report: PeriodReport): string {
  const { delivered, failed, failedPercent, runs, failedRuns, deadLetters, pending } =
    totalsOf(report)
  const days = daysOf(report)
  return page(
    report.sync === undefined ? 'All syncs' : `Sync ${report.sync}`,
    [report.control, `${moment(report.from)} to ${moment(report.to)}`],
    [
      tiles([
        [number(delivered), 'rows delivered'],
        [number(failed), `rows failed${failed === 0 ? '' : ` (${failedPercent} %)`}`],
        [number(runs), failedRuns === 0 ? 'runs, all ended well' : `runs, ${failedRuns} not ok`],
        [number(deadLetters), 'dead letters now'],
        [number(pending), 'rows pending now'],
      ]),
      section('Rows by day', messagesByDay(report, days)),
      section('Each sync, and how fresh it is', freshness(report)),
      section('Rows a second, by run', speed(report)),
      section('How long Customer.io took to answer', latency(report, days)),
      section('What failed, and why', reasons(report)),
      section('Runs that did not end well', badRuns(report)),
    ],
  )
}

/** Every day of the period, whether anything happened or not. */
function daysOf({ from, to }: PeriodReport): string[] {
  const first = Math.floor(from.getTime() / dayMs)
  const count = Math.floor(to.getTime() / dayMs) - first + 1
  return Array.from({ length: count }, (_, i) =>
    new Date((first + i) * dayMs).toISOString().slice(0, 10),
  )
}

/** A day as a label: month and day. */
function short(day: string): string {
  return day.slice(5)
}

function messagesByDay({ messages }: PeriodReport, days: readonly string[]): string {
  const series = statuses.map((name) => ({ name, color: fateColors[name] }))
  const places = days.map((day) => ({
    label: short(day),
    values: statuses.map((status) =>
      messages
        .filter((one) => one.day === day && one.status === status)
        .reduce((sum, { rows }) => sum + rows, 0),
    ),
  }))
  return stackedBars(series, places)
}

function freshness({ syncs, to }: PeriodReport): string {
  const ago = (at: Date | undefined) =>
    at === undefined ? 'never' : `${age(Math.max(0, to.getTime() - at.getTime()))} ago`
  const heads = [
    ...['sync', 'state'].map((text) => ({ text })),
    ...['delivered', 'failed', 'dead letters', 'pending'].map((text) => ({ text, isNumber: true })),
    ...['due every', 'last run', 'window closed'].map((text) => ({ text })),
  ]
  const rows = syncs.map((one) => [
    `${escapeHtml(one.sync)} → ${escapeHtml(one.destination)}`,
    one.state === 'late'
      ? `<b style="color:${fateColors.rejected}">late</b>`
      : escapeHtml(one.state),
    ...[one.delivered, one.failed, one.deadLetters, one.pending].map((value) =>
      value === 0 ? '<u>0</u>' : number(value),
    ),
    one.everyMinutes === undefined ? '' : age(one.everyMinutes * 60_000),
    ago(one.lastRunAt),
    ago(one.lastClosedAt),
  ])
  return htmlTable(heads, rows)
}

function speed({ runs, from, to }: PeriodReport): string {
  const points = runs.flatMap(({ startedAt, rowsPerSecond, ending }) =>
    rowsPerSecond === undefined
      ? []
      : [
          {
            at: startedAt.getTime(),
            value: rowsPerSecond,
            color: ending === 'ok' ? fateColors.delivered : fateColors.rejected,
          },
        ],
  )
  if (points.length === 0) return '<p>Nothing was sent.</p>'
  const legend = [
    { name: 'ended well', color: fateColors.delivered },
    { name: 'did not', color: fateColors.rejected },
  ]
  const labels = [from, to].map((at) => short(at.toISOString().slice(0, 10)))
  return dots(points, [labels[0] ?? '', labels[1] ?? ''], {
    legend,
    span: { from: from.getTime(), to: to.getTime() },
  })
}

const percentiles: readonly Series[] = [
  { name: '50 %', color: fateColors.delivered },
  { name: '95 %', color: fateColors.invalid },
  { name: '99 %', color: fateColors.rejected },
]

function latency(report: PeriodReport, days: readonly string[]): string {
  if (report.latency.length === 0) return '<p>No requests.</p>'
  const series = percentiles.map((one) => ({
    ...one,
    name: `${one.name} within`,
    values: days.map(
      (day) => report.latency.find((at) => at.day === day && at.percentile === one.name)?.ms,
    ),
  }))
  const note = report.syncs.length > 1 ? ', of the slowest sync' : ''
  return `<h3>Milliseconds${note}</h3>${lines(series, days.map(short))}`
}

function reasons(report: PeriodReport): string {
  const all = reasonsOf(report)
  if (all.length === 0) return '<p>Nothing.</p>'
  const most = Math.max(...all.map(({ rows }) => rows))
  const heads = [
    ...['reason', 'status', ''].map((text) => ({ text })),
    { text: 'rows', isNumber: true },
  ]
  return htmlTable(
    heads,
    all.map(({ reason, status, rows }) => [
      `<code>${escapeHtml(reason)}</code>`,
      escapeHtml(status),
      `<div class="share">${shareBar([[rows, colorOf(status)]], most)}</div>`,
      number(rows),
    ]),
  )
}

function colorOf(status: string): string {
  const known = statuses.find((one) => one === status)
  return known === undefined ? fateColors.pending : fateColors[known]
}

const mostBadRuns = 20

function badRuns({ runs }: PeriodReport): string {
  const bad = runs.filter(({ ending }) => ending !== 'ok')
  if (bad.length === 0) return '<p>None.</p>'
  const heads = [
    ...['window', 'started', 'ending'].map((text) => ({ text })),
    ...['delivered', 'failed'].map((text) => ({ text, isNumber: true })),
  ]
  const rows = bad
    .slice(0, mostBadRuns)
    .map(({ windowId, startedAt, ending, delivered, failed }) => [
      escapeHtml(windowId),
      moment(startedAt),
      `<code>${escapeHtml(ending)}</code>`,
      number(delivered),
      number(failed),
    ])
  const more = bad.length - rows.length
  return `${htmlTable(heads, rows)}${more > 0 ? `<p>and ${number(more)} older ones</p>` : ''}`
}
