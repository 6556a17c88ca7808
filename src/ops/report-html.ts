import { type Fate, fates, type Report, type ReportRequest } from './report.ts'

const colors: Readonly<Record<Fate, string>> = {
  delivered: '#2f8f6b',
  unchanged: '#8fb8a8',
  held: '#b9b29a',
  ignored: '#cfcabb',
  invalid: '#e0a23b',
  rejected: '#c9503f',
  undelivered: '#7d4a8d',
  pending: '#5b6b8c',
}

/** The report as one self-contained page: no script, nothing fetched from elsewhere. */
export function reportHtml(report: Report, writtenAt: Date): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>customerio-jobs run report</title><style>${style}</style></head><body><main>
<header><h1>Run report</h1><p>${escapeHtml(report.control)} · written ${escapeHtml(stamp(writtenAt))}</p></header>
${accountSection(report)}
${failureSection(report)}
${requestSection(report)}
<section><h2>Ask for more</h2><pre>${escapeHtml(statements(report.control))}</pre></section>
</main></body></html>
`
}

function accountSection({ windows }: Report): string {
  const rows = windows.map((window) => {
    const cells = fates.map(
      (fate) =>
        `<td class="n">${window.fates[fate] === 0 ? '<i>0</i>' : number(window.fates[fate])}</td>`,
    )
    return `<tr><th scope="row">${escapeHtml(window.sync)} → ${escapeHtml(window.destination)}<small>${escapeHtml(window.windowId)} · ${escapeHtml(window.state)}</small></th><td class="n">${number(window.rows)}</td>${cells.join('')}</tr>
<tr class="bar"><td colspan="${fates.length + 2}">${bar(window.fates, window.rows)}</td></tr>`
  })
  const heads = fates.map(
    (fate) => `<th class="n"><span style="background:${colors[fate]}"></span>${fate}</th>`,
  )
  return `<section><h2>Every row, by its fate</h2><table><thead><tr><th>window</th><th class="n">rows</th>${heads.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></section>`
}

function bar(counts: Readonly<Record<Fate, number>>, rows: number): string {
  let x = 0
  const parts = fates.map((fate) => {
    const width = rows === 0 ? 0 : (counts[fate] / rows) * 1000
    const rect =
      width === 0
        ? ''
        : `<rect x="${x.toFixed(2)}" width="${Math.max(width, 1.5).toFixed(2)}" height="10" fill="${colors[fate]}"/>`
    x += width
    return rect
  })
  return `<svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="share of each fate">${parts.join('')}</svg>`
}

function failureSection({ failures }: Report): string {
  if (failures.length === 0) return '<section><h2>What failed</h2><p>Nothing.</p></section>'
  const rows = failures.map(
    ({ sync, destination, status, reason, text, count }) =>
      `<tr><td>${escapeHtml(sync)} → ${escapeHtml(destination)}</td><td>${escapeHtml(status)}</td><td><code>${escapeHtml(reason)}</code></td><td>${escapeHtml(text)}</td><td class="n">${number(count)}</td></tr>`,
  )
  return `<section><h2>What failed, and why</h2><table><thead><tr><th>sync</th><th>status</th><th>reason</th><th></th><th class="n">rows</th></tr></thead><tbody>${rows.join('')}</tbody></table></section>`
}

function requestSection({ requests }: Report): string {
  if (requests.length === 0) return '<section><h2>Requests</h2><p>None.</p></section>'
  const failed = requests.filter(({ status }) => status !== 200).length
  const messages = requests.reduce(
    (sum, request) => sum + (request.status === 200 ? request.messages : 0),
    0,
  )
  const durations = requests.map(({ durationMs }) => durationMs).sort((a, b) => a - b)
  return `<section><h2>Requests</h2>
<p>${number(requests.length)} requests, ${number(failed)} of them not accepted; ${number(messages)} messages delivered; half of the answers came within ${number(quantile(durations, 0.5))} ms, 99 of 100 within ${number(quantile(durations, 0.99))} ms.</p>
<h3>When each request left, and how long its answer took (ms)</h3>${scatter(requests)}
<h3>How many answers took how long</h3>${histogram(durations)}</section>`
}

/** Each request as a dot: time to the right, duration upwards, refused ones in red. */
function scatter(requests: readonly ReportRequest[]): string {
  const from = Math.min(...requests.map(({ startedAt }) => startedAt))
  const span = Math.max(1, Math.max(...requests.map(({ startedAt }) => startedAt)) - from)
  const top = Math.max(1, ...requests.map(({ durationMs }) => durationMs))
  const every = Math.ceil(requests.length / 4000)
  const dots = requests
    .filter((_, index) => index % every === 0)
    .map(({ startedAt, durationMs, status }) => {
      const x = 50 + ((startedAt - from) / span) * 930
      const y = 170 - (durationMs / top) * 150
      return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="${status === 200 ? colors.delivered : colors.rejected}" fill-opacity=".75"/>`
    })
  return chart(
    `${grid(top)}${dots.join('')}<text x="50" y="190">0 s</text><text x="980" y="190" text-anchor="end">${(span / 1000).toFixed(1)} s</text>`,
  )
}

