import { type Pair, type Window, windowsIn } from '../audit/index.ts'
import { readScope, type Scope } from '../source/index.ts'
import { loadOutcomes } from './load-outcomes.ts'
import type { Parts } from './parts.ts'
import { whenFree } from './when-free.ts'
import { withLease } from './with-lease.ts'

/** A window that is open while nobody works on it. */
export interface IdleWindow {
  readonly window: Window
  readonly scope: Scope
}

/** How long a run at work is waited for, in ms. */
const patienceMs = 10 * 60_000

/**
 * Does something about a sync and destination while no run, backfill or slice of it is at work, and none can start: with
 * what an earlier one wrote down loaded, and the window that it left open. Waits ten minutes for a run that is at work.
 * Throws LEASE_HELD or SLICES_AT_WORK when they are over.
 */
export function whenQuiet<T>(
  parts: Parts,
  pair: Pair,
  signal: AbortSignal | undefined,
  work: (idle: IdleWindow | undefined) => Promise<T>,
  waitMs = patienceMs,
): Promise<T> {
  const { warehouse, project } = parts
  return whenFree(parts, pair, waitMs, signal, () =>
    withLease(parts, { name: pair.sync }, pair.destination, signal, async () => {
      const window = await windowsIn(warehouse, project.control).findOpen(
        pair.sync,
        pair.destination,
      )
      if (window === undefined) return work(undefined)
      await loadOutcomes(parts, window)
      return work({ window, scope: readScope(window.pin) })
    }),
  )
}
