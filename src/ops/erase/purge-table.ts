import { controlOf } from '../../audit/index.ts'
import {
  hashKey,
  identifierHash,
  identifierText,
  namingColumns,
  sourceSchema,
  sqlTypes,
} from '../../source/index.ts'
import type { IdleWindow, Parts } from '../../sync/index.ts'
import { quoteName } from '../../warehouse/index.ts'

/** Removes the rows of erased people from the snapshot that an open window reads; its next attempt holds them anyway. */
export async function purgeSnapshot(parts: Parts, { scope }: IdleWindow): Promise<number> {
  if (!scope.pin.snapshot) return 0
  const { table } = scope.pin
  const schema = await sourceSchema(parts.warehouse, { query: `SELECT * FROM ${table}` })
  return purgeTable(parts, table, namingColumns(scope.sync.send, sqlTypes(schema)))
}

/** Removes the calls about erased people from the table that notebooks insert into. */
export function purgeOutbox(parts: Parts): Promise<number> {
  return purgeTable(parts, controlOf(parts.project.control).name('outbox'), ['person'])
}

/** How many rows of a table name an erased person in one of these columns. */
export async function rowsNaming(
  { warehouse, project, idSecret }: Parts,
  table: string,
  columns: readonly string[],
): Promise<number> {
  let count = 0
  for (const column of columns) {
    const [row] = await warehouse.query(
      `SELECT count(*) AS row_count FROM ${table} AS r ${joinOn(project.control, column)}`,
      { hash_key: hashKey(await idSecret()) },
    )
    count += Number(row?.row_count)
  }
  return count
}

async function purgeTable(
  { warehouse, project, idSecret }: Parts,
  table: string,
  columns: readonly string[],
): Promise<number> {
  let rows = 0
  for (const column of columns) {
    const name = quoteName(column)
    const done = await warehouse.execute(
      `MERGE INTO ${table} AS t USING (SELECT DISTINCT r.${name} AS identifier FROM ${table} AS r ${joinOn(project.control, column)}) AS s
ON t.${name} = s.identifier WHEN MATCHED THEN DELETE`,
      { hash_key: hashKey(await idSecret()) },
    )
    rows += done.rows
  }
  return rows
}

function joinOn(control: string, column: string): string {
  return `LEFT SEMI JOIN ${controlOf(control).name('erased')} AS e ON e.identity_hash = ${identifierHash(identifierText(column, 'r'))}`
}
