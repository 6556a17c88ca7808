import type { Compress } from './compress.ts'
import type { ResultFiles } from './result-files.ts'
import type { Page, RowPages } from './row-pages.ts'

/** How results are cut up. */
export interface PageLimits {
  /** Most rows of one inline page, and of one record batch in a result file. */
  readonly pageRows: number
  /** Results with more rows than this go by CloudFetch links, when the client can download. */
  readonly cloudFetchMinRows: number
  /** Most rows of one result file. */
  readonly cloudFetchFileRows: number
}

/** How one client gets the rows of one statement: pages in the reply, or links to files. */
export class Delivery {
  readonly #limits: PageLimits
  readonly #files: ResultFiles
  readonly #canDownload: boolean
  readonly #compress: Compress | undefined
  #isByLinks: boolean | undefined

  /** `compress` is given when the client reads LZ4. */
  constructor(
    limits: PageLimits,
    files: ResultFiles,
    client: { readonly canDownload: boolean; readonly compress?: Compress | undefined },
  ) {
    this.#limits = limits
    this.#files = files
    this.#canDownload = client.canDownload
    this.#compress = client.compress
  }

  get isCompressed(): boolean {
    return this.#compress !== undefined
  }

  /** Rows to see before it is clear how the result is delivered. */
  get readAheadRows(): number {
    return this.#canDownload ? this.#limits.cloudFetchMinRows + 1 : 1
  }

  /** Decided once, by the size of the result when it is first asked about. */
  isByLinks(pages: RowPages | undefined): boolean {
    if (pages === undefined) return false
    this.#isByLinks ??= this.#canDownload && pages.rowsAhead > this.#limits.cloudFetchMinRows
    return this.#isByLinks
  }

  /** The next rows as Thrift's TRowSet. `isExpired` hands out links whose time is already over. */
  async rowSet(
    operationId: string,
    pages: RowPages,
    maxRows: number,
    isExpired: boolean,
  ): Promise<object> {
    const startRowOffset = pages.rowsTaken
    if (!this.isByLinks(pages)) {
      if (!pages.hasMore) return { startRowOffset, rows: [], arrowBatches: [] }
      const { rowCount, batch } = await pages.next(Math.min(maxRows, this.#limits.pageRows))
      return {
        startRowOffset,
        rows: [],
        arrowBatches: [{ batch: await this.#packed(batch), rowCount }],
      }
    }
    if (!pages.hasMore) return { startRowOffset, rows: [], resultLinks: [] }
    const batches = await this.#fileBatches(pages)
    const rowCount = pages.rowsTaken - startRowOffset
    const file = await this.#packed(pages.ipc.stream(batches.map(({ batch }) => batch)))
    const link = await this.#files.add(operationId, file, isExpired)
    return { startRowOffset, rows: [], resultLinks: [{ ...link, startRowOffset, rowCount }] }
  }

  async #fileBatches(pages: RowPages): Promise<Page[]> {
    const batches: Page[] = []
    let left = this.#limits.cloudFetchFileRows
    while (left > 0 && pages.hasMore) {
      const page = await pages.next(Math.min(left, this.#limits.pageRows))
      batches.push(page)
      left -= page.rowCount
    }
    return batches
  }

  async #packed(bytes: Buffer): Promise<Buffer> {
    return this.#compress === undefined ? bytes : this.#compress(bytes)
  }
}
