import type { Clock } from '../../core/index.ts'
import type { Add } from './actions.ts'
import { versionAt } from './commit-times.ts'
import { decodePath } from './files.ts'
import type { TableLog } from './log.ts'
import type { At, DataFile, Snapshot } from './model.ts'
import { checkReadable, refuseDeletionVector } from './protocol.ts'
import type { LogState } from './replay.ts'
import { refuseExpired } from './retention.ts'
import { readSchema, toColumns } from './schema.ts'

/** The property under which CLUSTER BY columns are remembered, as a JSON array of names. */
export const clusterProperty = 'twin.clusterBy'

/** Snapshots of log states, made once each. */
const made = new WeakMap<LogState, Snapshot>()

/** The log's state at a version or time. Refuses one that is older than the table keeps its files for. */
export async function stateAt(log: TableLog, at: At | undefined, clock: Clock): Promise<LogState> {
  const latest = await log.state()
  if (at === undefined) return latest
  const version = 'version' in at ? at.version : await versionAt(log, at.timestamp)
  const state = await log.state(version)
  refuseExpired(state, latest, clock)
  return state
}

/** A log state in the words of the door. Refuses tables that would be read wrongly. */
export function toSnapshot(state: LogState, table: string): Snapshot {
  const known = made.get(state)
  if (known !== undefined) return known
  const { metadata, protocol } = state
  const schema = readSchema(metadata, table)
  checkReadable(protocol, metadata, schema, table)
  const { [clusterProperty]: cluster, ...properties } = metadata.configuration
  const snapshot: Snapshot = {
    version: state.version,
    timestamp: state.timestamp,
    id: metadata.id,
    columns: toColumns(schema.fields),
    partitionColumns: metadata.partitionColumns,
    properties,
    clusterBy: cluster === undefined ? [] : (JSON.parse(cluster) as string[]),
    ...(metadata.description === undefined ? {} : { comment: metadata.description }),
    ...(metadata.createdTime === undefined ? {} : { createdAt: metadata.createdTime }),
    protocol,
    files: Array.from(state.adds.values(), (add) => toDataFile(add, table)),
    transactions: new Map(Array.from(state.transactions.values(), (t) => [t.appId, t.version])),
  }
  made.set(state, snapshot)
  return snapshot
}

/** An added file in the words of the door. */
export function toDataFile(add: Add, table: string): DataFile {
  if (add.deletionVector) refuseDeletionVector(table)
  const rows = countedRows(add)
  return {
    path: decodePath(add.path, table),
    size: add.size,
    partitionValues: add.partitionValues ?? {},
    ...(rows === undefined ? {} : { rows }),
  }
}

function countedRows(add: Add): number | undefined {
  const [, rows] = /"numRecords"\s*:\s*(\d+)/.exec(add.stats ?? '') ?? []
  return rows === undefined ? undefined : Number(rows)
}
