import type { Answer, Clock } from '../core/index.ts'
import type { Backoff } from './backoff.ts'

/** When to try again. */
export interface RetryPolicy {
  readonly backoff: Backoff
  readonly deadlineMs: number
  readonly clock: Clock
  /** Ends the waiting; {@link retrying} then rejects with its reason. */
  readonly stop: AbortSignal
}

/**
 * Repeats a sending while its answer says `retry`, waiting at least what the answer asks for. The last `retry` is
 * returned when the next attempt would begin after the deadline, which counts from the first attempt.
 */
export function retrying<T extends unknown[]>(
  attempt: (...args: T) => Promise<Answer>,
  { backoff, deadlineMs, clock, stop }: RetryPolicy,
): (...args: T) => Promise<Answer> {
  return async (...args) => {
    const deadline = clock.now() + deadlineMs
    for (let failures = 1; ; failures++) {
      const answer = await attempt(...args)
      if (answer.verdict !== 'retry') return answer
      stop.throwIfAborted() // not given up: the next run tries again
      const delayMs = Math.max(backoff(failures), answer.retryAfterMs ?? 0)
      if (clock.now() + delayMs >= deadline) return answer
      await clock.sleep(delayMs, stop)
    }
  }
}
