export type { ColumnChange, Place, PlacedColumn } from './columns.ts'
export type { CreateOptions } from './create.ts'
export { fromDuckDb } from './duckdb-types.ts'
export { ConcurrentModification, DeltaError } from './errors.ts'
export { Lake } from './lake.ts'
export type {
  At,
  Column,
  CommitOptions,
  CommitResult,
  DataFile,
  HistoryRow,
  Merge,
  MergeClause,
  Protocol,
  Snapshot,
  TableDefinition,
  TableDetail,
  TableName,
  Transaction,
  View,
} from './model.ts'
export { type Restored, restoredCounts } from './restore.ts'
export { toDuckDb } from './sql-types.ts'
export { DeltaTable } from './table.ts'
