import { AuditError } from '../core/index.ts'
import { quoteName, quoteText } from '../warehouse/index.ts'
import { type Control, controlOf, partFolder, volumePath } from './control.ts'
import { outcomeLog, requests } from './history-tables.ts'
import { count } from './insert-once.ts'
import type { Files, Sql } from './ports.ts'
import type { Table } from './table.ts'
import type { PartSummary, PartTable } from './uploads.ts'

/** What is to be loaded. */
export interface LoadSettings {
  readonly sql: Sql
  readonly files: Files
  /** Catalog and schema of the control tables. */
  readonly control: string
  readonly sync: string
  readonly windowId: string
  /** Parts whose size is known, from `Recorder.close`; those of dead runs are found in the volume. */
  readonly parts?: readonly PartSummary[]
}

/** Rows of a window that stand in the control tables after a load. */
export type Loaded = Readonly<Record<PartTable, number>>

const tables: Readonly<Record<PartTable, Table>> = { outcomes: outcomeLog, requests }

/**
 * Loads every part of a window into `outcome_log` and `requests`, whoever wrote it, and checks that all of it arrived.
 * Can be repeated: COPY INTO passes over files it has loaded. A window without parts is fine. Throws an AuditError
 * where rows are missing or counted twice; nothing is lost then, the parts stay in the volume.
 */
export async function loadWindow(settings: LoadSettings): Promise<Loaded> {
  return {
    outcomes: await loadTable(settings, 'outcomes'),
    requests: await loadTable(settings, 'requests'),
  }
}

async function loadTable(settings: LoadSettings, name: PartTable): Promise<number> {
  const { sql, files, sync, windowId } = settings
  const control = controlOf(settings.control)
  const table = tables[name]
  const folder = partFolder(control.volume, name, sync, windowId)
  const expected = new Map((await files.list(folder)).map(({ path }) => [path, 0]))
  for (const part of settings.parts ?? []) {
    if (part.table === name) expected.set(part.path, part.rows)
  }
  if (expected.size === 0) return 0
  await sql.execute(copyInto(control, table, folder))
  const rows = await sql.query(
    `SELECT \`part\`, count(*) AS \`loaded\` FROM ${control.name(table.name)} WHERE \`window_id\` = :window_id GROUP BY \`part\``,
    { window_id: windowId },
  )
  const loaded = new Map(rows.map((row) => [volumePath(String(row.part)), count(row.loaded)]))
  for (const [path, size] of expected) check(path, size, loaded.get(path) ?? 0)
  return [...loaded.values()].reduce((sum, size) => sum + size, 0)
}

/** The statement that loads a folder of parts. Each column is cast: nothing depends on what a file declares. */
function copyInto(control: Control, table: Table, folder: string): string {
  const columns = table.columns
    .filter((column) => column.name !== 'part')
    .map(({ name, type }) => `CAST(${quoteName(name)} AS ${type}) AS ${quoteName(name)}`)
  return `COPY INTO ${control.name(table.name)}
FROM (SELECT ${[...columns, '_metadata.file_path AS `part`'].join(', ')}
FROM ${quoteText(`${folder}/`)})
FILEFORMAT = PARQUET`
}

/** Parts are never empty, so one whose size is unknown must have loaded something. */
function check(path: string, expected: number, loaded: number): void {
  if (expected === 0 ? loaded > 0 : loaded === expected) return
  throw new AuditError(
    'PART_NOT_LOADED',
    `${loaded} of ${expected === 0 ? 'some' : expected} rows of ${path} are in the control tables; run the command again, and if it stays so, compare the file with the table`,
    { context: { path, expected, loaded } },
  )
}
