/** The three-part name of a table or view. Names are case-insensitive and kept in lower case, as Unity Catalog does. */
export interface TableName {
  readonly catalog: string
  readonly schema: string
  readonly table: string
}

/** A column of a table. */
export interface Column {
  readonly name: string
  /** Databricks SQL type text, for example `BIGINT`, `DECIMAL(18,2)`, `ARRAY<STRUCT<a: INT>>`. */
  readonly type: string
  readonly nullable: boolean
  readonly comment?: string
}

/** What a new table is to be. */
export interface TableDefinition {
  readonly columns: readonly Column[]
  readonly comment?: string
  readonly properties?: Readonly<Record<string, string>>
  /** Remembered and shown in the detail; rows are not clustered. */
  readonly clusterBy?: readonly string[]
}

/** A state of a table: everything a reader needs, never changed once made. */
export interface Snapshot {
  readonly version: number
  /** Milliseconds since the epoch at which the version was committed. */
  readonly timestamp: number
  /** The table's id; a replaced table has a new one. */
  readonly id: string
  readonly columns: readonly Column[]
  readonly partitionColumns: readonly string[]
  readonly properties: Readonly<Record<string, string>>
  readonly clusterBy: readonly string[]
  readonly comment?: string
  /** Milliseconds since the epoch, where the log says so. */
  readonly createdAt?: number
  readonly protocol: Protocol
  readonly files: readonly DataFile[]
  /** Application id → highest transaction version committed. */
  readonly transactions: ReadonlyMap<string, number>
}

/** What a reader and a writer must be able to do with the table. */
export interface Protocol {
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly readerFeatures?: readonly string[]
  readonly writerFeatures?: readonly string[]
}

/** A live data file of a snapshot. */
export interface DataFile {
  /** Relative to the table's folder, decoded. */
  readonly path: string
  readonly size: number
  readonly partitionValues: Readonly<Record<string, string | null>>
  /** Absent when its writer did not count. */
  readonly rows?: number
}

/** Which state of a table: a version, or the newest one at or before a time in milliseconds since the epoch. */
export type At = { readonly version: number } | { readonly timestamp: number }

/** An application's own number for what it commits: the same or a lower number again is skipped. */
export interface Transaction {
  readonly appId: string
  readonly version: number
}

/** How a change stands in the table's history. */
export interface CommitOptions {
  /** For example `WRITE`, `MERGE`, `CREATE TABLE AS SELECT`. */
  readonly operation: string
  readonly parameters?: Readonly<Record<string, string | null>>
  /** If any of these is already in the table with at least this version, nothing is written and `skipped` is true. */
  readonly txn?: readonly Transaction[]
}

/** What became of a change. Counts are rows. */
export interface CommitResult {
  /** The version committed, or the current one when nothing was. */
  readonly version: number
  /** True when a transaction id said that this was done before. */
  readonly skipped: boolean
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}

/** One WHEN clause. Clauses are tried in order; the first whose `and` holds acts on the row. */
export interface MergeClause {
  readonly when: 'matched' | 'notMatched' | 'notMatchedBySource'
  /** A further condition, DuckDB SQL over both aliases. */
  readonly and?: string
  readonly action: 'update' | 'delete' | 'insert'
  /** Column → DuckDB expression. Columns left out keep their value (update) or are NULL (insert). */
  readonly set?: Readonly<Record<string, string>>
}

/** A MERGE: all texts are DuckDB SQL. */
export interface Merge {
  /** Anything that can stand after FROM: a name, or a query in parentheses. */
  readonly source: string
  readonly sourceAlias: string
  readonly targetAlias: string
  readonly on: string
  readonly clauses: readonly MergeClause[]
}

/** A saved query. */
export interface View {
  readonly sql: string
  readonly columns?: readonly Column[]
  readonly comment?: string
}

/** One commit in the table's history, newest first. */
export interface HistoryRow {
  readonly version: number
  readonly timestamp: number
  readonly operation: string
  readonly operationParameters: Readonly<Record<string, string | null>>
  readonly operationMetrics: Readonly<Record<string, string | null>>
  readonly readVersion?: number
  readonly isolationLevel?: string
  readonly isBlindAppend?: boolean
  readonly engineInfo?: string
  readonly userMetadata?: string
}

/** What DESCRIBE DETAIL shows. Times in milliseconds since the epoch, sizes in bytes. */
export interface TableDetail {
  readonly format: 'delta'
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly location: string
  readonly createdAt?: number
  readonly lastModified: number
  readonly partitionColumns: readonly string[]
  readonly clusteringColumns: readonly string[]
  readonly numFiles: number
  readonly sizeInBytes: number
  readonly properties: Readonly<Record<string, string>>
  readonly minReaderVersion: number
  readonly minWriterVersion: number
  readonly tableFeatures: readonly string[]
}
