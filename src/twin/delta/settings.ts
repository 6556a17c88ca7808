import { randomUUID } from 'node:crypto'
import type { Metadata, ProtocolAction } from './actions.ts'
import { DeltaError } from './errors.ts'
import type { TableDefinition } from './model.ts'
import { checkProperties, checkWritable, hasChangeFeed, protocolFor } from './protocol.ts'
import type { LogState } from './replay.ts'
import { checkRetentionProperty } from './retention.ts'
import { fieldNamed, readSchema, toFields } from './schema.ts'
import { clusterProperty } from './snapshot.ts'
import type { Field, StructType } from './types.ts'

/** Schema and settings of a table, with the protocol they need. */
export interface Settings {
  readonly metaData: Metadata
  readonly protocol: ProtocolAction
}

/** The settings of a new or replaced table: a new id; the protocol never falls below `current`. */
export function newSettings(
  definition: TableDefinition,
  now: number,
  current?: ProtocolAction,
): Settings {
  const fields = toFields(definition.columns)
  if (fields.length === 0) {
    throw new DeltaError(
      'DELTA_EMPTY_SCHEMA',
      'A table needs at least one column. Name its columns.',
    )
  }
  const properties = definition.properties ?? {}
  checkProperties(properties)
  checkRetentionProperty(properties)
  const cluster = definition.clusterBy ?? []
  const missing = cluster.find((name) => fieldNamed(fields, name) === undefined)
  if (missing !== undefined) {
    throw new DeltaError(
      'DELTA_COLUMN_NOT_FOUND',
      `The table has no column ${missing} to cluster by. Use one of its own columns.`,
      { column: missing },
    )
  }
  const metaData: Metadata = {
    id: randomUUID(),
    ...(definition.comment === undefined ? {} : { description: definition.comment }),
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields }),
    partitionColumns: [],
    configuration: {
      ...properties,
      ...(cluster.length === 0 ? {} : { [clusterProperty]: JSON.stringify(cluster) }),
    },
    createdTime: now,
  }
  return checked(metaData, current)
}

/** The same table with other columns. */
export function withFields(state: LogState, fields: readonly Field[]): Settings {
  const schemaString = JSON.stringify({ type: 'struct', fields })
  return checked({ ...state.metadata, schemaString }, state.protocol)
}

/** The same table with properties set and removed. */
export function withProperties(
  state: LogState,
  set: Readonly<Record<string, string>>,
  remove: readonly string[],
): Settings {
  checkProperties(set)
  checkRetentionProperty(set)
  const kept = Object.entries(state.metadata.configuration).filter(([key]) => !remove.includes(key))
  const configuration = { ...Object.fromEntries(kept), ...set }
  return checked({ ...state.metadata, configuration }, state.protocol)
}

/** The same table with another comment, or none. */
export function withComment(state: LogState, comment: string | undefined): Settings {
  const { description: _, ...metadata } = state.metadata
  const metaData = comment === undefined ? metadata : { ...metadata, description: comment }
  return { metaData, protocol: state.protocol }
}

/** The schema of a table that may be written. Refuses tables whose settings ask for what is not done here. */
export function writableSchema(state: LogState, table: string): StructType {
  const schema = readSchema(state.metadata, table)
  checkWritable(state.protocol, state.metadata, schema, table)
  return schema
}

/** Adds the protocol. The change feed needs three names for itself. */
function checked(metaData: Metadata, current?: ProtocolAction): Settings {
  const schema = readSchema(metaData, metaData.id)
  if (hasChangeFeed(metaData)) {
    for (const name of ['_change_type', '_commit_version', '_commit_timestamp']) {
      if (fieldNamed(schema.fields, name) !== undefined) {
        throw new DeltaError(
          'DELTA_RESERVED_COLUMN_NAME',
          `Column name ${name} belongs to the change feed. Rename the column.`,
        )
      }
    }
  }
  return { metaData, protocol: protocolFor(metaData, schema, current) }
}
