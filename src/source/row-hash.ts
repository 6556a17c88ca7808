import { quoteName, quoteText } from '../warehouse/index.ts'
import type { ColumnTypes } from './keys.ts'

/** A mapping that keys were sent under, as far as row hashes need it. */
export interface HashedColumns {
  readonly mappingHash: string
  /** The columns it sends, sorted. */
  readonly columns: readonly string[]
}

/**
 * The hash of what a mapping sends of a row, made by the warehouse and compared by nobody else: the same for the same
 * values, whatever version, file or rebuild they come from. NULL fields are left out by `to_json`, integers of every
 * width read alike, and the entries of a map are put in order first, since a map has none.
 */
export function rowHash(columns: readonly string[], types: ColumnTypes, row: string): string {
  const values = columns.map(
    (column) => `${comparable(column, types, row)} AS ${quoteName(column)}`,
  )
  // A mapping that sends nothing but constants has one hash for every row.
  const text = values.length === 0 ? "'{}'" : `to_json(struct(${values.join(', ')}))`
  return `substring(sha2(${text}, 256), 1, 32)`
}

/** A column in a form that reads alike for equal values once it is JSON. */
export function comparable(column: string, types: ColumnTypes, row: string): string {
  const name = `${row}.${quoteName(column)}`
  const isMap = types[column]?.toUpperCase().startsWith('MAP<') ?? false
  return isMap ? `array_sort(map_entries(${name}))` : name
}

/** The hash of a row under the mapping that its key was last sent under; `current` is made already. */
export function hashUnder(
  mappingHash: string,
  current: { readonly mappingHash: string; readonly sql: string },
  earlier: readonly HashedColumns[],
  types: ColumnTypes,
  row: string,
): string {
  const others = earlier
    .filter((one) => one.mappingHash !== current.mappingHash)
    .map((one) => ` WHEN ${quoteText(one.mappingHash)} THEN ${rowHash(one.columns, types, row)}`)
  return `CASE ${mappingHash} WHEN ${quoteText(current.mappingHash)} THEN ${current.sql}${others.join('')} END`
}
