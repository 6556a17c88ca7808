import type { Snapshot, TableDetail } from './model.ts'
import { impliedFeatures } from './protocol.ts'

/** Facts about a state of a table: its full name, its folder. */
export function detailOf(name: string, folder: string, snapshot: Snapshot): TableDetail {
  const { protocol } = snapshot
  const features = [
    ...impliedFeatures(protocol),
    ...(protocol.readerFeatures ?? []),
    ...(protocol.writerFeatures ?? []),
  ]
  return {
    format: 'delta',
    id: snapshot.id,
    name,
    ...(snapshot.comment === undefined ? {} : { description: snapshot.comment }),
    location: folder,
    ...(snapshot.createdAt === undefined ? {} : { createdAt: snapshot.createdAt }),
    lastModified: snapshot.timestamp,
    partitionColumns: snapshot.partitionColumns,
    clusteringColumns: snapshot.clusterBy,
    numFiles: snapshot.files.length,
    sizeInBytes: snapshot.files.reduce((sum, { size }) => sum + size, 0),
    properties: snapshot.properties,
    minReaderVersion: protocol.minReaderVersion,
    minWriterVersion: protocol.minWriterVersion,
    tableFeatures: [...new Set(features)].sort(),
  }
}
