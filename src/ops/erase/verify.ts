import { controlOf, windowsIn } from '../../audit/index.ts'
import { hashKey, namingColumns, readScope, sourceSchema, sqlTypes } from '../../source/index.ts'
import type { Parts } from '../../sync/index.ts'
import { ledgerKeys, loggedMessages, type NamedIn } from './named.ts'
import { rowsNaming } from './purge-table.ts'

/**
 * Looks for erased people in everything of ours that names people, by a query of its own for each table. Gives the names
 * of the tables that still hold some.
 */
export async function tablesNaming(parts: Parts, named: NamedIn): Promise<string[]> {
  const { warehouse, project, idSecret } = parts
  const at = controlOf(project.control)
  const parameters = { hash_key: hashKey(await idSecret()) }
  const counts: Record<string, number> = {}
  const queries = {
    outcome_log: loggedMessages(at, named),
    ledger: ledgerKeys(at, named),
  }
  for (const [table, query] of Object.entries(queries)) {
    const [row] = await warehouse.query(
      `SELECT count(*) AS row_count FROM (${query}) AS f`,
      parameters,
    )
    counts[table] = Number(row?.row_count)
  }
  counts.outbox = await rowsNaming(parts, at.name('outbox'), ['person'])
  counts.snapshot = await inSnapshots(parts)
  return Object.entries(counts).flatMap(([table, count]) => (count > 0 ? [table] : []))
}

async function inSnapshots(parts: Parts): Promise<number> {
  const { warehouse, project } = parts
  const pins = await warehouse.query(
    `SELECT sync, destination FROM ${controlOf(project.control).name('windows')} WHERE state = 'open'`,
  )
  let count = 0
  for (const { sync, destination } of pins) {
    const window = await windowsIn(warehouse, project.control).findOpen(
      String(sync),
      String(destination),
    )
    if (window === undefined) continue
    const scope = readScope(window.pin)
    if (!scope.pin.snapshot) continue
    const { table } = scope.pin
    const schema = await sourceSchema(warehouse, { query: `SELECT * FROM ${table}` })
    count += await rowsNaming(parts, table, namingColumns(scope.sync.send, sqlTypes(schema)))
  }
  return count
}
