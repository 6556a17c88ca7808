import { AuditError, type Clock, codesOf, type Log, SyncError } from '../core/index.ts'
import { encodePart, type SealedPart } from './parquet/part.ts'
import type { Files } from './ports.ts'

/** A part that stands in the volume. */
export interface PartSummary {
  readonly table: PartTable
  readonly path: string
  readonly rows: number
  /** Size of the file. */
  readonly bytes: number
}

/** The tables that are loaded from parts, by the folder their parts are in. */
export type PartTable = 'outcomes' | 'requests'

/** A sealed part on its way. */
export interface WaitingPart {
  readonly table: PartTable
  readonly path: string
  readonly part: SealedPart
  /** When its first row came, in ms since the epoch. */
  readonly since: number
}

/** How uploads are repeated, on top of what {@link Files} repeats by itself. Times in ms. */
export interface UploadLimits {
  /** Tries of one part before the run is given up. */
  readonly tries: number
  /** Pause after the first failure; doubles up to 30 s. */
  readonly pauseMs: number
  readonly compress: boolean
}

const longestPauseMs = 30_000

/** Encodes and uploads parts one after the other, in order. The only owner of a part once it is sealed. */
export class Uploads {
  readonly #files: Files
  readonly #clock: Clock
  readonly #log: Log
  readonly #limits: UploadLimits
  readonly #waiting: WaitingPart[] = []
  readonly #done: PartSummary[] = []
  #settled: (() => void)[] = []
  #running = false
  #failure: AuditError | undefined

  constructor(files: Files, clock: Clock, log: Log, limits: UploadLimits) {
    this.#files = files
    this.#clock = clock
    this.#log = log
    this.#limits = limits
  }

  /** Set once a part could not be uploaded: nothing is uploaded after it. */
  get failure(): AuditError | undefined {
    return this.#failure
  }

  /** Memory of the parts that are not uploaded yet. */
  get bytes(): number {
    return this.#waiting.reduce((sum, { part }) => sum + part.bytes, 0)
  }

  /** When the oldest row that is not uploaded yet came. */
  get since(): number | undefined {
    return this.#waiting[0]?.since
  }

  get done(): readonly PartSummary[] {
    return this.#done
  }

  add(part: WaitingPart): void {
    this.#waiting.push(part)
    if (!this.#running) void this.#run()
  }

  /** Resolves when the next part is uploaded or has failed; at once when none is waiting. */
  settled(): Promise<void> {
    if (!this.#running) return Promise.resolve()
    return new Promise((resolve) => {
      this.#settled.push(resolve)
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#failure !== undefined) break
      try {
        this.#done.push(await this.#upload(next))
        this.#waiting.shift()
      } catch (error) {
        this.#failure = failed(next.path, error)
        this.#log.error(this.#failure.message, { code: this.#failure.code })
      }
      this.#wake()
    }
    this.#running = false
    this.#wake()
  }

  async #upload({ table, path, part }: WaitingPart): Promise<PartSummary> {
    const bytes = await encodePart(part, this.#limits.compress)
    for (let tries = 1, pauseMs = this.#limits.pauseMs; ; tries++, pauseMs *= 2) {
      try {
        // A part's name has one content only, so "exists" means that an earlier try got through.
        const put = await this.#files.put(path, bytes)
        this.#log.debug('part uploaded', { path, rows: part.rows, bytes: bytes.length, put })
        return { table, path, rows: part.rows, bytes: bytes.length }
      } catch (error) {
        if (tries >= this.#limits.tries || isFinal(error)) throw error
        this.#log.warn('a part could not be uploaded yet', { path, tries, code: codesOf(error)[0] })
        await this.#clock.sleep(Math.min(pauseMs, longestPauseMs))
      }
    }
  }

  #wake(): void {
    const waiters = this.#settled
    this.#settled = []
    for (const resolve of waiters) resolve()
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof SyncError && error.disposition !== 'retry'
}

function failed(path: string, cause: unknown): AuditError {
  return new AuditError(
    'UPLOAD_FAILED',
    `outcomes cannot be written to ${path}; check WRITE VOLUME on the volume and that the workspace is reachable, then run the command again`,
    { cause, context: { path } },
  )
}
