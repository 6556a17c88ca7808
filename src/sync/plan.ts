import { type Hold, holdsIn, leasesIn, type Position, windowsIn } from '../audit/index.ts'
import { newId, type SyncSpec } from '../core/index.ts'
import { limits } from '../customerio/index.ts'
import {
  destinationsOf,
  isEvent,
  type Look,
  remappedStatement,
  sendingStatement,
} from '../source/index.ts'
import { type Assessed, assess } from './assess.ts'
import { brakesOn, confirmationOf, type FiredBrake, goneCount, isSourceEmpty } from './brakes.ts'
import { type CheckResult, runChecks } from './checks.ts'
import type { Parts } from './parts.ts'
import { type Changes, changesSince } from './plan-changes.ts'
import { type Estimate, estimate } from './plan-estimate.ts'
import { failedRun, type RunEnding } from './run-all.ts'
import { dropSnapshot, snapshotTable } from './snapshot.ts'
import { nextRequest } from './window.ts'

/** What stands before a new window of a sync and destination. */
export interface Standing {
  /** Somebody holds the sync: a run would not start. */
  readonly hold?: Hold
  /** The process that runs it at this moment. */
  readonly runBy?: string
  /** False where `setup` has not seen this sync and destination. */
  readonly isSetUp: boolean
  /** A window that an earlier run left open: the next run finishes that one, and the run after it does what the plan says. */
  readonly open?: {
    readonly windowId: string
    readonly openedAt: Date
    readonly rows: number
    readonly pending: number
  }
}

/** What a run would do now for one destination. Holds no value of a row unless values were asked for. */
export interface Plan extends Standing {
  readonly kind: 'planned'
  readonly sync: string
  readonly destination: string
  /** What would be read: the newest version; for a query or view as it is now. */
  readonly source: {
    readonly kind: 'table' | 'query'
    readonly table?: string
    readonly version?: number
    readonly committedAt?: Date
  }
  /** Where changes are looked for; the value that a cursor goes on from only with values. */
  readonly look: Look
  /** Our own words, where everything is compared because nothing cheaper works. */
  readonly because?: string
  /** Everything is taken as known without being sent. */
  readonly isAdopted: boolean
  readonly counts: Assessed['counts']
  /** Of the rows to send: keys never decided on, those delivered otherwise before, and all others. */
  readonly send: { readonly fresh: number; readonly changed: number; readonly again: number }
  /** Of the events to send: young enough to start campaigns, and older. */
  readonly ages?: { readonly young: number; readonly older: number }
  readonly estimate: Estimate
  /** Keys that stay as they are but were last sent under another mapping. */
  readonly remapped: number
  /** States only. */
  readonly changes?: Changes
  readonly checks: readonly CheckResult[]
  readonly brakes: readonly FiredBrake[]
  /** What goes past the brakes with `--confirm`, where a person may decide that. */
  readonly confirmation?: string
  /** The source was emptied a moment ago: a run first waits so long for it to fill up again, in ms. */
  readonly waitsMs?: number
}

/** A plan, or why there is none: a run would fail in the same way. */
export type PlanEnding = Plan | Extract<RunEnding, { readonly kind: 'failed' }>

/** What a plan may be given beside its parts. */
export interface PlanOptions {
  /** Show a few old and new values. Default false: none leaves the warehouse but to be measured. */
  readonly withValues?: boolean
  readonly signal?: AbortSignal
}

/**
 * Says what a run of a sync would do now for each of its destinations. Sends nothing, opens no window, takes no lease
 * and writes nothing down; a snapshot that a query needs is dropped again.
 */
export async function planSync(
  parts: Parts,
  sync: SyncSpec,
  options: PlanOptions = {},
): Promise<PlanEnding[]> {
  return Promise.all(
    destinationsOf(sync.send.to).map(async (destination) => {
      try {
        return await planWindow(parts, sync, destination, options)
      } catch (error) {
        return failedRun(sync, destination, error, options.signal)
      }
    }),
  )
}

/** The exit code of a plan: that of the first failure; 8 when stops count and something would stop a run; else 0. */
export function planExitCode(endings: readonly PlanEnding[], stopsCount: boolean): number {
  const failed = endings.find((ending) => ending.kind === 'failed')
  if (failed !== undefined) return failed.exitCode
  const stops = endings.some(
    (ending) => ending.kind === 'planned' && (ending.brakes.length > 0 || ending.hold !== undefined),
  )
  return stopsCount && stops ? 8 : 0
}

async function planWindow(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  { withValues = false, signal }: PlanOptions,
): Promise<Plan> {
  const { clock, project, warehouse } = parts
  // Not the id of the window to come: a run may open that one meanwhile, and make its own snapshot.
  const windowId = `plan_${newId(clock.now()).toLowerCase()}`
  const next = await nextRequest(parts, sync, destination, { kind: 'sync' })
  const request = { ...next, windowId }
  let isSnapshot = true
  try {
    const assessed = await assess(parts, sync, destination, request, signal)
    const { scope, counts, because } = assessed
    isSnapshot = scope.pin.snapshot
    const checkpoint = await leasesIn(warehouse, project.control, clock).find({
      sync: sync.name,
      destination,
    })
    const checks = await runChecks(parts, sync, assessed, signal)
    const brakes = await brakesOn(parts, sync, destination, request, assessed, checks, signal)
    const isFinal = brakes.some(({ isConfirmable }) => !isConfirmable)
    const waitsMs = await settling(parts, sync, assessed, signal)
    return {
      kind: 'planned',
      sync: sync.name,
      destination,
      ...(await standing(parts, sync, destination)),
      source: sourceOf(assessed),
      look: withValues ? scope.look : withoutValue(scope.look),
      ...(because === undefined ? {} : { because }),
      isAdopted: scope.send === 'nothing',
      counts,
      ...(await sending(parts, assessed, signal)),
      estimate: await estimate(parts, destination, request, assessed, signal),
      remapped: await remapped(parts, assessed, signal),
      ...(isEvent({ sync }) || counts.send === 0
        ? {}
        : {
            changes: await changesSince(
              parts,
              assessed,
              checkpoint?.position,
              withValues,
              signal,
            ),
          }),
      checks,
      brakes,
      ...(brakes.length === 0 || isFinal
        ? {}
        : { confirmation: confirmationOf(sync, destination, assessed, brakes) }),
      ...(waitsMs === undefined ? {} : { waitsMs }),
    }
  } finally {
    const table = snapshotTable(parts, windowId)
    await dropSnapshot(parts, { table, snapshot: isSnapshot })
  }
}

async function standing(
  { warehouse, project, clock }: Parts,
  { name }: SyncSpec,
  destination: string,
): Promise<Standing> {
  const windows = windowsIn(warehouse, project.control)
  const hold = await holdsIn(warehouse, project.control, clock).isHeld(name)
  const checkpoint = await leasesIn(warehouse, project.control, clock).find({
    sync: name,
    destination,
  })
  const open = await windows.findOpen(name, destination)
  const { rows, pending } = open === undefined ? {} : await windows.account(open.windowId)
  return {}
}
