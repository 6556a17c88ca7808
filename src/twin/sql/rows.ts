import { quoteName, stringLiteral, timestampLiteral } from './literals.ts'

/** A value of a row that the twin itself makes. A number in a TIMESTAMPTZ column is milliseconds since the epoch. */
export type RowValue =
  | string
  | number
  | boolean
  | undefined
  | readonly string[]
  | Readonly<Record<string, string | null>>

/** Column name → DuckDB type, in order. */
export type RowColumns = Readonly<Record<string, string>>

/** A DuckDB query that yields these rows, with their types also where there are none. */
export function rowsQuery(columns: RowColumns, rows: readonly (readonly RowValue[])[]): string {
  const names = Object.keys(columns)
  const types = Object.values(columns)
  const line = (row: readonly RowValue[]) =>
    types.map(
      (type, i) => `CAST(${literal(row[i], type)} AS ${type}) AS ${quoteName(names[i] ?? '')}`,
    )
  if (rows.length === 0) return `SELECT ${line([]).join(', ')} WHERE false`
  return rows.map((row) => `SELECT ${line(row).join(', ')}`).join(' UNION ALL ')
}

function literal(value: RowValue, type: string): string {
  if (value === undefined) return 'NULL'
  if (typeof value === 'string') return stringLiteral(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number')
    return type === 'TIMESTAMPTZ' ? timestampLiteral(value) : `${value}`
  if (isList(value)) return `[${value.map(stringLiteral).join(', ')}]`
  const item = (text: string | null) => (text === null ? 'NULL' : stringLiteral(text))
  const sides = [Object.keys(value), Object.values(value)]
  return `map(${sides.map((side) => `[${side.map(item).join(', ')}]`).join(', ')})`
}

function isList(
  value: readonly string[] | Readonly<Record<string, string | null>>,
): value is readonly string[] {
  return Array.isArray(value)
}
