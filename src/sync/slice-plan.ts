import { runsIn, sliceLeasesIn, sliceName, type WindowRun } from '../audit/index.ts'
import { AuditError, ConfigError, type SyncSpec } from '../core/index.ts'
import { limits } from '../customerio/index.ts'
import { newRunId } from './attempt.ts'
import { whileReleased } from './holds.ts'
import type { Parts } from './parts.ts'
import { messagesToSend } from './rows.ts'
import { takeOver } from './take-over.ts'
import { whenFree } from './when-free.ts'
import { type Opening, openWindow } from './window.ts'
import { withLease } from './with-lease.ts'

/** A slice that waits for a process: what a `for_each` task hands to one of its iterations. */
export interface SliceTask {
  readonly sync: string
  readonly destination: string
  readonly window: string
  /** Counts from 1. */
  readonly slice: number
  readonly slices: number
}

/** What a plan of slices may be given. */
export interface SlicePlanOptions extends Partial<Pick<Opening, 'confirmed' | 'limit'>> {
  /** Into how many slices: from 1 to 100, and no more than the destination takes requests in 3 s. */
  readonly slices: number
  readonly signal?: AbortSignal
}

/** As many iterations as a `for_each` task runs side by side: more slices would waste their part of the budget. */
const mostSlices = 100

/**
 * Opens the window of a sync and destination, or takes over the one that is open, and cuts it into slices. Sends nothing;
 * brakes, checks and holds act here. Gives the slices that are not finished: none where there is nothing to send, and
 * settling closes the window then. Can be repeated; another number cuts the rest anew.
 */
export async function planSlices(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  { slices, confirmed = [], signal, ...given }: SlicePlanOptions,
): Promise<SliceTask[]> {
  checkNumber(parts, destination, slices)
  const { warehouse, project, clock } = parts
  const pair = { sync: sync.name, destination }
  return whileReleased(parts, sync, signal, (released) =>
    whenFree(parts, pair, undefined, released, async () => {
      await takeOver(parts, sync, destination, (old) => refuseOpenWindow(old, sync), released)
      return withLease(parts, sync, destination, released, async ({ lease }, stop) => {
        const opening = {
          ...given,
          kind: 'sync' as const,
          confirmed,
          runId: newRunId(clock),
          lease,
        }
        const opened = await openWindow(parts, sync, destination, opening, stop)
        await sliceLeasesIn(warehouse, project.control, clock).cut(pair, slices)
        if (messagesToSend(opened) === 0) return []
        const window = opened.window.windowId
        const runs = await runsIn(warehouse, project.control).ofWindow(window)
        return unfinished(slices, runs).map((slice) => ({ ...pair, window, slice, slices }))
      })
    }),
  )
}

/** Finishing it would send. */
async function refuseOpenWindow(old: SyncSpec, { name }: SyncSpec): Promise<never> {
  throw new AuditError(
    'RENAMED_WHILE_OPEN',
    `a window is open under the old name ${old.name}; "customerio-jobs run ${name}" finishes it and goes on under the new one, then plan again`,
  )
}

/** The numbers of the slices that no run has finished. */
export function unfinished(slices: number, runs: readonly WindowRun[]): number[] {
  const done = new Set(runs.filter(({ exitCode }) => exitCode === 0).map(({ slice }) => slice))
  return Array.from({ length: slices }, (_, i) => i + 1).filter(
    (number) => !done.has(sliceName({ number, of: slices })),
  )
}

function checkNumber({ project }: Parts, destination: string, slices: number): void {
  const perSecond = project.destinations[destination]?.requestsPerSecond ?? Infinity
  const most = Math.min(mostSlices, Math.floor((perSecond * limits.windowMs) / 1000))
  if (Number.isSafeInteger(slices) && slices >= 1 && slices <= most) return
  throw new ConfigError(
    'SLICES_INVALID',
    `the number of slices for ${destination} is a whole number from 1 to ${most}: each sends at least one request in 3 s`,
  )
}
