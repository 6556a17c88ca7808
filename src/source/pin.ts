import { SourceError, type SourceSpec } from '../core/index.ts'
import { quoteTable, type Warehouse } from '../warehouse/index.ts'

/**
 * What a window reads, for ever the same: one version of one Delta table. A query (or a view) is written to a
 * snapshot table first, and that one is pinned.
 */
export interface Pin {
  /** Quoted, dotted name. */
  readonly table: string
  readonly version: number
  /**
   * When that version was committed, in ms since the epoch. A table that was dropped and made again under the same name
   * has other commits; one that was replaced in place (a nightly rebuild) still has this one.
   */
  readonly committedAt: number
  /** True when the table is our own snapshot, to be dropped when the window closes. */
  readonly snapshot: boolean
}

/** The pinned rows as a relation for FROM. The version is a checked integer: the grammar takes no parameter there. */
export function pinned(pin: Pin): string {
  if (!Number.isSafeInteger(pin.version) || pin.version < 0) {
    throw new SourceError('PIN_INVALID', `"${pin.version}" is not a table version`)
  }
  return `${pin.table} VERSION AS OF ${pin.version}`
}

/** Pins the newest version of a Delta table; undefined when the name is a view or anything else without versions. */
export async function pinTable(
  warehouse: Warehouse,
  name: string,
  signal?: AbortSignal,
): Promise<Pin | undefined> {
  const table = quoteTable(name)
  if (!(await isDelta(warehouse, table, signal))) return undefined
  const [newest] = await history(warehouse, table, 1, signal)
  if (newest === undefined) return undefined
  return { table, ...newest, snapshot: false }
}

/** Fails when the pinned version is no longer the one that was pinned. Asked before each read. */
export async function checkPin(
  warehouse: Warehouse,
  pin: Pin,
  signal?: AbortSignal,
): Promise<void> {
  const [newest] = await history(warehouse, pin.table, 1, signal)
  // Versions are counted without gaps, newest first: so many entries reach back to the pinned one.
  const back = newest === undefined ? 0 : newest.version - pin.version + 1
  const entries = back > 0 ? await history(warehouse, pin.table, back, signal) : []
  const commit = entries.find(({ version }) => version === pin.version)
  if (commit?.committedAt === pin.committedAt) return
  throw new SourceError(
    'SOURCE_REPLACED',
    `${pin.table} was dropped and made again since the window was opened, or its history was removed: version ${pin.version} is gone`,
  )
}

async function history(
  warehouse: Warehouse,
  table: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Pick<Pin, 'version' | 'committedAt'>[]> {
  const rows = await warehouse.query(`DESCRIBE HISTORY ${table} LIMIT ${limit}`, {}, signal)
  return rows.map(({ version, timestamp }) => ({
    version: Number(version),
    committedAt: timestamp instanceof Date ? timestamp.getTime() : Number.NaN,
  }))
}

/** Writes what a source gives now, mapped columns only, to a snapshot table and pins that. */
export async function pinSnapshot(
  warehouse: Warehouse,
  from: SourceSpec['from'],
  columns: readonly string[],
  snapshot: string,
  signal?: AbortSignal,
): Promise<Pin> {
  await warehouse.execute(
    `CREATE OR REPLACE TABLE ${snapshot} USING DELTA AS SELECT ${columns.join(', ')} FROM ${unpinned(from)} AS q`,
    {},
    signal,
  )
  const pin = await pinTable(warehouse, snapshot, signal)
  if (pin === undefined) throw new SourceError('SNAPSHOT_LOST', `${snapshot} was not written`)
  return { ...pin, snapshot: true }
}

/** The relation a source is before it is pinned, for looking at its columns. */
export function unpinned(from: SourceSpec['from']): string {
  // The query may end in a comment: the parenthesis must not become a part of it.
  return 'table' in from ? quoteTable(from.table) : `(${withoutEnd(from.query)}\n)`
}

/** The query without a closing semicolon, so that it can stand in parentheses. */
function withoutEnd(query: string): string {
  return query.replace(/[\s;]+$/, '')
}

async function isDelta(
  warehouse: Warehouse,
  table: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const [detail] = await warehouse.query(`DESCRIBE DETAIL ${table}`, {}, signal)
    return detail?.format === 'delta'
  } catch (error) {
    // A view has no detail; a missing table is told about by whoever reads it.
    if (
      error instanceof SourceError &&
      /VIEW|EXPECT_TABLE|NOT_A_TABLE/.test(error.message) &&
      error.code !== 'TABLE_MISSING'
    ) {
      return false
    }
    throw error
  }
}
