import type { Metadata } from './actions.ts'
import { versionAt, versionFrom } from './commit-times.ts'
import { DeltaError } from './errors.ts'
import { decodePath } from './files.ts'
import type { Commit } from './log.ts'
import { firstMissing } from './missing-files.ts'
import type { At } from './model.ts'
import { identifier, literal } from './names.ts'
import type { TableParts } from './parts.ts'
import { hasChangeFeed, refuseDeletionVector } from './protocol.ts'
import { refuseExpired } from './retention.ts'
import { type ScanFile, scanFiles } from './scan.ts'
import { fieldNamed, readSchema } from './schema.ts'
import { toSnapshot } from './snapshot.ts'
import type { StructType } from './types.ts'

const marks = [
  { name: '_commit_version', type: 'BIGINT' },
  { name: '_commit_timestamp', type: 'TIMESTAMP WITH TIME ZONE' },
] as const

/** What is read, for messages. */
interface Range {
  readonly table: string
  readonly from: number
  readonly to: number
}

/** Files of the change feed: recorded changes, and whole files that were added or removed. */
interface FeedFiles {
  readonly recorded: ScanFile[]
  readonly added: ScanFile[]
  readonly removed: ScanFile[]
}

/**
 * The change feed of a range of versions, both ends included, as a DuckDB query in parentheses: the columns of
 * the table's newest schema, then `_change_type`, `_commit_version`, `_commit_timestamp`. A commit's own record is
 * used where there is one; else its added files are inserts and its removed files deletes. Checks come in Delta's
 * order: the range, the retention, whether the feed was on at every version, whether the columns fit.
 */
export async function changeFeed(
  { log, folder, clock }: TableParts,
  start: number | At,
  end?: number | At,
): Promise<string> {
  const latest = await log.state()
  const from = await versionOf(start, (time) => versionFrom(log, time))
  const to = end === undefined ? end : await versionOf(end, (time) => versionAt(log, time))
  const snapshot = toSnapshot(latest, log.table)
  const schema = readSchema(latest.metadata, log.table)
  const range = { table: log.table, from, to: Math.min(to ?? latest.version, latest.version) }
  checkRange(range, to, latest.version)
  const first = await log.state(from)
  refuseExpired(first, latest, clock)
  if (!hasChangeFeed(first.metadata)) throw missingChanges(range, from)
  const files: FeedFiles = { recorded: [], added: [], removed: [] }
  let before = first.timestamp - 1
  for (let version = from; version <= range.to; version++) {
    const commit = await log.commit(version)
    if (commit === undefined) throw missingChanges(range, version)
    if (version > from) checkCommit(commit, schema, range)
    before = Math.max(commit.timestamp, before + 1)
    collect(commit, before, files, log.table)
  }
  const unfit = unfitColumn(first.metadata, schema, log.table)
  if (unfit !== undefined) throw incompatible('DATA_SCHEMA', range, from, unfit)
  await checkFiles([...files.recorded, ...files.added, ...files.removed], folder, log.table)
  const { fields } = schema
  const options = { partitionColumns: snapshot.partitionColumns, marks }
  const typed = { name: '_change_type', type: 'string', nullable: true, metadata: {} }
  const names = fields.map(({ name }) => identifier(name)).join(', ')
  const rows = (relation: string, type: string) =>
    `SELECT ${names}, ${type} AS _change_type, _commit_version, _commit_timestamp FROM ${relation}`
  return `(${[
    rows(scanFiles(folder, [...fields, typed], files.recorded, options), '_change_type'),
    rows(scanFiles(folder, fields, files.added, options), "'insert'"),
    rows(scanFiles(folder, fields, files.removed, options), "'delete'"),
  ].join(' UNION ALL ')})`
}

async function versionOf(
  at: number | At,
  find: (timestamp: number) => Promise<number>,
): Promise<number> {
  if (typeof at === 'number') return at
  return 'version' in at ? at.version : find(at.timestamp)
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

function checkRange(range: Range, to: number | undefined, latest: number): void {
  const { table, from } = range
  if (from > latest) {
    throw new DeltaError(
      'DELTA_CDC_START_VERSION_AFTER_LATEST',
      `Start version ${from} for change data feed exceeds the latest table version ${latest}.`,
      { table },
    )
  }
  if (to !== undefined && to < from) {
    throw new DeltaError(
      'DELTA_INVALID_CDC_RANGE',
      `CDC range from start ${from} to end ${to} was invalid. End cannot be before start.`,
      { table },
    )
  }
}

/** The feed must stay on, and every column must still be there with its type. */
function checkCommit(commit: Commit, latest: StructType, range: Range): void {
  for (const { metaData } of commit.actions) {
    if (metaData === undefined) continue
    if (!hasChangeFeed(metaData)) throw missingChanges(range, commit.version)
    const unfit = unfitColumn(metaData, latest, range.table)
    if (unfit !== undefined) throw incompatible('SCHEMA_CHANGE', range, commit.version, unfit)
  }
}

/** The first column that the newest schema lacks, or has with another type, or forbids to be NULL. */
function unfitColumn(metadata: Metadata, latest: StructType, table: string): string | undefined {
  const unfit = readSchema(metadata, table).fields.find((field) => {
    const now = fieldNamed(latest.fields, field.name)
    return (
      now === undefined ||
      shape(now.type) !== shape(field.type) ||
      (field.nullable && !now.nullable)
    )
  })
  return unfit?.name
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
  folder: string,
  table: string,
): Promise<void> {
  const lost = await firstMissing(
    folder,
    files.map(({ path }) => path),
  )
  if (lost === undefined) return
  throw new DeltaError(
    'DELTA_CHANGE_DATA_FILE_NOT_FOUND',
    `File ${lost} referenced in the transaction log cannot be found. This can occur when the change data file is out of the retention period and has been deleted by the \`VACUUM\` statement. Read from a later version.`,
    { table },
  )
}

function missingChanges({ table, from, to }: Range, version: number): DeltaError {
  return new DeltaError(
    'DELTA_MISSING_CHANGE_DATA',
    `Error getting change data for range [${from} , ${to}] as change data was not recorded for version [${version}]. If you've enabled change data feed on this table, use \`DESCRIBE HISTORY\` to see when it was first enabled. Otherwise, to start recording change data, use \`ALTER TABLE table_name SET TBLPROPERTIES (delta.enableChangeDataFeed=true)\`.`,
    { table, version },
  )
}

/** `version` is the start of the range for a schema that does not fit, else the commit that changed it. */
function incompatible(
  what: 'DATA_SCHEMA' | 'SCHEMA_CHANGE',
  { table, from, to }: Range,
  version: number,
  column: string,
): DeltaError {
  const [found, advice] =
    what === 'DATA_SCHEMA'
      ? ['data schema', 'Read the newest versions only.']
      : [
          'schema change',
          `If possible, please query table changes separately from version ${from} to ${version} - 1, and from version ${version} to ${to}.`,
        ]
  return new DeltaError(
    `DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_${what}`,
    `Retrieving table changes between version ${from} and ${to} failed because of an incompatible ${found}. Column ${column}, as it is at version ${version}, does not fit the newest schema. ${advice}`,
    { table, version, column },
  )
}
