import type { Clock } from '../../../src/core/index.ts'

/** A clock that stands still until it is moved by hand. */
export class HandClock implements Clock {
  #now = 1_700_000_000_000
  #sleepers: { at: number; wake: () => void }[] = []

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({ at: this.#now + ms, wake: resolve })
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  }

  move(ms: number): void {
    this.#now += ms
    for (const { wake } of this.#sleepers.filter(({ at }) => at <= this.#now)) wake()
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now)
  }
}
