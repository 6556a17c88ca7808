import { moment } from './figures.ts'
import { type Fate, fates, type Report, type ReportRequest } from './report.ts'
import { dots, shareBar, stackedBars } from './report-charts.ts'
import { fateColors } from './report-colors.ts'
import { escapeHtml, htmlTable, number, page, section } from './report-page.ts'

/** The report of the newest windows as one self-contained page: no script, nothing fetched from elsewhere. */
export function reportHtml(report: Report, writtenAt: Date): string {
  return page(
    'Run report',
    [report.control, `written ${moment(writtenAt)}`],
    [
      section('Every row, by its fate', accountTable(report)),
      failureSection(report),
      section('Requests', ...requestParts(report)),
      section('Ask for more', `<pre>${escapeHtml(statements(report.control))}</pre>`),
    ],
  )
}

function accountTable({ windows }: Report): string {
  // A fate that no row has says nothing, but for the one everybody hopes for.
  const shown = fates.filter(
    (fate) => fate === 'delivered' || windows.some((window) => window.fates[fate] > 0),
  )
  const heads = shown.map((fate) => ({ text: fate, isNumber: true, color: fateColors[fate] }))
  const rows = windows.flatMap((window) => [
    [
      `${escapeHtml(window.sync)} → ${escapeHtml(window.destination)}<small>${escapeHtml(window.windowId)} · ${escapeHtml(window.state)}</small>`,
      number(window.rows),
      ...shown.map((fate) => countCell(window.fates[fate])),
    ],
    fateBar(window.fates, window.rows),
  ])
  return htmlTable([{ text: 'window' }, { text: 'rows', isNumber: true }, ...heads], rows)
}

function countCell(value: number): string {
  return value === 0 ? '<u>0</u>' : number(value)
}

function fateBar(counts: Readonly<Record<Fate, number>>, rows: number): string {
  return shareBar(
    fates.map((fate) => [counts[fate], fateColors[fate]]),
    rows,
  )
}

function failureSection({ failures }: Report): string {
  if (failures.length === 0) return section('What failed', '<p>Nothing.</p>')
  const heads = [
    ...['sync', 'status', 'reason', ''].map((text) => ({ text })),
    { text: 'rows', isNumber: true },
  ]
  const rows = failures.map(({ sync, destination, status, reason, text, count }) => [
    `${escapeHtml(sync)} → ${escapeHtml(destination)}`,
    escapeHtml(status),
    `<code>${escapeHtml(reason)}</code>`,
    `<p>${escapeHtml(text)}</p>`,
    number(count),
  ])
  return section('What failed, and why', htmlTable(heads, rows))
}

function requestParts({ requests }: Report): string[] {
  if (requests.length === 0) return ['<p>None.</p>']
  const failed = requests.filter(({ status }) => status !== 200).length
  const messages = requests.reduce(
    (sum, request) => sum + (request.status === 200 ? request.messages : 0),
    0,
  )
  const durations = requests.map(({ durationMs }) => durationMs).sort((a, b) => a - b)
  return [
    `<p>${number(requests.length)} requests, ${number(failed)} of them not accepted; ${number(messages)} messages delivered; half of the answers came within ${number(quantile(durations, 0.5))} ms, 99 of 100 within ${number(quantile(durations, 0.99))} ms.</p>`,
    `<h3>When each request left, and how long its answer took (ms)</h3>${scatter(requests)}`,
    `<h3>How many answers took how long (ms)</h3>${histogram(durations)}`,
  ]
}

const mostDots = 4000

/** Each request as a dot: time to the right, duration upwards, refused ones in red. */
function scatter(requests: readonly ReportRequest[]): string {
  const starts = requests.map(({ startedAt }) => startedAt)
  // Not by spreading them: there may be more requests than a function takes arguments.
  const from = starts.reduce((a, b) => Math.min(a, b))
  const to = starts.reduce((a, b) => Math.max(a, b))
  const every = Math.ceil(requests.length / mostDots)
  const points = requests
    .filter((_, index) => index % every === 0)
    .map(({ startedAt, durationMs, status }) => ({
      at: startedAt,
      value: durationMs,
      color: status === 200 ? fateColors.delivered : fateColors.rejected,
    }))
  return dots(points, ['0 s', `${((to - from) / 1000).toFixed(1)} s`], { span: { from, to } })
}

function histogram(sorted: readonly number[]): string {
  const edges = [1, 5, 20, 50, 100, 500, 2000, Number.POSITIVE_INFINITY]
  const places = edges.map((edge, i) => ({
    label: edge === Number.POSITIVE_INFINITY ? 'more' : `<${edge}`,
    values: [sorted.filter((ms) => ms < edge && ms >= (edges[i - 1] ?? 0)).length],
  }))
  return stackedBars([{ name: 'requests', color: fateColors.delivered }], places)
}

function statements(control: string): string {
  return [
    `SELECT * FROM ${control}.account ORDER BY window_id;`,
    `SELECT sync, status, reason, reason_text, count(*) FROM ${control}.dead_letters GROUP BY ALL;`,
    `SELECT message_key, status, reason_text, sent_at FROM ${control}.outcomes WHERE status <> 'delivered';`,
    `SELECT http_status, count(*), avg(duration_ms) FROM ${control}.requests GROUP BY http_status;`,
    `SELECT run_id, window_id, attempt, exit_code, delivered, read_ms, send_ms, load_ms FROM ${control}.runs;`,
  ].join('\n')
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
