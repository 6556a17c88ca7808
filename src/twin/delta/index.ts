export { type CreateOptions, DeltaTable, fromDuckDb, Lake, toDuckDb } from './door.ts'
export { ConcurrentModification, DeltaError } from './errors.ts'
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
