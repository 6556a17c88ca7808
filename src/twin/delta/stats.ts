import { identifier } from './names.ts'
import type { Field } from './types.ts'

/** What COPY … RETURN_STATS says about one leaf column: `min`, `max`, `null_count`, `has_nan`, all as text. */
export type LeafStats = ReadonlyMap<string, string>

/** How many leaf columns get bounds, as in Delta's default (`delta.dataSkippingNumIndexedCols`). */
const indexedLeaves = 32

/** Names the columns that get bounds, in place of the first so many. */
const statsColumns = 'delta.dataSkippingStatsColumns'

/** Bounds of longer strings are left out, to keep the log small. */
const longestBound = 64

const integers = new Set(['byte', 'short', 'integer', 'long'])

/** JSON texts by field, nested as the schema is. */
type Tree = Map<string, string | Tree>

/**
 * A data file's statistics as the log holds them (PROTOCOL.md, "Per-file Statistics"). `columns` is keyed as
 * DuckDB does: quoted path parts joined by a period. Numbers stay text all the way, so that none loses a digit.
 *
 * @param properties of the table: `delta.dataSkippingStatsColumns` lists the top-level columns to look at, if it is set
 */
export function fileStats(
  rows: number,
  fields: readonly Field[],
  columns: ReadonlyMap<string, LeafStats>,
  properties: Readonly<Record<string, string>> = {},
): string {
  const min: Tree = new Map()
  const max: Tree = new Map()
  const nulls: Tree = new Map()
  let left = indexedLeaves
  const visit = (field: Field, path: readonly string[]): void => {
    const here = [...path, field.name]
    if (typeof field.type === 'object') {
      if (field.type.type === 'struct') for (const inner of field.type.fields) visit(inner, here)
      return
    }
    const leaf = columns.get(here.map(identifier).join('.'))
    if (leaf === undefined || left-- <= 0) return
    const nullCount = leaf.get('null_count')
    if (nullCount !== undefined) put(nulls, here, nullCount)
    const low = bound(field.type, leaf, 'min')
    const high = bound(field.type, leaf, 'max')
    if (low === undefined || high === undefined) return
    put(min, here, low)
    put(max, here, high)
  }
  const listed = properties[statsColumns]?.toLowerCase().split(',')
  const names = listed?.map((name) => name.trim().replace(/^`(.*)`$/, '$1'))
  for (const field of fields) {
    if (names?.includes(field.name.toLowerCase()) ?? true) visit(field, [])
  }
  return `{"numRecords":${rows},"minValues":${text(min)},"maxValues":${text(max)},"nullCount":${text(nulls)}}`
}

/** A bound as JSON text, or undefined where a type has none or it would not be exact. */
function bound(type: string, leaf: LeafStats, side: 'min' | 'max'): string | undefined {
  const value = leaf.get(side)
  if (value === undefined || leaf.get('has_nan') === 'true') return undefined
  if (integers.has(type)) return /^-?\d+$/.test(value) ? value : undefined
  if (type.startsWith('decimal')) return /^-?\d+(\.\d+)?$/.test(value) ? value : undefined
  switch (type) {
    case 'float':
    case 'double':
      return Number.isFinite(Number(value)) ? String(Number(value)) : undefined
    case 'string':
      return value.length < longestBound ? JSON.stringify(value) : undefined
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(value) ? `"${value}"` : undefined
    case 'timestamp':
      return milliseconds(value.replace(/\+00(:00)?$/, ''), side, 'Z')
    case 'timestamp_ntz':
      return milliseconds(value, side, '')
    default:
      return undefined
  }
}

/** Bounds of timestamps have milliseconds: down for the least, up for the greatest, so that both stay bounds. */
function milliseconds(value: string, side: 'min' | 'max', zone: string): string | undefined {
  const [, day, time, fraction = ''] =
    /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/.exec(value) ?? []
  if (day === undefined || time === undefined) return undefined
  const micros = Number(fraction.padEnd(6, '0'))
  const millis = side === 'min' ? Math.floor(micros / 1000) : Math.ceil(micros / 1000)
  const date = new Date(Date.parse(`${day}T${time}Z`) + millis)
  return `"${date.toISOString().replace('Z', zone)}"`
}

function put(tree: Tree, path: readonly string[], value: string): void {
  let at = tree
  for (const name of path.slice(0, -1)) {
    const inner = at.get(name)
    const next: Tree = typeof inner === 'object' ? inner : new Map()
    at.set(name, next)
    at = next
  }
  at.set(path.at(-1) ?? '', value)
}

function text(tree: Tree): string {
  const members = Array.from(tree, ([name, value]) => {
    return `${JSON.stringify(name)}:${typeof value === 'string' ? value : text(value)}`
  })
  return `{${members.join(',')}}`
}
