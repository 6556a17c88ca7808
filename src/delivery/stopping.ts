import { setMaxListeners } from 'node:events'
import type { Clock } from '../core/index.ts'

/**
 * How a delivery ends early. The first reason wins: nothing new starts from then on (`stop`), and what is in flight
 * may still be answered for a grace period, after which it is cut off (`cut`).
 */
export class Stopping {
  readonly #stop = new AbortController()
  readonly #cut = new AbortController()
  readonly #over = new AbortController()
  readonly #clock: Clock
  readonly #graceMs: number

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock
    this.#graceMs = graceMs
    setMaxListeners(0, this.stop, this.cut) // every batch in hand listens
  }

  /** Aborts when nothing new may start. */
  get stop(): AbortSignal {
    return this.#stop.signal
  }

  /** Aborts when requests in flight are cut off; their messages stay pending. */
  get cut(): AbortSignal {
    return this.#cut.signal
  }

  /** Stops for `reason`, unless stopped already. */
  now(reason: unknown): void {
    if (this.#stop.signal.aborted) return
    this.#stop.abort(reason)
    this.#clock.sleep(this.#graceMs, this.#over.signal).then(
      () => this.#cut.abort(reason),
      () => {}, // everything was answered in time
    )
  }

  /** Nothing is in flight any more. */
  done(): void {
    this.#over.abort()
  }
}