function histogram(sorted: readonly number[]): string {
  const edges = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, Infinity]
  const counts = edges.map(
    (edge, i) => sorted.filter((ms) => ms < edge && ms >= (edges[i - 1] ?? 0)).length,
  )
  const top = Math.max(1, ...counts)
  const width = 930 / edges.length
  const bars = counts.map((count, i) => {
    const height = (count / top) * 150
    const x = 50 + i * width
    const edge = edges[i] === Infinity ? 'more' : `<${edges[i]}`
    return `<rect x="${(x + 3).toFixed(1)}" y="${(170 - height).toFixed(1)}" width="${(width - 6).toFixed(1)}" height="${height.toFixed(1)}" fill="${colors.delivered}"/><text x="${(x + width / 2).toFixed(1)}" y="190" text-anchor="middle">${escapeHtml(edge)}</text>`
  })
  return chart(`${grid(top)}${bars.join('')}`)
}

function grid(top: number): string {
  return [0, 0.5, 1]
    .map((share) => {
      const y = 170 - share * 150
      return `<line x1="50" x2="980" y1="${y}" y2="${y}" class="grid"/><text x="44" y="${y + 4}" text-anchor="end">${number(Math.round(top * share))}</text>`
    })
    .join('')
}

function chart(inner: string): string {
  return `<svg viewBox="0 0 1000 200" class="chart" role="img">${inner}</svg>`
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

function number(value: number): string {
  return value.toLocaleString('en-US')
}

function stamp(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c,
  )
}

const style = `
:root{color-scheme:light dark;--ink:#1d2327;--soft:#66717a;--line:#dfe3e6;--back:#fbfbf9;--card:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaec;--soft:#98a2aa;--line:#343b41;--back:#16191b;--card:#1e2225}}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 60px}
h1{margin:0;font-size:26px}header p,small{color:var(--soft)}small{display:block;font-weight:400;font-size:12px}
h2{font-size:18px;margin:0 0 12px}h3{font-size:13px;font-weight:600;color:var(--soft);margin:18px 0 4px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin-top:18px;overflow-x:auto}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 10px 6px 0;vertical-align:top}
thead th{font-size:12px;color:var(--soft);font-weight:600;border-bottom:1px solid var(--line)}
tbody tr+tr:not(.bar) td,tbody tr+tr:not(.bar) th{border-top:1px solid var(--line)}
td:first-child,th:first-child{white-space:nowrap}.n{text-align:right;font-variant-numeric:tabular-nums}td i{color:var(--line);font-style:normal}
thead span{display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:5px}
.bar td{padding:0 0 10px}.bar svg{width:100%;height:10px;display:block;border-radius:3px}
.chart{width:100%;height:auto}.chart text{font-size:11px;fill:var(--soft)}.grid{stroke:var(--line)}
pre{margin:0;overflow-x:auto;font-size:13px}code{font-size:13px}`
