import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metadata } from './actions.ts'
import { DeltaError } from './errors.ts'
import { decodePath } from './files.ts'
import type { Commit, TableLog } from './log.ts'
import { identifier, literal } from './names.ts'
import { hasChangeFeed, refuseDeletionVector } from './protocol.ts'
import { type ScanFile, scanFiles } from './scan.ts'
import { fieldNamed, readSchema } from './schema.ts'
import { toSnapshot } from './snapshot.ts'
import type { StructType } from './types.ts'

const marks = [
  { name: '_commit_version', type: 'BIGINT' },
  { name: '_commit_timestamp', type: 'TIMESTAMP WITH TIME ZONE' },
] as const

/** Files of the change feed: recorded changes, and whole files that were added or removed. */
interface FeedFiles {
  readonly recorded: ScanFile[]
  readonly added: ScanFile[]
  readonly removed: ScanFile[]
}

/**
 * The change feed of a range of versions, both ends included, as a DuckDB query in parentheses: the columns of
 * the table's newest schema, then `_change_type`, `_commit_version`, `_commit_timestamp`. A commit's own record is
 * used where there is one; else its added files are inserts and its removed files deletes.
 */
export async function changeFeed(
  log: TableLog,
  tableFolder: string,
  from: number,
  to?: number,
): Promise<string> {
  const latest = await log.state()
  const snapshot = toSnapshot(latest, log.table)
  const last = Math.min(to ?? latest.version, latest.version)
  checkRange(log.table, from, to, latest.version)
  const schema = readSchema(latest.metadata, log.table)
  const start = await log.state(from)
  checkMetadata(start.metadata, schema, log.table, from)
  const files: FeedFiles = { recorded: [], added: [], removed: [] }
  let before = start.timestamp - 1
  for (let version = from; version <= last; version++) {
    const commit = await log.commit(version)
    if (commit === undefined) throw missingChanges(log.table, version)
    for (const { metaData } of commit.actions) {
      if (metaData) checkMetadata(metaData, schema, log.table, version)
    }
    before = Math.max(commit.timestamp, before + 1)
    collect(commit, before, files, log.table)
  }
  await checkFiles([...files.recorded, ...files.removed], tableFolder, log.table)
  const { fields } = schema
  const options = { partitionColumns: snapshot.partitionColumns, marks }
  const typed = { name: '_change_type', type: 'string', nullable: true, metadata: {} }
  const names = fields.map(({ name }) => identifier(name)).join(', ')
  const rows = (relation: string, type: string) =>
    `SELECT ${names}, ${type} AS _change_type, _commit_version, _commit_timestamp FROM ${relation}`
  return `(${[
    rows(scanFiles(tableFolder, [...fields, typed], files.recorded, options), '_change_type'),
    rows(scanFiles(tableFolder, fields, files.added, options), "'insert'"),
    rows(scanFiles(tableFolder, fields, files.removed, options), "'delete'"),
  ].join(' UNION ALL ')})`
}

function collect(commit: Commit, timestamp: number, into: FeedFiles, table: string): void {
  const at = [String(commit.version), literal(new Date(timestamp).toISOString())]
  const file = (action: {
    readonly path: string
    readonly partitionValues?: Readonly<Record<string, string | null>>
  }): ScanFile => ({
    path: decodePath(action.path, table),
    partitionValues: action.partitionValues ?? {},
    marks: at,
  })
  const recorded = commit.actions.flatMap(({ cdc }) => (cdc ? [file(cdc)] : []))
  into.recorded.push(...recorded)
  if (recorded.length > 0) return
  for (const { add, remove } of commit.actions) {
    if ((add ?? remove)?.deletionVector) refuseDeletionVector(table)
    if (add?.dataChange) into.added.push(file(add))
    if (remove?.dataChange) into.removed.push(file(remove))
  }
}

function checkRange(table: string, from: number, to: number | undefined, latest: number): void {
  const backwards = to !== undefined && to < from
  if (!Number.isSafeInteger(from) || from < 0 || from > latest || backwards) {
    throw new DeltaError(
      'DELTA_INVALID_CDC_RANGE',
      `The range from version ${from} to ${to ?? latest} of ${table} is not valid: it must start at or below the latest version, ${latest}, and not end before it starts.`,
      { table },
    )
  }
}

/** The feed must be on, and every column must still be there with its type. */
function checkMetadata(
  metadata: Metadata,
  latest: StructType,
  table: string,
  version: number,
): void {
  if (!hasChangeFeed(metadata)) throw missingChanges(table, version)
  for (const field of readSchema(metadata, table).fields) {
    const now = fieldNamed(latest.fields, field.name)
    if (now === undefined || shape(now.type) !== shape(field.type)) {
      throw new DeltaError(
        'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA',
        `The change feed of ${table} cannot be read across version ${version}: column ${field.name} is of another type now, or gone. Read a range on one side of the change.`,
        { table, version, column: field.name },
      )
    }
  }
}

/** A type without comments and nullability of what is inside. */
function shape(type: unknown): string {
  return JSON.stringify(type, (key, value) =>
    key === 'metadata' || key === 'nullable' || /^(value)?[cC]ontainsNull$/.test(key)
      ? undefined
      : value,
  )
}

async function checkFiles(
  files: readonly ScanFile[],
  tableFolder: string,
  table: string,
): Promise<void> {
  for (const { path } of files) {
    await access(join(tableFolder, path)).catch((error: unknown) => {
      throw new DeltaError(
        'DELTA_CHANGE_DATA_FILE_NOT_FOUND',
        `A file of the change feed of ${table} is gone, probably by VACUUM. Read from a later version.`,
        { table },
        error,
      )
    })
  }
}

function missingChanges(table: string, version: number): DeltaError {
  return new DeltaError(
    'DELTA_MISSING_CHANGE_DATA',
    `Error getting change data of ${table}: it was not recorded for version ${version}. Set 'delta.enableChangeDataFeed' = true, and read from a version after that.`,
    { table, version },
  )
}
