import type { BatchOutcome, Exchange } from '../core/index.ts'
import { countOf } from './batch.ts'
import type { FailureBrake } from './failure-brake.ts'
import type { Recorder } from './recorder.ts'

/** What a delivery did so far, in messages, requests and bytes of bodies. */
export interface DeliverySummary {
  readonly delivered: number
  readonly rejected: number
  readonly undelivered: number
  /** Messages too large to be sent at all. */
  readonly invalid: number
  readonly requests: number
  readonly bytes: number
}

/** A recorder that counts what passes on its way to another one, and pulls the brake. */
export class Tally implements Recorder {
  readonly #recorder: Recorder
  readonly #brake: FailureBrake
  readonly #stop: (reason: unknown) => void
  readonly #counts = {
    delivered: 0,
    rejected: 0,
    undelivered: 0,
    invalid: 0,
    requests: 0,
    bytes: 0,
  }

  /** `stop` is called with the brake's error when too many messages are rejected. */
  constructor(recorder: Recorder, brake: FailureBrake, stop: (reason: unknown) => void) {
    this.#recorder = recorder
    this.#brake = brake
    this.#stop = stop
  }

  outcome(outcome: BatchOutcome): void {
    this.#recorder.outcome(outcome)
    const { status, runs } = outcome
    const count = countOf(runs)
    this.#counts[status] += count
    if (status !== 'delivered' && status !== 'rejected') return
    const reason = this.#brake.count(count, status === 'rejected' ? count : 0)
    if (reason !== undefined) this.#stop(reason)
  }

  exchange(exchange: Exchange): void {
    this.#recorder.exchange(exchange)
    this.#counts.requests++
    this.#counts.bytes += exchange.bytes
  }

  ready(): Promise<void> {
    return this.#recorder.ready()
  }

  /** The counts as they stand now. */
  summary(): DeliverySummary {
    return { ...this.#counts }
  }
}
