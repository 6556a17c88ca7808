import type { Account, WindowKind } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { DeliverySummary } from '../delivery/index.ts'
import { newRunId, proveWritable, type Step, startAttempt } from './attempt.ts'
import type { Destination } from './destination.ts'
import { whileReleased } from './holds.ts'
import { type Allowance, allowanceIn } from './limit.ts'
import type { Parts } from './parts.ts'
import { messagesToSend } from './rows.ts'
import { type Progress, sendMessages } from './send.ts'
import { closeWindow, leaveOpen } from './settle.ts'
import { takeOver } from './take-over.ts'
import { whenFree } from './when-free.ts'
import { type Opening, openWindow } from './window.ts'
import { type HeldLease, withLease } from './with-lease.ts'

/** A run that accounted for every row of its window. */
export interface RunReport {
  readonly sync: string
  readonly destination: string
  readonly windowId: string
  readonly kind: WindowKind
  /** True when it went on with a window that an earlier run left open, whatever this one was asked for. */
  readonly resumed: boolean
  readonly runId: string
  readonly account: Account
  /** The limit that lets rows of the window wait for the next one; absent where none does. */
  readonly limit?: Allowance
  /** What this attempt did; earlier attempts at the window are in the account only. */
  readonly sent: DeliverySummary
  /** Milliseconds by step. */
  readonly times: Readonly<Record<Step, number>>
}

/** What a run may be given beside its parts. */
export interface RunOptions
  extends Partial<Pick<Opening, 'kind' | 'only' | 'limit' | 'confirmed' | 'passes' | 'giveUp'>> {
  /** How long to wait for the lease of another run, in ms. Default: ten minutes for a backfill, else not at all. */
  readonly waitMs?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/**
 * THE MAIN PATH: one attempt at one window of a sync and destination.
 *
 * Pinned Delta → Arrow batches (spooled) → message bytes → packed batches → limited, retried requests → outcomes →
 * Parquet parts in a volume → COPY INTO → the window closes. Whatever throws, the outcomes known so far are written
 * down first and the window stays open for the same command to go on with. A lease keeps a second run of the same sync
 * and destination away meanwhile.
 */
export async function runWindow(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  options: RunOptions = {},
): Promise<RunReport> {
  const target = await parts.destination(destination)
  await proveWritable(parts, options.signal)
  return whileReleased(parts, sync, options.signal, async (released) => {
    const finish = (old: SyncSpec) => runWindow(parts, old, destination, { signal: released })
    return whenFree(parts, { sync: sync.name, destination }, options.waitMs, released, async () => {
      await takeOver(parts, sync, destination, finish, released)
      return withLease(parts, sync, destination, released, (held, signal) =>
        runLeased(parts, sync, target, held, { ...options, signal }),
      )
    })
  })
}

async function runLeased(
  parts: Parts,
  sync: SyncSpec,
  target: Destination,
  held: HeldLease,
  { signal, onProgress, ...given }: RunOptions,
): Promise<RunReport> {
  const runId = newRunId(parts.clock)
  const destination = target.spec.name
  const opening = { kind: 'sync' as const, confirmed: [], ...given, runId, lease: held.lease }
  const opened = await parts.telemetry.span('open window', {}, () =>
    openWindow(parts, sync, destination, opening, signal),
  )
  const attempt = await startAttempt(parts, sync, opened, runId, target.fingerprint())
  try {
    const sent = await parts.telemetry.span('send', {}, () =>
      sendMessages({
        parts,
        sync,
        target,
        held,
        opened,
        attempt,
        budget: parts.budget(destination),
        rows: messagesToSend(opened),
        ...(signal === undefined ? {} : { signal }),
        ...(onProgress === undefined ? {} : { onProgress }),
      }),
    )
    const account = await parts.telemetry.span('load and close', {}, () =>
      attempt.time('load', () => closeWindow(parts, opened, attempt, held.lease)),
    )
    await attempt.finish()
    return {
      sync: sync.name,
      destination,
      windowId: opened.window.windowId,
      kind: opened.window.kind,
      resumed: opened.resumed,
      runId,
      account,
      ...(opened.scope.limit === undefined ? {} : { limit: allowanceIn(opened.scope.limit) }),
      sent,
      times: attempt.times(),
    }
  } catch (error) {
    await leaveOpen(parts, opened, attempt, error)
    throw error
  }
}
