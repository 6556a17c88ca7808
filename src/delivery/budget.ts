import { setMaxListeners } from 'node:events'
import { type Answer, type Clock, ConfigError } from '../core/index.ts'
import type { Purpose } from './batch.ts'
import { LeasePool, type Permit } from './lease-pool.ts'
import { bottleneckLeases, type Leases } from './leases.ts'
import { Pace } from './pace.ts'

/** The requests a destination may be sent, shared by all deliveries to it. Every request spends a permit. */
export interface Budget {
  /** Requests per second, after the share. */
  readonly requestsPerSecond: number
  /**
   * Resolves with the right to send one request now. Partitions that wait take turns. `bisection` gets at most a
   * tenth of the window. The permit's `over` says when the request is over. Rejects with the signal's reason when it
   * aborts first.
   */
  take(partition: string, purpose: Purpose, signal: AbortSignal): Promise<Permit>
  /** Every answer: 429 or a `Retry-After` pauses all senders, failures halve the pace, others restore it. */
  learn(answer: Answer): void
  /** Lets go of its timers. Call it when no delivery uses the budget any more. */
  close(): void
}

/** Options of {@link createBudget}. */
export interface BudgetOptions {
  /** More than 0, at most 1000. */
  readonly requestsPerSecond: number
  readonly clock: Clock
  /** The part of the budget that this process may spend: more than 0, at most 1, default 1. */
  readonly share?: number
}

/**
 * A budget that never lets more than three seconds' worth of requests arrive in any sliding window of 3 s (so never
 * more than 3000). Throws {@link ConfigError} `BUDGET_INVALID` when that is less than one request.
 */
export function createBudget({ requestsPerSecond, clock, share = 1 }: BudgetOptions): Budget {
  const rate = requestsPerSecond * share
  if (!(share > 0 && share <= 1 && requestsPerSecond <= maxRequestsPerSecond && rate * 3 >= 1)) {
    throw new ConfigError(
      'BUDGET_INVALID',
      `requests_per_second must be at most ${maxRequestsPerSecond} and its share at least one request in 3 s; ` +
        `it is ${requestsPerSecond} with a share of ${share}.`,
      { context: { requestsPerSecond, share } },
    )
  }
  const closing = new AbortController()
  const leases = bottleneckLeases(rate, clock, closing.signal)
  return budgetOver(leases, rate, clock, closing)
}

/** A budget that spends the given leases. */
export function budgetOver(
  leases: Leases,
  requestsPerSecond: number,
  clock: Clock,
  closing = new AbortController(),
): Budget {
  setMaxListeners(0, closing.signal) // every lease that is to be given back listens
  const pace = new Pace(clock)
  const pool = new LeasePool({ leases, pace, clock, closed: closing.signal })
  return {
    requestsPerSecond,
    take: (partition, purpose, signal) => pool.take(partition, purpose, signal),
    learn({ verdict, status, retryAfterMs }) {
      if (verdict === 'retry') pace.slower()
      else pace.faster()
      if (status === 429 || retryAfterMs !== undefined) pool.pause(retryAfterMs ?? defaultPauseMs)
    },
    close: () => closing.abort(),
  }
}

const maxRequestsPerSecond = 1000
/** How long everybody waits after a 429 that does not say how long. */
const defaultPauseMs = 1000
