import type { SyncSpec } from '../core/index.ts'
import { destinationsOf } from '../source/index.ts'
import type { Parts } from './parts.ts'
import { type Plan, type PlanOptions, planWindow } from './plan-window.ts'
import { failedRun, type RunEnding } from './run-all.ts'

/** A plan, or why there is none: a run would fail in the same way. */
export type PlanEnding = Plan | Extract<RunEnding, { readonly kind: 'failed' }>

/**
 * Says what a run of a sync would do now for each of its destinations. Sends nothing, opens no window, takes no lease
 * and writes nothing down; a snapshot that a query needs is dropped again.
 */
export async function plan(
  parts: Parts,
  sync: SyncSpec,
  options: PlanOptions = {},
): Promise<PlanEnding[]> {
  return Promise.all(
    destinationsOf(sync.send.to).map(async (destination): Promise<PlanEnding> => {
      try {
        return await planWindow(parts, sync, destination, options)
      } catch (error) {
        return failedRun(sync, destination, error, options.signal)
      }
    }),
  )
}

/**
 * The exit code of a plan: that of the first destination that failed; 8 with `stopsCount` where a brake or a hold would
 * stop a run; else 0.
 */
export function planExitCode(endings: readonly PlanEnding[], stopsCount: boolean): number {
  const failed = endings.find((ending) => ending.kind === 'failed')
  if (failed !== undefined) return failed.exitCode
  const isStopped = endings.some(
    (one) => one.kind === 'planned' && (one.brakes.length > 0 || one.hold !== undefined),
  )
  return stopsCount && isStopped ? 8 : 0
}
