import type { Clock } from '../core/index.ts'
import type { Purpose } from './batch.ts'
import { FairQueue } from './fair-queue.ts'
import { type Leases, windowMs } from './leases.ts'
import type { Pace } from './pace.ts'

/** The right to send one request. */
export interface Permit {
  /** To be called once, when the request is over; until then it counts as being on its way. */
  over(): void
}

/** What a {@link LeasePool} works with. */
export interface PoolParts {
  readonly leases: Leases
  readonly pace: Pace
  readonly clock: Clock
  readonly closed: AbortSignal
}

/**
 * Spends leases one permit at a time, fairly between partitions. A lease is asked for only when somebody waits and
 * none is left. Bisection comes first but gets at most a tenth of the window (at least one request).
 */
export class LeasePool {
  readonly #parts: PoolParts
  readonly #waiting: Readonly<Record<Purpose, FairQueue<() => void>>> = {
    message: new FairQueue(),
    bisection: new FairQueue(),
  }
  #permits = 0
  #bisections = 0
  #pausedUntil = 0
  #isFilling = false
  #leasedAt = 0

  constructor(parts: PoolParts) {
    this.#parts = parts
  }

  /** Resolves with the right to send one request now; rejects with the signal's reason when it aborts first. */
  take(partition: string, purpose: Purpose, signal: AbortSignal): Promise<Permit> {
    const queue = this.#waiting[purpose]
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const granted = (): void => {
        signal.removeEventListener('abort', aborted)
        resolve({ over: () => this.#parts.leases.over() })
      }
      const aborted = (): void => {
        queue.remove(partition, granted)
        reject(signal.reason)
      }
      signal.addEventListener('abort', aborted, { once: true })
      queue.push(partition, granted)
      this.#serve()
    })
  }

  /** Nobody sends for `ms` from now; a longer pause that runs already stays. */
  pause(ms: number): void {
    const until = this.#parts.clock.now() + ms
    if (until <= this.#pausedUntil) return
    this.#pausedUntil = until
    this.#later(ms, () => this.#serve())
  }

  #serve(): void {
    while (this.#permits > 0 && !this.#isPaused()) {
      const granted = this.#next()
      if (granted === undefined) return
      this.#permits--
      granted()
    }
    if (this.#permits === 0 && this.#hasDemand()) void this.#fill()
  }

  #next(): (() => void) | undefined {
    if (this.#mayBisect()) {
      this.#bisections++
      this.#later(windowMs, () => {
        this.#bisections--
        this.#serve()
      })
      return this.#waiting.bisection.shift()
    }
    return this.#waiting.message.shift()
  }

  #mayBisect(): boolean {
    const most = Math.max(1, Math.floor(this.#parts.leases.capacity / 10))
    return !this.#waiting.bisection.isEmpty && this.#bisections < most
  }

  #hasDemand(): boolean {
    return !this.#waiting.message.isEmpty || this.#mayBisect()
  }

  #isPaused(): boolean {
    return this.#parts.clock.now() < this.#pausedUntil
  }

  /** Asks for the next lease. The pace is kept by asking later, never by changing the limiter. */
  async #fill(): Promise<void> {
    if (this.#isFilling) return
    this.#isFilling = true
    const { leases, pace, clock, closed } = this.#parts
    try {
      const heldBackMs = this.#leasedAt + this.#leaseMs() / pace.factor - clock.now()
      if (pace.factor < 1 && heldBackMs > 0) await clock.sleep(heldBackMs, closed)
      await leases.take()
      this.#leasedAt = clock.now()
      this.#permits = leases.size
    } catch {
      return // closed: nobody waits any more
    } finally {
      this.#isFilling = false
    }
    this.#serve()
  }

  #leaseMs(): number {
    const { size, capacity } = this.#parts.leases
    return (size * windowMs) / capacity
  }

  #later(ms: number, act: () => void): void {
    this.#parts.clock.sleep(ms, this.#parts.closed).then(act, () => {})
  }
}
