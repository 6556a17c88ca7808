import type { BatchOutcome, Exchange } from '../core/index.ts'

/** Writes down what happens to messages: implemented by the audit room. */
export interface Recorder {
  /** What became of some messages; every message of a block gets at most one in a delivery. */
  outcome(outcome: BatchOutcome): void
  /** One request and its answer. */
  exchange(exchange: Exchange): void
  /**
   * Resolves when more may be sent; waits while too much is not written yet. Asked before every request. When it
   * rejects, nothing more is sent and the delivery ends with its error.
   */
  ready(): Promise<void>
}
