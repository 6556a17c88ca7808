import type { BatchFormat, Clock, Log, MessageBlock, Send } from '../core/index.ts'
import type { Budget } from './budget.ts'
import type { DeliveryLimits } from './limits.ts'
import type { Recorder } from './recorder.ts'
import type { DeliverySummary } from './tally.ts'

/** What `deliver` needs. */
export interface DeliverOptions {
  /** The messages, in source order. Only their messages are delivered; `invalid` rows are the caller's to record. */
  readonly blocks: AsyncIterable<MessageBlock>
  readonly send: Send
  readonly format: BatchFormat
  readonly budget: Budget
  readonly recorder: Recorder
  /**
   * `free`: no identity has two messages, any batch may fly. `by-identity`: messages of one identity keep their order.
   * `in-order`: all messages do, because some are about more than one identity: one batch at a time.
   */
  readonly lanes: 'free' | 'by-identity' | 'in-order'
  readonly clock: Clock
  readonly log: Log
  /** Percentage of rejected messages (0 to 100) above which the sending stops. */
  readonly maxFailedPercent: number
  /** Reads the secret again after a 401 or 403; true when it is another one now. Without it the key is final. */
  readonly reauthorize?: () => Promise<boolean>
  /** Abort it to stop gracefully: nothing new is taken, what is in flight may finish. */
  readonly signal?: AbortSignal
  readonly limits?: Partial<DeliveryLimits>
  /** Called after every batch with the counts so far. */
  readonly onProgress?: (summary: DeliverySummary) => void
  /** For jitter: 0 (inclusive) to 1 (exclusive). Default `Math.random`. */
  readonly random?: () => number
}
