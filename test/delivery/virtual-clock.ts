import type { Clock } from '../../src/core/index.ts'

/**
 * Time that jumps: when nothing else is left to do, the earliest sleeper wakes up and it is then. A test that
 * only waits on this clock therefore takes no time, whatever it simulates.
 */
export class VirtualClock implements Clock {
  #now = Date.UTC(2026, 0, 1)
  #sleepers: { at: number; wake: () => void }[] = []
  #isTicking = false

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const sleeper = { at: this.#now + Math.max(0, ms), wake: () => {} }
      const aborted = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal?.reason)
      }
      sleeper.wake = () => {
        signal?.removeEventListener('abort', aborted)
        resolve()
      }
      signal?.addEventListener('abort', aborted, { once: true })
      this.#sleepers.push(sleeper)
      this.#tick()
    })
  }

  #tick(): void {
    if (this.#isTicking) return
    this.#isTicking = true
    setImmediate(() => {
      this.#isTicking = false
      const first = this.#sleepers.reduce<{ at: number; wake: () => void } | undefined>(
        (least, other) => (least === undefined || other.at < least.at ? other : least),
        undefined,
      )
      if (first === undefined) return
      this.#sleepers = this.#sleepers.filter((other) => other !== first)
      this.#now = Math.max(this.#now, first.at)
      first.wake()
      this.#tick()
    })
  }
}
