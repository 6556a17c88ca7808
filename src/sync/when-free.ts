import type { Pair } from '../audit/index.ts'
import { AuditError } from '../core/index.ts'
import { unfinishedBackfill } from './backfill-plan.ts'
import type { Parts } from './parts.ts'

/** How long a run waits for a window of a backfill: several times what one takes. */
const backfillMs = 600_000
/** How often a waiting run asks again. Shorter than the time that a backfill leaves the lease to others. */
export const askAgainMs = 2_000
/** Codes of a lease that is not to be had now. */
const taken: ReadonlySet<string> = new Set(['LEASE_HELD', 'SLICES_AT_WORK'])

/**
 * Does what needs the lease of a sync and destination, and waits for it where another run has it: as long as `waitMs`
 * says, else only while a backfill is under way, which gives the lease back every minute or two. Throws LEASE_HELD or
 * SLICES_AT_WORK when the time is up.
 */
export async function whenFree<T>(
  parts: Parts,
  pair: Pair,
  waitMs: number | undefined,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, log } = parts
  const since = clock.now()
  let mostMs = waitMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      // Nothing else throws these, and the lease is the first thing that is taken: nothing was done yet.
      const isTaken = error instanceof AuditError && taken.has(error.code)
      if (!isTaken) throw error
      const isFirst = mostMs === undefined
      mostMs ??= (await unfinishedBackfill(parts, pair)) === undefined ? 0 : backfillMs
      if (clock.now() - since >= mostMs) throw error
      if (isFirst) log.info('waiting until nobody else works on it', { ...pair })
      await clock.sleep(askAgainMs, signal)
    }
  }
}
