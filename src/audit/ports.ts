/** A value handed to a statement by name, never by text. */
export type SqlValue = string | number | bigint | boolean | null | Date

/** What the audit needs of a SQL warehouse. Either call may be repeated by the warehouse when a reply is lost. */
export interface Sql {
  /** Small results: BIGINT as number when exact, else bigint; TIMESTAMP as Date; DECIMAL as text. */
  query(
    sql: string,
    params?: Readonly<Record<string, SqlValue>>,
  ): Promise<Readonly<Record<string, unknown>>[]>
  execute(sql: string, params?: Readonly<Record<string, SqlValue>>): Promise<{ rows: number }>
}

/** What the audit needs of a volume. Each call ends within a time of its own and repeats what the network lost. */
export interface Files {
  /** Creates a file, never overwrites one. */
  put(path: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'>
  /** The files directly in a folder; an empty list where there is no such folder. */
  list(folder: string): Promise<readonly { readonly path: string; readonly bytes: number }[]>
  delete(path: string): Promise<void>
}
