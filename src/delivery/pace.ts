import type { Clock } from '../core/index.ts'

/**
 * How much of the budget is used, as a factor: failures halve it, each success gives back a step. Failures of the
 * same second count as one, because requests that were in flight together fail together.
 */
export class Pace {
  readonly #clock: Clock
  #factor = 1
  #halvedAt = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** From 1/32 to 1. */
  get factor(): number {
    return this.#factor
  }

  /** A request failed in a way that more load makes worse. */
  slower(): void {
    const now = this.#clock.now()
    if (now - this.#halvedAt < 1000) return
    this.#halvedAt = now
    this.#factor = Math.max(least, this.#factor / 2)
  }

  /** A request was answered. */
  faster(): void {
    this.#factor = Math.min(1, this.#factor + step)
  }
}

const least = 1 / 32
const step = 1 / 64
