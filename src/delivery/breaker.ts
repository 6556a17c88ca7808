import { type Clock, DestinationError } from '../core/index.ts'
import type { BreakerLimits } from './limits.ts'
import { orAborted } from './or-aborted.ts'

/** A right to send that the breaker gave; `isProbe` while it tries whether the destination is back. */
export interface Pass {
  readonly isProbe: boolean
}

/**
 * Stops sending to a destination that only fails: opens after failures in a row, or when most answers of a while
 * failed; then lets one probe through at a time, and closes with the first success.
 */
export class Breaker {
  readonly #limits: BreakerLimits
  readonly #clock: Clock
  #open: Open | undefined
  #failuresInRow = 0
  #span = { since: 0, answers: 0, failed: 0 }

  constructor(limits: BreakerLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /**
   * Resolves when a request may be sent: at once while closed. Rejects with {@link DestinationError}
   * `DESTINATION_DOWN` once it has been open for too long, or with the signal's reason.
   */
  async pass(signal: AbortSignal): Promise<Pass> {
    for (let open = this.#open; open !== undefined; open = this.#open) {
      const openForMs = this.#clock.now() - open.since
      if (openForMs >= this.#limits.mostOpenMs) throw isDown(openForMs)
      if (open.isProbing) await orAborted(open.answered, signal)
      else {
        open.isProbing = true
        await this.#clock.sleep(this.#limits.probeAfterMs, signal)
        return { isProbe: true }
      }
    }
    return { isProbe: false }
  }

  /** Says how a request that had a pass ended: `failed` when the destination was not able to answer it. */
  record(failed: boolean, { isProbe }: Pass): void {
    if (this.#open === undefined) this.#count(failed)
    else if (!failed) this.#change(undefined)
    else if (isProbe) this.#change(opened(this.#open.since))
  }

  #count(failed: boolean): void {
    const { failuresInRow, failedShare, leastAnswers, spanMs } = this.#limits
    const now = this.#clock.now()
    if (now - this.#span.since > spanMs) this.#span = { since: now, answers: 0, failed: 0 }
    this.#span.answers++
    this.#span.failed += failed ? 1 : 0
    this.#failuresInRow = failed ? this.#failuresInRow + 1 : 0
    const { answers, failed: failures } = this.#span
    const isMostly = answers >= leastAnswers && failures >= answers * failedShare
    if (this.#failuresInRow >= failuresInRow || isMostly) this.#change(opened(now))
  }

  #change(to: Open | undefined): void {
    const before = this.#open
    this.#open = to
    this.#failuresInRow = 0
    this.#span = { since: this.#clock.now(), answers: 0, failed: 0 }
    before?.wake()
  }
}

interface Open {
  /** When it opened first, before any failed probe. */
  readonly since: number
  isProbing: boolean
  /** Resolves when a probe was answered. */
  readonly answered: Promise<void>
  readonly wake: () => void
}

function opened(since: number): Open {
  let wake = (): void => {}
  const answered = new Promise<void>((resolve) => {
    wake = resolve
  })
  return { since, isProbing: false, answered, wake }
}

function isDown(openForMs: number): DestinationError {
  const seconds = Math.round(openForMs / 1000)
  return new DestinationError(
    'DESTINATION_DOWN',
    `The destination has not answered for ${seconds} s. What it has not answered stays pending: run the same command again when it is back.`,
    { disposition: 'retry', context: { openForMs } },
  )
}
