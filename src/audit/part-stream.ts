import type { Clock } from '../core/index.ts'
import type { PartBuilder } from './parquet/part.ts'
import type { PartTable, Uploads } from './uploads.ts'

/** What a stream of parts needs. */
export interface PartStreamSettings {
  readonly table: PartTable
  readonly part: PartBuilder
  readonly folder: string
  readonly attempt: number
  readonly clock: Clock
  readonly uploads: Uploads
  readonly limits: {
    readonly partAgeMs: number
    readonly partBytes: number
    readonly partRows: number
  }
}

/** Cuts the rows of one table into parts, by age, memory and number, and hands them to the uploads. */
export class PartStream {
  readonly #settings: PartStreamSettings
  #seq = 0
  #since: number | undefined
  #timer: AbortController | undefined

  constructor(settings: PartStreamSettings) {
    this.#settings = settings
  }

  /** Memory of the rows that are in no part yet. */
  get bytes(): number {
    return this.#settings.part.bytes
  }

  /** When the first of them came. */
  get since(): number | undefined {
    return this.#since
  }

  /** To be called after rows were added to the part. */
  added(): void {
    const { part, limits, clock } = this.#settings
    if (part.rows === 0) return
    if (this.#since === undefined) {
      this.#since = clock.now()
      this.#cutLater()
    }
    if (part.bytes >= limits.partBytes || part.rows >= limits.partRows) this.cut()
  }

  /** Hands the rows so far to the uploads, if there are any. */
  cut(): void {
    if (this.#since === undefined) return
    const { table, part, folder, attempt, uploads } = this.#settings
    this.#timer?.abort()
    const path = `${folder}/${padded(attempt)}-${padded(++this.#seq)}.parquet`
    uploads.add({ table, path, part: part.seal(), since: this.#since })
    this.#since = undefined
  }

  #cutLater(): void {
    const timer = new AbortController()
    this.#timer = timer
    this.#settings.clock.sleep(this.#settings.limits.partAgeMs, timer.signal).then(
      () => this.cut(),
      () => {}, // cut before its time
    )
  }
}

function padded(number: number): string {
  return String(number).padStart(6, '0')
}
