import type { SyncSpec } from '../core/index.ts'
import { createBudget } from '../delivery/index.ts'
import { hashRange, type Scope } from '../source/index.ts'
import { type BackfillFilter, type BackfillPlan, donePartsOf, lookOf } from './backfill-plan.ts'
import type { Parts } from './parts.ts'
import { type RunOptions, runWindow } from './run.ts'
import { askAgainMs } from './when-free.ts'

/** How far a backfill is. */
export interface BackfillStep {
  readonly sync: string
  readonly destination: string
  readonly windows: number
  readonly done: number
  /** By the windows that this process sent; absent before the first. */
  readonly secondsLeft?: number
}

/** How the windows of a backfill are sent. */
export interface SendOptions extends Pick<RunOptions, 'signal' | 'onProgress' | 'confirmed'> {
  /** The part of the destination's budget that it may spend: more than 0, at most 1; default {@link backfillShare}. */
  readonly share?: number | undefined
  /** How long the lease is left to others between two windows, in ms; default: long enough for a run that waits. */
  readonly pauseMs?: number
  /** Told before each window, and at the end. */
  readonly onStep?: (step: BackfillStep) => void
}

/** The part of a destination's budget that a backfill takes where nothing else is said. */
export const backfillShare = 0.25

/** What every window of a backfill covers, each in its range of keys. */
export function coveredBy(filter: BackfillFilter): Pick<Scope, 'look' | 'send'> {
  return { look: lookOf(filter), send: 'all' }
}

/** What a destination may be sent, by all of us together. */
export function requestsPerSecondOf({ project }: Parts, destination: string): number {
  return project.destinations[destination]?.requestsPerSecond ?? 1
}

/** Sends the windows of a backfill that are not closed yet, one after the other. */
export async function sendWindows(
  parts: Parts,
  sync: SyncSpec,
  plan: BackfillPlan,
  options: SendOptions,
): Promise<void> {
  const { clock } = parts
  const { share = backfillShare, pauseMs = 2 * askAgainMs, onStep, onProgress, signal } = options
  const { destination, windows } = plan
  const requestsPerSecond = requestsPerSecondOf(parts, destination)
  const budget = createBudget({ requestsPerSecond, share, clock })
  const since = clock.now()
  let sent = 0
  try {
    for (;;) {
      const done = await donePartsOf(parts, plan)
      const secondsEach = sent === 0 ? undefined : (clock.now() - since) / 1000 / sent
      onStep?.({
        sync: sync.name,
        destination,
        windows,
        done: done.size,
        ...(secondsEach === undefined ? {} : { secondsLeft: secondsEach * (windows - done.size) }),
      })
      const part = firstMissing(done, windows)
      if (part === undefined) return
      if (sent > 0) await clock.sleep(pauseMs, signal)
      await runWindow({ ...parts, budget: () => budget }, sync, destination, {
        kind: 'backfill',
        only: {
          ...coveredBy(plan.filter),
          keys: hashRange(part, windows),
          backfill: { act: plan.act.actId, part, of: windows },
        },
        passes: plan.passes,
        waitMs: Number.POSITIVE_INFINITY,
        ...(options.confirmed === undefined ? {} : { confirmed: options.confirmed }),
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
      })
      sent += 1
    }
  } finally {
    budget.close()
  }
}

function firstMissing(done: ReadonlySet<number>, windows: number): number | undefined {
  for (let part = 1; part <= windows; part++) if (!done.has(part)) return part
  return undefined
}
