import type { Clock } from '../core/index.ts'
import { quoteName, quoteText } from '../warehouse/index.ts'
import type { Pair } from './checkpoint.ts'
import { controlOf } from './control.ts'
import { leasesIn } from './leases.ts'
import type { Sql } from './ports.ts'
import { controlTables, tableStatements, viewStatements } from './schema.ts'

/** Names of the columns that tables of the control schema have, by table. */
export type ExistingColumns = Readonly<Record<string, readonly string[]>>

/**
 * The statements that give tables of an earlier version the columns that came since, one per table that lacks some.
 * Additive only: nothing is dropped, renamed or made narrower, so an older version goes on working beside. A table that
 * is not in `existing` is left alone.
 */
export function migrateStatements(control: string, existing: ExistingColumns): string[] {
  const at = controlOf(control)
  return controlTables.flatMap((table) => {
    const known = existing[table.name]?.map((name) => name.toLowerCase())
    if (known === undefined) return []
    const added = table.columns.filter(({ name }) => !known.includes(name.toLowerCase()))
    if (added.length === 0) return []
    // Delta adds no column that may not be NULL: rows that are there have none.
    const lines = added.map(
      ({ name, type, comment }) => `  ${quoteName(name)} ${type} COMMENT ${quoteText(comment)}`,
    )
    return [`ALTER TABLE ${at.name(table.name)} ADD COLUMNS (\n${lines.join(',\n')}\n)`]
  })
}

/** What a set-up did. */
export interface SetUp {
  /** Statements run, those that found everything in place included. */
  readonly statements: number
  /** Tables that got new columns. */
  readonly migrated: number
}

/**
 * Brings the control schema to this version: what is missing is created, tables of an earlier version get their new
 * columns, views are written anew, and every sync and destination gets its row of `checkpoints`. Can be repeated at any
 * time, also when it broke off. Two at the same moment may get in each other's way; the one that fails is run again.
 *
 * @param control catalog and schema, for example `main.customerio`; the catalog must exist
 */
export async function setUpControl(
  sql: Sql,
  control: string,
  pairs: readonly Pair[],
  clock: Clock,
): Promise<SetUp> {
  const create = tableStatements(control)
  for (const statement of create) await sql.execute(statement)
  const migrate = await pendingMigrations(sql, control)
  for (const statement of migrate) await sql.execute(statement)
  const views = viewStatements(control)
  for (const statement of views) await sql.execute(statement)
  await leasesIn(sql, control, clock).ensure(pairs)
  return {
    statements: create.length + migrate.length + views.length,
    migrated: migrate.length,
  }
}

/** The statements of {@link migrateStatements} that the control schema needs now; runs none of them. */
export async function pendingMigrations(sql: Sql, control: string): Promise<string[]> {
  return migrateStatements(control, await existingColumns(sql, control))
}

async function existingColumns(sql: Sql, control: string): Promise<ExistingColumns> {
  const at = controlOf(control)
  const found: Record<string, string[]> = {}
  for (const { name } of controlTables) {
    const rows = await sql.query(`DESCRIBE TABLE ${at.name(name)}`)
    const names = rows.map((row) => String(row.col_name ?? ''))
    // Behind the columns come, from an empty line or a heading on, facts about clustering.
    const end = names.findIndex((column) => column === '' || column.startsWith('#'))
    found[name] = end < 0 ? names : names.slice(0, end)
  }
  return found
}
