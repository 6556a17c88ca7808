import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api'
import { SqlError } from '../sql/contract.ts'
import { type Column, columnType } from './column.ts'
import { encodeColumn } from './encode.ts'
import { IpcPieces } from './ipc.ts'

/** Some rows of a result, as one Arrow record batch message. */
export interface Page {
  readonly rowCount: number
  readonly batch: Buffer
}

/** A DuckDB chunk and how far it has been read. */
interface Ahead {
  readonly chunk: DuckDBDataChunk
  from: number
}

/** Reads a streaming DuckDB result page by page: nothing is pulled before it is needed. */
export class RowPages {
  readonly columns: readonly Column[]
  readonly ipc: IpcPieces
  readonly #result: DuckDBResult
  #ahead: Ahead[] = []
  #rowsAhead = 0
  readonly #isStreaming: boolean
  #isDrained = false
  #rowsTaken = 0

  private constructor(result: DuckDBResult) {
    const names = result.columnNames()
    this.#result = result
    this.#isStreaming = result.isStreaming
    this.columns = result
      .columnTypes()
      .map((type, i) => ({ name: names[i] ?? '', ...columnType(type) }))
    this.ipc = new IpcPieces(this.columns)
  }

  /** Opens a result and reads `rows` rows ahead (at least one chunk), so that early errors show at once. */
  static async open(result: DuckDBResult, rows: number): Promise<RowPages> {
    const pages = new RowPages(result)
    await pages.#fill(Math.max(1, rows))
    return pages
  }

  /** True while rows are left. Exact: there is always a row read ahead, or none left. */
  get hasMore(): boolean {
    return this.#rowsAhead > 0
  }

  /** Rows read from DuckDB and not yet taken. */
  get rowsAhead(): number {
    return this.#rowsAhead
  }

  /** Rows taken so far: where the next page starts. */
  get rowsTaken(): number {
    return this.#rowsTaken
  }

  /** The next `rows` rows, fewer only at the end. One call at a time. */
  async next(rows: number): Promise<Page> {
    await this.#fill(rows)
    const taken: { chunk: DuckDBDataChunk; from: number; count: number }[] = []
    let rowCount = 0
    for (const ahead of this.#ahead) {
      const count = Math.min(rows - rowCount, ahead.chunk.rowCount - ahead.from)
      if (count === 0) break
      taken.push({ chunk: ahead.chunk, from: ahead.from, count })
      ahead.from += count
      rowCount += count
    }
    const data = this.columns.map((column, i) =>
      encodeColumn(
        column,
        taken.map(({ chunk, from, count }) => ({ vector: chunk.getColumnVector(i), from, count })),
      ),
    )
    const batch = this.ipc.batch(data, rowCount)
    // Only now: DuckDB frees a chunk's memory with the last reference to the chunk.
    this.#ahead = this.#ahead.filter(({ chunk, from }) => from < chunk.rowCount)
    this.#rowsAhead -= rowCount
    this.#rowsTaken += rowCount
    await this.#fill(1)
    return { rowCount, batch }
  }

  async #fill(rows: number): Promise<void> {
    while (!this.#isDrained && this.#rowsAhead < rows) {
      const chunk = await this.#result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) {
        this.#isDrained = true
        this.#failIfBroken()
        return
      }
      this.#ahead.push({ chunk, from: 0 })
      this.#rowsAhead += chunk.rowCount
    }
  }

  /**
   * A stream that fails halfway looks like one that ends: DuckDB's binding tells the error to nobody. But a failed
   * result says that it streams no longer, and an ended one does not.
   */
  #failIfBroken(): void {
    if (!this.#isStreaming || this.#result.isStreaming) return
    throw new SqlError(
      '[INTERNAL_ERROR] The statement failed while its rows were being read. SQLSTATE: XX000',
      'XX000',
    )
  }
}
