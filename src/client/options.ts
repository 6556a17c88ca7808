import type { Clock } from '../core/index.ts'
import type { Region } from '../customerio/index.ts'

/** How a {@link CustomerIO} is made. Only the region and the key are required. */
export interface CustomerIOOptions {
  /** Where the workspace's data is kept. Never guessed: the wrong region may answer 200 and store nothing. */
  readonly region: Region
  /** The write key of a Customer.io API source. Goes nowhere but into the Authorization header. */
  readonly key: string
  /** Requests per second at most, in any sliding window of 3 s; default 100, at most the documented 1000. */
  readonly requestsPerSecond?: number
  /** Another address, on loopback only: for tests. */
  readonly url?: string
  /** One more certificate authority to trust, in PEM: for tests. */
  readonly ca?: string
  /** For one exchange from connecting to the answer's end; default 10 s. */
  readonly timeoutMs?: number
  readonly retry?: RetryOptions
  /** Time; default the system's. */
  readonly clock?: Clock
  /** For jitter and nothing else: 0 (inclusive) to 1 (exclusive). Default `Math.random`. */
  readonly random?: () => number
}

/**
 * How long a request that got no answer, a 408, a 429 or a 5xx is sent again. Between two attempts passes anything
 * from 0 to `firstMs` × 2^(attempts − 1), at most `mostMs`, and at least what `Retry-After` asks for.
 */
export interface RetryOptions {
  /** From the first attempt on; default 60 s. 0 sends once. */
  readonly deadlineMs?: number
  /** Default 250 ms. */
  readonly firstMs?: number
  /** Default 30 s. */
  readonly mostMs?: number
}

/** What every method takes beside its message. */
export interface CallOptions {
  /** Abort it to stop: nothing new is sent, and what is in flight is waited for up to `graceMs` of 1 s. */
  readonly signal?: AbortSignal
}
