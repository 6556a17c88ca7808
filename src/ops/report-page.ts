/** One part of a page: a heading and HTML below it. */
export function section(heading: string, ...parts: readonly string[]): string {
  return `<section><h2>${escapeHtml(heading)}</h2>${parts.join('\n')}</section>`
}

/** A self-contained page: no script, nothing fetched from elsewhere. */
export function page(title: string, below: readonly string[], sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>customerio-jobs: ${escapeHtml(title)}</title><style>${style}</style></head><body><main>
<header><h1>${escapeHtml(title)}</h1><p>${below.map(escapeHtml).join(' · ')}</p></header>
${sections.join('\n')}
</main></body></html>
`
}

/** Column heads of a table: a word, or one whose cells are numbers, perhaps beside the colour it has in charts. */
export interface Head {
  readonly text: string
  readonly isNumber?: boolean
  readonly color?: string
}

/** A table; each row is the HTML of its cells, or one string that takes the whole width. */
export function htmlTable(
  heads: readonly Head[],
  rows: readonly (readonly string[] | string)[],
): string {
  const headCells = heads.map(
    ({ text, isNumber, color }) =>
      `<th${isNumber === true ? ' class="n"' : ''}>${color === undefined ? '' : swatch(color)}${escapeHtml(text)}</th>`,
  )
  const lines = rows.map((row) =>
    typeof row === 'string'
      ? `<tr class="bar"><td colspan="${heads.length}">${row}</td></tr>`
      : `<tr>${row.map((cell, i) => `<td${heads[i]?.isNumber === true ? ' class="n"' : ''}>${cell}</td>`).join('')}</tr>`,
  )
  return `<div class="wide"><table><thead><tr>${headCells.join('')}</tr></thead><tbody>${lines.join('')}</tbody></table></div>`
}

/** Figures that are read first, each with its word. */
export function tiles(figures: readonly (readonly [figure: string, word: string])[]): string {
  const each = figures.map(
    ([figure, word]) => `<div><b>${escapeHtml(figure)}</b><span>${escapeHtml(word)}</span></div>`,
  )
  return `<section class="tiles">${each.join('')}</section>`
}

/** A square in the colour of something. */
export function swatch(color: string): string {
  return `<i class="swatch" style="background:${color}"></i>`
}

/** A number as it stands in a page. */
export function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c,
  )
}

const style = `
:root{color-scheme:light dark;--ink:#1d2327;--soft:#5f6a72;--line:#dfe3e6;--back:#f7f7f4;--card:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaec;--soft:#9aa5ad;--line:#343b41;--back:#131618;--card:#1c2023}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 60px}
h1{margin:0;font-size:26px;line-height:1.25}header p{margin:4px 0 0}header p,small{color:var(--soft)}small{display:block;font-size:12px}
h2{font-size:18px;margin:0 0 12px}h3{font-size:13px;font-weight:600;color:var(--soft);margin:18px 0 6px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin-top:18px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 14px 6px 0;vertical-align:top}
th:last-child,td:last-child{padding-right:0}
thead th{font-size:12px;color:var(--soft);font-weight:600;border-bottom:1px solid var(--line);white-space:nowrap}
tbody tr+tr:not(.bar) td{border-top:1px solid var(--line)}
td{white-space:nowrap}td p{margin:0;min-width:180px;white-space:normal}.n{text-align:right;font-variant-numeric:tabular-nums}td>u{color:var(--soft);opacity:.5;text-decoration:none}
.swatch{display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:6px}
.bar td{padding:0 0 10px}.bar svg,.share svg{width:100%;height:10px;display:block;border-radius:3px}.share{min-width:90px;padding-top:6px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:14px 20px}
.tiles b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums}.tiles span{color:var(--soft);font-size:13px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 10px;font-size:13px;color:var(--soft)}
.chart{display:grid;grid-template-columns:auto 1fr;column-gap:8px;font-size:11px;color:var(--soft);font-variant-numeric:tabular-nums}
.chart .y{display:flex;flex-direction:column;justify-content:space-between;text-align:right;margin:-8px 0}
.chart svg{width:100%;height:170px;display:block;overflow:visible}.chart .x{grid-column:2;display:flex;justify-content:space-between;padding-top:6px}
.chart line{stroke:var(--line);vector-effect:non-scaling-stroke}.chart path{fill:none;vector-effect:non-scaling-stroke;stroke-linecap:round;stroke-linejoin:round}
.chart .x.middle{position:relative;height:24px}.chart .x span{white-space:nowrap}.chart .middle span{position:absolute;transform:translateX(-50%)}
pre{margin:0;overflow-x:auto;font-size:13px}code{font-size:13px}
@media(max-width:520px){main{padding:20px 12px 40px}section{padding:14px}h1{font-size:22px}.tiles b{font-size:20px}.share{display:none}th,td{padding-right:10px}td{font-size:14px}code{font-size:12px}}`
