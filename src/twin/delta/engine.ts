import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'

/** A DuckDB of our own, for checkpoints: Parquet in the log. Started at the first use, in memory, one thread. */
export class Engine {
  #connection: Promise<DuckDBConnection> | undefined
  #close: (() => void) | undefined

  /** Runs one statement and returns its first column as text. */
  async column(sql: string): Promise<string[]> {
    this.#connection ??= this.#open()
    const reader = await (await this.#connection).runAndReadAll(sql)
    return reader.getColumns()[0]?.map(String) ?? []
  }

  /** Lets go of it; the next use starts it again. */
  close(): void {
    this.#close?.()
    this.#close = undefined
    this.#connection = undefined
  }

  async #open(): Promise<DuckDBConnection> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const connection = await instance.connect()
    this.#close = () => {
      connection.closeSync()
      instance.closeSync()
    }
    await connection.run("SET TimeZone='UTC'")
    return connection
  }
}
