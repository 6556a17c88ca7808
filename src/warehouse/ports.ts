/** A value handed to a statement by name, never by text. Integers travel as BIGINT, dates as TIMESTAMP in UTC. */
export type SqlValue = string | number | bigint | boolean | null | Date

/** Named parameters of a statement; Databricks takes 256 at most. */
export type SqlParameters = Readonly<Record<string, SqlValue>>

/**
 * A row of a small result: BIGINT as number when it is exact, else bigint; DECIMAL as text; TIMESTAMP as Date (cut
 * to milliseconds); DATE as `YYYY-MM-DD`; nested values as plain objects, arrays and objects.
 */
export type SqlRow = Readonly<Record<string, unknown>>

/** A page of a large result: an Arrow IPC stream in pieces, the schema first. */
export interface ArrowPage {
  readonly messages: readonly Uint8Array[]
  readonly rows: number
}

/** The SQL warehouse as every other room sees it. Each statement may be repeated when a reply is lost. */
export interface Warehouse {
  /** Runs a statement and gives its whole, small result. */
  query(sql: string, parameters?: SqlParameters, signal?: AbortSignal): Promise<SqlRow[]>
  /** Runs a statement for its effect and gives the number of rows it changed, where the service says so. */
  execute(sql: string, parameters?: SqlParameters, signal?: AbortSignal): Promise<{ rows: number }>
  /**
   * Runs a query and hands on its result page by page at the consumer's pace; the first page is the schema alone, so
   * that an empty result has one too. A break is thrown with disposition
   * `retry`: nothing can be resumed, so the caller starts the same (pinned) read again.
   */
  read(sql: string, parameters?: SqlParameters, signal?: AbortSignal): AsyncGenerator<ArrowPage>
  close(): Promise<void>
}

/** Gives a bearer token that is valid now; `fresh` asks for a new one after a refusal. */
export type TokenSource = (fresh?: boolean) => Promise<string>
