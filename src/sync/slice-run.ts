import { readSlice, runsIn, type Slice, sliceName, windowsIn } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import { limits } from '../customerio/index.ts'
import { createBudget, type DeliverySummary } from '../delivery/index.ts'
import { hashRange } from '../source/index.ts'
import { newRunId, proveWritable, type Step, startAttempt } from './attempt.ts'
import type { Destination } from './destination.ts'
import { whileReleased } from './holds.ts'
import type { Parts } from './parts.ts'
import { goOnWith, reopen } from './reopen.ts'
import { messagesToSend } from './rows.ts'
import type { RunOptions } from './run.ts'
import { shareOf } from './schedule.ts'
import { sendMessages } from './send.ts'
import { leaveOpen } from './settle.ts'
import { type HeldLease, withSliceLease } from './with-lease.ts'

/** What a run of a slice may be given. */
export interface SliceRunOptions extends Pick<RunOptions, 'signal' | 'onProgress'> {
  /** As `3/8`. */
  readonly slice: string
  /** The window that it belongs to; default: the open one. */
  readonly windowId?: string
  /** The part of the destination's budget that all slices together may spend; default: what the jobs state. */
  readonly share?: number
}

/** A slice that is finished. */
export interface SliceReport {
  readonly sync: string
  readonly destination: string
  readonly slice: string
  /** What this attempt did; undefined where nothing was left to do: it was finished already, or its window is closed. */
  readonly done?: {
    readonly windowId: string
    readonly runId: string
    readonly sent: DeliverySummary
    /** Milliseconds by step. */
    readonly times: Readonly<Record<Step, number>>
  }
}

/**
 * One attempt at one slice of an open window: the messages about the identities whose hash falls into it, with its part
 * of the destination's budget. Outcomes are uploaded; {@link settleSlices} loads them and closes the window. An attempt
 * after another one at the same rows loads first what that one wrote down.
 */
export async function runSlice(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  options: SliceRunOptions,
): Promise<SliceReport> {
  const slice = readSlice(options.slice)
  const target = await parts.destination(destination)
  await proveWritable(parts, options.signal)
  const done = await whileReleased(parts, sync, options.signal, (released) =>
    withSliceLease(parts, sync, destination, slice, released, (held, signal) =>
      runLeased(parts, sync, target, slice, held, { ...options, signal }),
    ),
  )
  return {
    sync: sync.name,
    destination,
    slice: sliceName(slice),
    ...(done === undefined ? {} : { done }),
  }
}

async function runLeased(
  parts: Parts,
  sync: SyncSpec,
  target: Destination,
  slice: Slice,
  held: HeldLease,
  options: SliceRunOptions & { readonly signal: AbortSignal },
): Promise<SliceReport['done']> {
  const { warehouse, project, clock } = parts
  const { windowId, signal, onProgress } = options
  const leasedAt = clock.now()
  const destination = target.spec.name
  const windows = windowsIn(warehouse, project.control)
  const window = await windows.findOpen(sync.name, destination)
  if (windowId !== undefined && window?.windowId !== windowId) await windows.account(windowId)
  if (window === undefined || window.windowId !== (windowId ?? window.windowId)) return undefined
  const runs = await runsIn(warehouse, project.control).ofWindow(window.windowId)
  const mine = runs.filter((run) => run.slice === sliceName(slice))
  if (mine.some(({ exitCode }) => exitCode === 0)) return undefined
  // A run of the whole that came in between may have sent some of it too.
  const isRepair = mine.length > 0 || runs.some((run) => run.slice === undefined)
  const opened = await (isRepair ? goOnWith : reopen)(parts, sync, window, signal)
  if (messagesToSend(opened) === 0) return undefined
  const runId = newRunId(clock)
  const attempt = await startAttempt(parts, sync, opened, runId, target.fingerprint(), slice)
  const { requestsPerSecond } = target.spec
  const budget = createBudget({
    requestsPerSecond,
    clock,
    share: (options.share ?? shareOf(project, [sync])) / slice.of,
  })
  try {
    // The attempt before may have spent this slice's budget a moment ago.
    if (isRepair) await clock.sleep(Math.max(0, leasedAt + limits.windowMs - clock.now()), signal)
    const sent = await sendMessages({
      parts,
      sync,
      target,
      held,
      opened,
      attempt,
      budget,
      rows: Math.ceil(messagesToSend(opened) / slice.of),
      identities: hashRange(slice.number, slice.of),
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    })
    await attempt.recorder.close()
    await attempt.finish()
    return { windowId: window.windowId, runId, sent, times: attempt.times() }
  } catch (error) {
    await leaveOpen(parts, opened, attempt, error, () => attempt.recorder.close())
    throw error
  } finally {
    budget.close()
  }
}
