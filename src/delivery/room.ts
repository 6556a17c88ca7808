import { orAborted } from './or-aborted.ts'

/** A bounded space: things of some size enter while there is room, and leave. One at a time may wait to enter. */
export class Room {
  readonly #maxBytes: number
  readonly #maxCount: number
  #bytes = 0
  #count = 0
  #wake = (): void => {}

  constructor(maxBytes: number, maxCount: number) {
    this.#maxBytes = maxBytes
    this.#maxCount = maxCount
  }

  /** Resolves when `bytes` are inside; what is too big alone enters an empty room. Rejects when the signal aborts. */
  async enter(bytes: number, signal: AbortSignal): Promise<void> {
    while (this.#isFull(bytes)) {
      const change = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await orAborted(change, signal)
    }
    signal.throwIfAborted()
    this.#bytes += bytes
    this.#count++
  }

  /** Gives back what {@link enter} took. */
  leave(bytes: number): void {
    this.#bytes -= bytes
    this.#count--
    this.#wake()
  }

  #isFull(bytes: number): boolean {
    if (this.#count === 0) return false
    return this.#count >= this.#maxCount || this.#bytes + bytes > this.#maxBytes
  }
}
