import type { HistoryRow, TableDetail } from '../delta/index.ts'
import { rowsQuery } from './rows.ts'

const texts = 'MAP(VARCHAR, VARCHAR)'

/** DESCRIBE HISTORY as a query, with the service's columns. */
export function historyQuery(history: readonly HistoryRow[]): string {
  return rowsQuery(
    {
      version: 'BIGINT',
      timestamp: 'TIMESTAMPTZ',
      userId: 'VARCHAR',
      userName: 'VARCHAR',
      operation: 'VARCHAR',
      operationParameters: texts,
      job: 'STRUCT("jobId" VARCHAR)',
      notebook: 'STRUCT("notebookId" VARCHAR)',
      clusterId: 'VARCHAR',
      readVersion: 'BIGINT',
      isolationLevel: 'VARCHAR',
      isBlindAppend: 'BOOLEAN',
      operationMetrics: texts,
      userMetadata: 'VARCHAR',
      engineInfo: 'VARCHAR',
    },
    history.map((row) => [
      row.version,
      row.timestamp,
      undefined,
      undefined,
      row.operation,
      row.operationParameters,
      undefined,
      undefined,
      undefined,
      row.readVersion,
      row.isolationLevel,
      row.isBlindAppend,
      row.operationMetrics,
      row.userMetadata,
      row.engineInfo,
    ]),
  )
}

/** DESCRIBE DETAIL as a query, with the service's columns. */
export function detailQuery(detail: TableDetail): string {
  const columns = {
    format: 'VARCHAR',
    id: 'VARCHAR',
    name: 'VARCHAR',
    description: 'VARCHAR',
    location: 'VARCHAR',
    createdAt: 'TIMESTAMPTZ',
    lastModified: 'TIMESTAMPTZ',
    partitionColumns: 'VARCHAR[]',
    clusteringColumns: 'VARCHAR[]',
    numFiles: 'BIGINT',
    sizeInBytes: 'BIGINT',
    properties: texts,
    minReaderVersion: 'INTEGER',
    minWriterVersion: 'INTEGER',
    tableFeatures: 'VARCHAR[]',
  }
  const names = Object.keys(columns) as (keyof typeof columns)[]
  return rowsQuery(columns, [names.map((name) => detail[name])])
}
