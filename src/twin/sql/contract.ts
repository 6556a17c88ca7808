import type { DuckDBResult } from '@duckdb/node-api'

/** A named parameter as it arrives on the wire: the type's SQL name and the value as text, or NULL. */
export interface NamedParameter {
  readonly name: string
  readonly type: string
  readonly value: string | null
}

/** The result of one statement. */
export interface SqlResult {
  /** A streaming DuckDB result on a connection of its own; absent when the statement has no result set. */
  readonly result?: DuckDBResult
  /** Rows a DML statement changed. Its counter row stands in `result`. */
  readonly modifiedRows?: number
  /** Gives the connection back. Call it once, whatever happened. */
  close(): void
}

/** Executes Databricks SQL: what the warehouse door needs of an engine. */
export interface SqlSession {
  /** Runs one statement. Throws {@link SqlError}; stops when the signal aborts. */
  execute(
    sql: string,
    parameters: readonly NamedParameter[],
    signal: AbortSignal,
  ): Promise<SqlResult>
  close(): void
}

/** Opens sessions; one per driver session. */
export interface SqlEngine {
  session(defaults: { catalog?: string; schema?: string }): SqlSession
}

/** An error in the words and with the SQLSTATE of the real service, for example `[TABLE_OR_VIEW_NOT_FOUND] …`. */
export class SqlError extends Error {
  readonly sqlState: string

  constructor(message: string, sqlState: string) {
    super(message)
    this.name = 'SqlError'
    this.sqlState = sqlState
  }
}
