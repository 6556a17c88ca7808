import { escapeHtml, number, swatch } from './report-page.ts'

/*
 * Plots for a page without scripts. Shapes stand in an SVG that is stretched to the width there is, words beside it as
 * HTML, so that both can be read on a telephone. Lines and dots keep their width: they are strokes that do not scale.
 */

/** The inner size of a plot; the page stretches it. */
const [width, height] = [1000, 170]

/** Something plotted, with its colour and its name in the legend. */
export interface Series {
  readonly name: string
  readonly color: string
}

/** Bars on top of each other: for each place along the axis a value per series. */
export function stackedBars(
  series: readonly Series[],
  places: readonly { readonly label: string; readonly values: readonly number[] }[],
): string {
  const top = Math.max(1, ...places.map(({ values }) => values.reduce((a, b) => a + b, 0)))
  const step = width / Math.max(1, places.length)
  const bars = places.flatMap(({ values }, i) => {
    let y = height
    return values.map((value, at) => {
      // What is there at all is seen.
      const high = value === 0 ? 0 : Math.max(1.5, (value / top) * height)
      y -= high
      return rect(i * step + step * 0.12, y, step * 0.76, high, series[at]?.color ?? '')
    })
  })
  return plot({
    legend: series.length > 1 ? series : [],
    top,
    inner: bars.join(''),
    labels: places.map(({ label }) => label),
    isMiddle: true,
  })
}

/** A dot for each point: moments to the right, values upwards. */
export function dots(
  points: readonly { readonly at: number; readonly value: number; readonly color: string }[],
  labels: readonly [from: string, to: string],
  { legend = [], span }: { readonly legend?: readonly Series[]; readonly span: TimeSpan },
): string {
  const top = Math.max(1, ...points.map(({ value }) => value))
  const length = Math.max(1, span.to - span.from)
  const inner = points.map(({ at, value, color }) => {
    const [x, y] = [((at - span.from) / length) * width, height - (value / top) * height]
    return `<path d="M${fixed(x)} ${fixed(y)}h0" stroke="${color}" stroke-width="6" stroke-opacity=".85"/>`
  })
  return plot({ legend, top, inner: inner.join(''), labels })
}

/** From when to when, in ms since the epoch. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** A line per series over the same places; where a value is missing the line has a gap. */
export function lines(
  series: readonly (Series & { readonly values: readonly (number | undefined)[] })[],
  labels: readonly string[],
): string {
  const top = Math.max(1, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)))
  const step = width / Math.max(1, labels.length)
  const inner = series.map(({ values, color }) => {
    let path = ''
    values.forEach((value, i) => {
      if (value === undefined) return
      const [x, y] = [(i + 0.5) * step, height - (value / top) * height]
      const isFirst = i === 0 || values[i - 1] === undefined
      path += `${isFirst ? 'M' : 'L'}${fixed(x)} ${fixed(y)}${isFirst ? 'h0' : ''}`
    })
    return path === '' ? '' : `<path d="${path}" stroke="${color}" stroke-width="2.5"/>`
  })
  return plot({ legend: series, top, inner: inner.join(''), labels, isMiddle: true })
}

/** A bar in parts, each with its share of the whole. */
export function shareBar(
  parts: readonly (readonly [value: number, color: string])[],
  whole: number,
) {
  let x = 0
  const rects = parts.map(([value, color]) => {
    const wide = whole === 0 ? 0 : (value / whole) * width
    const shape = wide === 0 ? '' : rect(x, 0, Math.max(wide, 1.5), 10, color)
    x += wide
    return shape
  })
  return `<svg viewBox="0 0 ${width} 10" preserveAspectRatio="none" role="img" aria-label="shares">${rects.join('')}</svg>`
}

interface Plot {
  readonly legend: readonly Series[]
  readonly top: number
  readonly inner: string
  readonly labels: readonly string[]
  /** Labels stand below the middle of their part of the axis, else the first and last at its ends. */
  readonly isMiddle?: true
}

/** More labels than this would run into each other on a telephone. */
const mostLabels = 8

function plot({ legend, top, inner, labels, isMiddle }: Plot): string {
  const grid = [0, 0.5, 1].map((share) => {
    const y = height - share * height
    return `<line x1="0" x2="${width}" y1="${y}" y2="${y}"/>`
  })
  const scale = [1, 0.5, 0].map((share) => `<span>${number(rounded(top * share))}</span>`)
  return `${legend.length === 0 ? '' : legendOf(legend)}<div class="chart"><div class="y">${scale.join('')}</div>
<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img">${grid.join('')}${inner}</svg>
${isMiddle === true ? places(labels) : `<div class="x">${spans(labels)}</div>`}</div>`
}

/** Labels below the middle of their places; where there are many, not all of them. */
function places(labels: readonly string[]): string {
  const every = Math.ceil(labels.length / mostLabels)
  const shown = labels.map((label, i) =>
    i % every === 0
      ? `<span style="left:${fixed(((i + 0.5) / labels.length) * 100)}%">${escapeHtml(label)}</span>`
      : '',
  )
  return `<div class="x middle">${shown.join('')}</div>`
}

function spans(labels: readonly string[]): string {
  return labels.map((label) => `<span>${escapeHtml(label)}</span>`).join('')
}

function legendOf(series: readonly Series[]): string {
  return `<p class="legend">${series.map(({ name, color }) => `<span>${swatch(color)}${escapeHtml(name)}</span>`).join('')}</p>`
}

function rounded(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value)
}

function rect(x: number, y: number, wide: number, high: number, color: string): string {
  return `<rect x="${fixed(x)}" y="${fixed(y)}" width="${fixed(wide)}" height="${fixed(high)}" fill="${color}"/>`
}

function fixed(value: number): string {
  return value.toFixed(1)
}
