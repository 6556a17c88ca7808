/** How many requests a key may make: at most `requests` in any `windowMs`. */
export interface RateLimit {
  readonly requests: number
  readonly windowMs: number
}

/** The documented rate: 3000 requests in 3 seconds. */
export const documentedRate: RateLimit = { requests: 3000, windowMs: 3000 }

/**
 * A sliding window: remembers when the last `requests` requests were let in, so no interval of `windowMs`, wherever
 * it starts, ever holds more. A request that is turned away does not count.
 */
export class RateWindow {
  readonly #windowMs: number
  readonly #times: Float64Array
  #next = 0

  constructor({ requests, windowMs }: RateLimit) {
    this.#windowMs = windowMs
    this.#times = new Float64Array(requests).fill(Number.NEGATIVE_INFINITY)
  }

  /** Lets a request in at `now` and returns 0, or returns the milliseconds to wait. */
  enter(now: number): number {
    const oldest = this.#times[this.#next] ?? Number.NEGATIVE_INFINITY
    const waitMs = oldest + this.#windowMs - now
    if (waitMs > 0) return waitMs
    this.#times[this.#next] = now
    this.#next = (this.#next + 1) % this.#times.length
    return 0
  }
}

/** The most of the ascending `times` that any half-open interval of `windowMs` holds. */
export function mostInWindow(times: readonly number[], windowMs: number): number {
  let most = 0
  let first = 0
  for (const [i, time] of times.entries()) {
    while ((times[first] ?? time) <= time - windowMs) first++
    most = Math.max(most, i - first + 1)
  }
  return most
}
