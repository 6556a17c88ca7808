import { quoteName } from '../warehouse/index.ts'
import type { Sql, SqlValue } from './ports.ts'
import type { Table } from './table.ts'

/**
 * Inserts a row unless one with the same `key` columns is there: a statement that may be repeated after a lost reply.
 * Columns left out of `row` are NULL. Which row won is for the caller to read back. A row that is there stays as it is,
 * but for the text column `refreshed`, which becomes the new one's.
 */
export async function insertOnce(
  sql: Sql,
  name: string,
  table: Table,
  key: readonly string[],
  row: Readonly<Record<string, SqlValue>>,
  refreshed?: string,
): Promise<void> {
  const columns = table.columns.filter((column) => column.name in row)
  const names = columns.map((column) => quoteName(column.name)).join(', ')
  const [old, young] = ['t', 's'].map((side) => `${side}.${quoteName(refreshed ?? '')}`)
  const refresh =
    refreshed === undefined
      ? ''
      : `\nWHEN MATCHED AND coalesce(${old}, '') <> ${young} THEN UPDATE SET ${quoteName(refreshed)} = ${young}`
  await sql.execute(
    `MERGE INTO ${name} AS t
USING (SELECT ${columns.map(({ name, type }) => `CAST(:${name} AS ${type}) AS ${quoteName(name)}`).join(', ')}) AS s
ON ${key.map((column) => `t.${quoteName(column)} = s.${quoteName(column)}`).join(' AND ')}${refresh}
WHEN NOT MATCHED THEN INSERT (${names})
VALUES (${columns.map((column) => `s.${quoteName(column.name)}`).join(', ')})`,
    Object.fromEntries(columns.map((column) => [column.name, row[column.name] ?? null])),
  )
}

/** Reads a count, whatever integer type the engine gave it. */
export function count(value: unknown): number {
  return Number(value ?? 0)
}
