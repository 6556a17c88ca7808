import Bottleneck from 'bottleneck'
import type { Clock } from '../core/index.ts'

/** Hands out permits by the lease. */
export interface Leases {
  /** Permits of one lease. */
  readonly size: number
  /** Most permits that may be spent in any sliding window of {@link windowMs}. */
  readonly capacity: number
  /** Resolves when one more lease may be spent, at any time from then on. */
  take(): Promise<void>
  /** Says that one request is over: its answer has come, or it will never be sent. */
  over(): void
}

/** Length of the sliding window a rate is promised for, in milliseconds. */
export const windowMs = 3000

/**
 * Leases from bottleneck. A job of it costs two timers, which caps it near 400 jobs a second, so a job is a lease
 * of about 25 ms worth of requests. Its reservoir is never refilled by the clock (that lets twice the budget through
 * around a refill): each permit is given back one window after its request was over, so that in any window no more
 * requests arrive than the reservoir holds, by the destination's clock too: a request arrives before it is over. `minTime` spreads the leases over the window. Settings are never
 * updated: that stops bottleneck's timers for good.
 */
export function bottleneckLeases(
  requestsPerSecond: number,
  clock: Clock,
  closed: AbortSignal,
): Leases {
  const capacity = Math.floor((requestsPerSecond * windowMs) / 1000)
  const size = Math.max(1, Math.floor(requestsPerSecond / 40))
  const limiter = new Bottleneck({
    reservoir: capacity,
    minTime: Math.floor((size * 1000) / requestsPerSecond),
  })
  const nothing = async (): Promise<void> => {}
  let ended = 0
  const giveBack = async (): Promise<void> => {
    await clock.sleep(gatherMs, closed)
    const count = ended
    ended = 0
    await clock.sleep(windowMs + timerSlackMs, closed)
    await limiter.incrementReservoir(count)
  }
  return {
    size,
    capacity,
    take: () => limiter.schedule({ weight: size }, nothing),
    over() {
      if (ended++ === 0) giveBack().catch(() => {}) // rejects when the budget is closed: nobody waits any more
    },
  }
}

/** Requests that end within so many milliseconds are given back together: each giving back costs timers. */
const gatherMs = 20
/** Timers may fire a little early against the wall clock. */
const timerSlackMs = 10
