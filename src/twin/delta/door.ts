import type { DuckDBConnection } from '@duckdb/node-api'
import type {
  At,
  Column,
  CommitOptions,
  CommitResult,
  HistoryRow,
  Merge,
  Snapshot,
  TableDefinition,
  TableDetail,
  TableName,
  View,
} from './model.ts'

/** How a table is created. */
export interface CreateOptions {
  /** CREATE OR REPLACE: new schema, new table id, the old versions stay readable. */
  readonly replace?: boolean
  /** CREATE TABLE IF NOT EXISTS: gives back the table that is there. */
  readonly ifNotExists?: boolean
  /** CREATE TABLE AS SELECT: first rows, in the same commit. */
  readonly rows?: { readonly connection: DuckDBConnection; readonly select: string }
  /** Default `CREATE TABLE`, `CREATE OR REPLACE TABLE`, with ` AS SELECT` where rows come along. */
  readonly operation?: string
  readonly parameters?: Readonly<Record<string, string>>
}

export declare class Lake {
  readonly folder: string
  static open(folder: string): Lake
  close(): void

  catalogs(): string[]
  hasCatalog(catalog: string): boolean
  createCatalog(catalog: string): void
  schemas(catalog: string): string[]
  hasSchema(catalog: string, schema: string): boolean
  createSchema(catalog: string, schema: string): void
  dropSchema(catalog: string, schema: string, options?: { cascade?: boolean }): void

  listTables(catalog: string, schema: string): TableName[]
  table(name: TableName): DeltaTable | undefined
  createTable(
    name: TableName,
    definition: TableDefinition,
    options?: CreateOptions,
  ): Promise<DeltaTable>
  dropTable(name: TableName): Promise<void>
  renameTable(from: TableName, to: TableName): Promise<void>

  listViews(catalog: string, schema: string): TableName[]
  view(name: TableName): View | undefined
  saveView(name: TableName, view: View): void
  dropView(name: TableName): void

  volumes(catalog: string, schema: string): string[]
  hasVolume(catalog: string, schema: string, volume: string): boolean
  createVolume(catalog: string, schema: string, volume: string): void
  dropVolume(catalog: string, schema: string, volume: string): void
  /** `/Volumes/c/s/v/rest` → absolute local path. Throws when the volume is not there or the path leaves it. */
  volumePath(path: string): string
}

export declare class DeltaTable {
  readonly name: TableName
  readonly folder: string
  snapshot(at?: At): Promise<Snapshot>
  scan(snapshot: Snapshot): string
  changes(from: number, to?: number): Promise<string>
  append(
    connection: DuckDBConnection,
    select: string,
    options: CommitOptions,
  ): Promise<CommitResult>
  overwrite(
    connection: DuckDBConnection,
    select: string,
    options: CommitOptions & { readonly replaceSchema?: readonly Column[] },
  ): Promise<CommitResult>
  update(
    connection: DuckDBConnection,
    change: { readonly set: Readonly<Record<string, string>>; readonly where?: string },
    options: CommitOptions,
  ): Promise<CommitResult>
  delete(
    connection: DuckDBConnection,
    change: { readonly where?: string },
    options: CommitOptions,
  ): Promise<CommitResult>
  merge(connection: DuckDBConnection, merge: Merge, options: CommitOptions): Promise<CommitResult>
  addColumns(columns: readonly Column[]): Promise<CommitResult>
  setProperties(
    properties: Readonly<Record<string, string>>,
    remove?: readonly string[],
  ): Promise<CommitResult>
  setComment(comment: string | undefined): Promise<CommitResult>
  optimize(connection: DuckDBConnection): Promise<CommitResult>
  history(limit?: number): Promise<HistoryRow[]>
  detail(): Promise<TableDetail>
}

/** The DuckDB type that holds a Databricks SQL type. */
export declare function toDuckDb(type: string): string
/** The Databricks SQL type of a DuckDB type text. */
export declare function fromDuckDb(type: string): string
