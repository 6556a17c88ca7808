import type { Metadata, ProtocolAction } from './actions.ts'
import { DeltaError } from './errors.ts'
import { leaves, type StructType } from './types.ts'

/** Features that a reader here honours. Some only as long as they are not in use, which is checked where it shows. */
const readable = new Set([
  'columnMapping',
  'deletionVectors',
  'timestampNtz',
  'v2Checkpoint',
  'vacuumProtocolCheck',
])

/** Features that a writer here honours, under the same condition. */
const writable = new Set([
  ...readable,
  'allowColumnDefaults',
  'appendOnly',
  'changeDataFeed',
  'checkConstraints',
  'domainMetadata',
  'generatedColumns',
  'identityColumns',
  'invariants',
])

/** What writer versions 2 to 4 imply; they must be listed once a table has a feature list. */
const legacyFeatures: readonly (readonly [number, string])[] = [
  [2, 'appendOnly'],
  [2, 'invariants'],
  [3, 'checkConstraints'],
  [4, 'changeDataFeed'],
  [4, 'generatedColumns'],
]

/** How to get rid of a feature, in the words of the service that set it. */
const remedies: Readonly<Record<string, string>> = {
  catalogManaged: 'Copy its rows into a table without catalog-managed commits.',
  clustering: 'Copy its rows into a table without CLUSTER BY.',
  columnMapping:
    "Copy its rows into a table with 'delta.columnMapping.mode' = 'none', by CREATE TABLE … AS SELECT.",
  deletionVectors:
    "Set 'delta.enableDeletionVectors' = false there, run REORG TABLE … APPLY (PURGE), and copy it again.",
  typeWidening: 'Run ALTER TABLE … DROP FEATURE typeWidening there, and copy it again.',
  variantType: 'Store the column as STRING there, and copy it again.',
}

/** True when the table records its changes. */
export function hasChangeFeed(metadata: Metadata): boolean {
  return isOn(metadata, 'delta.enableChangeDataFeed')
}

/** True when a property is `true`, in any case. */
export function isOn(metadata: Metadata, property: string): boolean {
  return metadata.configuration[property]?.toLowerCase() === 'true'
}

/** Refuses, by name, a table that would be read wrongly. */
export function checkReadable(
  protocol: ProtocolAction,
  metadata: Metadata,
  schema: StructType,
  table: string,
): void {
  if (protocol.minReaderVersion > 3) {
    refuse('READ', table, `Delta reader version ${protocol.minReaderVersion}`, '')
  }
  for (const feature of protocol.readerFeatures ?? []) {
    if (!readable.has(feature)) refuse('READ', table, `the table feature ${feature}`, feature)
  }
  const mapping = metadata.configuration['delta.columnMapping.mode']?.toLowerCase() ?? 'none'
  if (mapping !== 'none') refuse('READ', table, 'column mapping', 'columnMapping')
  for (const field of schema.fields) {
    for (const type of leaves(field.type)) {
      if (type === 'variant') refuse('READ', table, 'the type VARIANT', 'variantType')
    }
  }
}

/** Refuses a file whose rows are partly deleted by a vector. */
export function refuseDeletionVector(table: string): never {
  return refuse('READ', table, 'deletion vectors', 'deletionVectors')
}

/** Refuses, by name, a table that could not be written as its settings ask. */
export function checkWritable(
  protocol: ProtocolAction,
  metadata: Metadata,
  schema: StructType,
  table: string,
): void {
  const no = (what: string, feature = ''): never => refuse('WRITE', table, what, feature)
  if (protocol.minWriterVersion > 7) no(`Delta writer version ${protocol.minWriterVersion}`)
  for (const feature of protocol.writerFeatures ?? []) {
    if (!writable.has(feature)) no(`the table feature ${feature}`, feature)
  }
  if (metadata.partitionColumns.length > 0) no('partitions')
  const properties = Object.keys(metadata.configuration)
  if (properties.some((key) => key.startsWith('delta.constraints.'))) no('CHECK constraints')
  if (isOn(metadata, 'delta.enableInCommitTimestamps')) no('in-commit timestamps')
  if (isOn(metadata, 'delta.enableRowTracking')) no('row tracking')
  for (const field of schema.fields) {
    for (const key of Object.keys(field.metadata)) {
      if (key === 'delta.invariants') no('column invariants')
      if (key === 'delta.generationExpression') no('generated columns')
      if (key.startsWith('delta.identity.')) no('identity columns')
      if (key === 'CURRENT_DEFAULT') no('column defaults')
    }
  }
}

/** Refuses properties that would switch on what the writer cannot do. */
export function checkProperties(properties: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(properties)) {
    const on = value.toLowerCase()
    const bad =
      key.startsWith('delta.constraints.') ||
      key.startsWith('delta.feature.') ||
      (key === 'delta.columnMapping.mode' && on !== 'none') ||
      (key === 'delta.checkpointPolicy' && on !== 'classic') ||
      (/^delta\.enable/.test(key) && key !== 'delta.enableChangeDataFeed' && on === 'true')
    if (bad) {
      throw new DeltaError(
        'DELTA_UNSUPPORTED_FEATURES_FOR_WRITE',
        `Local tables do not support the table property ${key}. Leave it out.`,
        { property: key },
      )
    }
  }
}

/**
 * The least protocol that serves a schema and settings and keeps what the table already has: 1/2, 1/4 with the
 * change feed, 3/7 with a feature list once a column is TIMESTAMP_NTZ.
 */
export function protocolFor(
  metadata: Metadata,
  schema: StructType,
  current: ProtocolAction = { minReaderVersion: 1, minWriterVersion: 2 },
): ProtocolAction {
  const feed = hasChangeFeed(metadata)
  const ntz = schema.fields.some((f) => [...leaves(f.type)].includes('timestamp_ntz'))
  if (!ntz && current.minWriterVersion < 7) {
    const minWriterVersion = Math.max(current.minWriterVersion, feed ? 4 : 2)
    return { ...current, minWriterVersion }
  }
  const writer = new Set(current.writerFeatures ?? impliedFeatures(current))
  const reader = new Set(current.readerFeatures ?? [])
  if (current.minReaderVersion === 2) reader.add('columnMapping')
  if (feed) writer.add('changeDataFeed')
  if (ntz) {
    writer.add('timestampNtz')
    reader.add('timestampNtz')
  }
  return reader.size === 0
    ? {
        minReaderVersion: current.minReaderVersion,
        minWriterVersion: 7,
        writerFeatures: [...writer],
      }
    : {
        minReaderVersion: 3,
        minWriterVersion: 7,
        readerFeatures: [...reader],
        writerFeatures: [...writer],
      }
}

/** The features that a protocol without a list has by its number. */
export function impliedFeatures({ minWriterVersion }: ProtocolAction): string[] {
  if (minWriterVersion >= 7) return []
  return legacyFeatures.flatMap(([version, name]) => (version <= minWriterVersion ? [name] : []))
}

function refuse(action: 'READ' | 'WRITE', table: string, what: string, feature: string): never {
  const verb = action === 'READ' ? 'read' : 'written'
  const remedy = remedies[feature] ?? 'Copy its rows into a table without it.'
  throw new DeltaError(
    `DELTA_UNSUPPORTED_FEATURES_FOR_${action}`,
    `Table ${table} uses ${what}, with which it cannot be ${verb} here. ${remedy}`,
    { table, feature: feature === '' ? what : feature },
  )
}
