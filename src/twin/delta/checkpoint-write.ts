import { randomUUID } from 'node:crypto'
import { rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Action } from './actions.ts'
import { toFileTime } from './file-times.ts'
import { fileLiteral } from './files.ts'
import type { TableLog } from './log.ts'
import { literal } from './names.ts'
import type { LogState } from './replay.ts'

/** Commits between checkpoints, unless `delta.checkpointInterval` says otherwise. */
const defaultInterval = 100

/** How long removed files are remembered, in milliseconds: Delta's default of a week. */
const tombstoneMs = 7 * 24 * 3600 * 1000

/** The columns of a classic checkpoint (PROTOCOL.md, "Checkpoint Schema"). */
const columns = `{
  protocol: 'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])',
  metaData: 'STRUCT(id VARCHAR, name VARCHAR, description VARCHAR, format STRUCT(provider VARCHAR, options MAP(VARCHAR, VARCHAR)), schemaString VARCHAR, partitionColumns VARCHAR[], configuration MAP(VARCHAR, VARCHAR), createdTime BIGINT)',
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  domainMetadata: 'STRUCT("domain" VARCHAR, configuration VARCHAR, removed BOOLEAN)',
  "add": 'STRUCT("path" VARCHAR, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags MAP(VARCHAR, VARCHAR))',
  remove: 'STRUCT("path" VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues MAP(VARCHAR, VARCHAR), size BIGINT)'
}`

/**
 * Writes a classic checkpoint when a version is due for one. A checkpoint only saves time: the commit before it
 * stands, so a failure here is not the commit's, and the next one due tries again.
 */
export async function writeCheckpoint(log: TableLog, version: number, now: number): Promise<void> {
  try {
    if (version === 0) return
    const state = await log.state(version)
    const asked = Number(state.metadata.configuration['delta.checkpointInterval'])
    const interval = asked > 0 ? asked : defaultInterval
    const other = state.protocol.writerFeatures?.includes('v2Checkpoint') === true
    if (version % interval === 0 && !other) await write(log, state, now)
  } catch {
    // Said above.
  }
}

async function write(log: TableLog, state: LogState, now: number): Promise<void> {
  const actions = checkpointActions(state, now)
  const name = `${String(state.version).padStart(20, '0')}.checkpoint.parquet`
  const json = join(log.folder, `.${name}.${randomUUID()}.json.tmp`)
  const parquet = join(log.folder, `.${name}.${randomUUID()}.tmp`)
  try {
    await writeFile(json, actions.map((action) => JSON.stringify(action)).join('\n'))
    await log.engine.column(
      `COPY (SELECT * FROM read_json(${fileLiteral(json)}, format = 'newline_delimited', columns = ${columns}, maximum_object_size = 268435456))
       TO ${literal(parquet)} (FORMAT parquet)`,
    )
    const { size } = await stat(parquet)
    // Where the commit's file is cleaned away later, the checkpoint's tells the version's time.
    await utimes(parquet, toFileTime(state.timestamp), toFileTime(state.timestamp))
    await rename(parquet, join(log.folder, name))
    const hint = { version: state.version, size: actions.length, sizeInBytes: size }
    const pointer = join(log.folder, `._last_checkpoint.${randomUUID()}.tmp`)
    await writeFile(pointer, JSON.stringify({ ...hint, numOfAddFiles: state.adds.size }))
    await rename(pointer, join(log.folder, '_last_checkpoint'))
  } finally {
    await rm(json, { force: true })
    await rm(parquet, { force: true })
  }
}

function checkpointActions(state: LogState, now: number): Action[] {
  const removes = [...state.removes.values()].filter(
    (remove) => (remove.deletionTimestamp ?? 0) > now - tombstoneMs && !remove.deletionVector,
  )
  return [
    { protocol: state.protocol },
    { metaData: state.metadata },
    ...Array.from(state.transactions.values(), (txn) => ({ txn })),
    ...Array.from(state.domains.values(), (domainMetadata) => ({ domainMetadata })),
    ...Array.from(state.adds.values(), (add) => ({ add: { ...add, dataChange: false } })),
    ...removes.map((remove) => ({ remove: { ...remove, dataChange: false } })),
  ]
}
