import { SourceError, type SourceSpec } from '../core/index.ts'
import { quoteTable, quoteText, type Warehouse } from '../warehouse/index.ts'

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
export function pinned({
  table,
  version,
}: {
  readonly table: string
  readonly version: number
}): string {
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new SourceError('PIN_INVALID', `"${version}" is not a table version`)
  }
  return `${table} VERSION AS OF ${version}`
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
  const { version, committedAt } = newest
  return { table, version, committedAt, snapshot: false }
}

/** Fails when the pinned version is no longer the one that was pinned. Asked before each read. */
export async function checkPin(
  warehouse: Warehouse,
  pin: Pin,
  signal?: AbortSignal,
): Promise<void> {
  const commit = await commitAt(warehouse, pin.table, pin.version, signal)
  if (commit?.committedAt === pin.committedAt) return
  throw new SourceError(
    'SOURCE_REPLACED',
    `${pin.table} was dropped and made again since the window was opened, or its history was removed: version ${pin.version} is gone`,
  )
}

/** One commit of a Delta table. */
export interface Commit {
  readonly version: number
  /** In ms since the epoch. */
  readonly committedAt: number
  /** True when it put other rows in the place of all that were there: a rebuild, an overwrite, a restore. */
  readonly replacesAll: boolean
}

/** The newest commits of a table, newest first; versions are counted without gaps. */
async function history(
  warehouse: Warehouse,
  table: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Commit[]> {
  const rows = await warehouse.query(`DESCRIBE HISTORY ${table} LIMIT ${limit}`, {}, signal)
  return rows.map(({ version, timestamp, operation, operationParameters }) => ({
    version: Number(version),
    committedAt: timestamp instanceof Date ? timestamp.getTime() : Number.NaN,
    replacesAll:
      /CREATE|REPLACE|TRUNCATE|RESTORE|CLONE|OVERWRITE/i.test(String(operation)) ||
      /overwrite/i.test(JSON.stringify(operationParameters ?? '')),
  }))
}

/** Commits that others may make while we ask. */
const busy = 50

/** One version of a table, if its history still has it. Versions are counted without gaps, newest first. */
async function commitAt(
  warehouse: Warehouse,
  table: string,
  version: number,
  signal?: AbortSignal,
): Promise<Commit | undefined> {
  return (await commitsSince(warehouse, table, version, undefined, signal)).find(
    (commit) => commit.version === version,
  )
}

/**
 * The commits of a table from a version on, newest first; without that version where the history lost it.
 *
 * @param newest the newest version, as far as it is known; asked where it is not
 */
export async function commitsSince(
  warehouse: Warehouse,
  table: string,
  version: number,
  newest: number | undefined,
  signal?: AbortSignal,
): Promise<Commit[]> {
  const [last] = newest === undefined ? await history(warehouse, table, 1, signal) : []
  if (last?.version === version) return [last]
  const end = newest ?? last?.version ?? -1
  if (end < version) return []
  const back = end - version + 1
  const commits = await history(warehouse, table, back + busy, signal)
  return commits.filter((commit) => commit.version >= version)
}

/** Delta refuses a version other than the newest whose commit is older than its retention: seven days by default. */
const oldMs = 24 * 3600_000

/**
 * The newest version of one of our own tables, to be read as it is now by every later statement. One that nobody has
 * written to for a day gets a commit first that changes nothing: a version that was young when it was pinned stays
 * readable for days, whoever writes to the table meanwhile.
 */
export async function youngVersion(
  warehouse: Warehouse,
  table: string,
  nowMs: number,
  signal?: AbortSignal,
): Promise<number> {
  const newest = async () => {
    const [commit] = await history(warehouse, table, 1, signal)
    if (commit !== undefined) return commit
    throw new SourceError('HISTORY_MISSING', `${table} has no history; run "customerio-jobs setup"`)
  }
  const found = await newest()
  if (nowMs - found.committedAt < oldMs) return found.version
  await warehouse.execute(
    `ALTER TABLE ${table} SET TBLPROPERTIES ('customerio_jobs.pinned_at' = ${quoteText(new Date(nowMs).toISOString())})`,
    {},
    signal,
  )
  return (await newest()).version
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

/** True for a Delta table, by its quoted name; false for a view and whatever else has no versions. */
export async function isDelta(
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
