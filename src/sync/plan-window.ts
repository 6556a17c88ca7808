import { formatProblem, isIrreversible, newId, type SyncSpec } from '../core/index.ts'
import { limits } from '../customerio/index.ts'
import { isEvent, type Look, remappedStatement, sendingStatement } from '../source/index.ts'
import { type Assessed, assess } from './assess.ts'
import { brakesOn, confirmationOf, type FiredBrake, goneCount, isSourceEmpty } from './brakes.ts'
import { type CheckResult, runChecks } from './checks.ts'
import { type Allowance, allowanceIn } from './limit.ts'
import type { Parts } from './parts.ts'
import { type Changes, changesSince } from './plan-changes.ts'
import { type Estimate, estimate } from './plan-estimate.ts'
import { type Standing, standingOf } from './plan-standing.ts'
import { dropSnapshot, snapshotTable } from './snapshot.ts'
import { nextRequest } from './window.ts'

/** What a run would do now for one destination. Holds no value of a row unless values were asked for. */
export interface Plan extends Standing {
  readonly kind: 'planned'
  readonly sync: string
  readonly destination: string
  /** What would be read: a version of a table; of a query or view what it gives now. */
  readonly source: {
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
  /** With `later` for what a limit lets wait. */
  readonly counts: Assessed['counts']
  /** The limit that lets rows wait for the next window; absent where none does. */
  readonly limit?: Allowance
  /** Messages that Customer.io can't take back: their own call is such a one, or deletions are. */
  readonly irreversible: number
  /** What of the sync file may not mean what it says. */
  readonly warnings: readonly string[]
  /** Of the rows to send: keys never decided on, those delivered otherwise before, and all others. */
  readonly send: { readonly fresh: number; readonly changed: number; readonly again: number }
  /** Of the events to send: young enough to start campaigns, and older. */
  readonly ages?: { readonly young: number; readonly older: number }
  readonly estimate: Estimate
  /** Keys that stay as they are but were last sent under another mapping; states only. */
  readonly remapped: number
  /** How what would be sent differs from before; only where a state would be sent that is not new. */
  readonly changes?: Changes
  readonly checks: readonly CheckResult[]
  readonly brakes: readonly FiredBrake[]
  /** What goes past the brakes with `--confirm`, where a person may decide that. */
  readonly confirmation?: string
  /** The source was emptied a moment ago: a run first waits so long for it to fill up again, in ms. */
  readonly waitsMs?: number
}

/** What a plan may be given beside its parts. */
export interface PlanOptions {
  /** Show a few values of rows, old and new. Default false. */
  readonly withValues?: boolean
  /** Rows that the run would be told to send at most. */
  readonly limit?: number
  readonly signal?: AbortSignal
}

/** Plans a window that is not opened. A snapshot that it needs is dropped again, also when it fails. */
export async function planWindow(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  { withValues = false, limit, signal }: PlanOptions,
): Promise<Plan> {
  // Not the id of the window to come: a run may open that one meanwhile, with a snapshot of its own.
  const windowId = `plan_${newId(parts.clock.now()).toLowerCase()}`
  const next = await nextRequest(parts, sync, destination, {
    kind: 'sync',
    ...(limit === undefined ? {} : { limit }),
  })
  const request = { ...next, windowId }
  let mayHaveSnapshot = true
  try {
    const assessed = await assess(parts, sync, destination, request, signal)
    const { scope, counts, because } = assessed
    mayHaveSnapshot = scope.pin.snapshot
    const { standing, position } = await standingOf(parts, sync, destination)
    const checks = await runChecks(parts, sync, assessed, signal)
    const brakes = await brakesOn(parts, sync, destination, request, assessed, checks, signal)
    const isConfirmable = brakes.length > 0 && brakes.every((brake) => brake.isConfirmable)
    const waitsMs = await settlingMs(parts, sync, assessed, signal)
    const isState = !isEvent({ sync })
    const sent = await sending(parts, assessed, request.openedAt, signal)
    return {
      kind: 'planned',
      sync: sync.name,
      destination,
      ...standing,
      source: sourceOf(sync, assessed),
      look: withValues ? scope.look : withoutValue(scope.look),
      ...(because === undefined ? {} : { because }),
      isAdopted: scope.send === 'nothing',
      counts,
      ...(scope.limit === undefined ? {} : { limit: allowanceIn(scope.limit) }),
      irreversible: irreversible(sync, counts),
      warnings: [
        ...assessed.mapping.warnings.map(formatProblem),
        ...(assessed.plainKeys === undefined ? [] : [assessed.plainKeys]),
      ],
      ...sent,
      estimate: await estimate(parts, destination, request, assessed, signal),
      remapped: isState ? await remapped(parts, assessed, signal) : 0,
      ...(isState && sent.send.fresh < counts.send
        ? { changes: await changesSince(parts, assessed, position, withValues, signal) }
        : {}),
      checks,
      brakes,
      ...(isConfirmable
        ? { confirmation: confirmationOf(sync, destination, assessed, brakes) }
        : {}),
      ...(waitsMs === undefined ? {} : { waitsMs }),
    }
  } finally {
    const table = snapshotTable(parts, windowId)
    await dropSnapshot(parts, { table, snapshot: mayHaveSnapshot })
  }
}

function irreversible({ send: { call } }: SyncSpec, counts: Assessed['counts']): number {
  return (isIrreversible(call) ? counts.send : 0) + counts.delete
}

function sourceOf({ source: { from } }: SyncSpec, { scope: { pin } }: Assessed): Plan['source'] {
  if ('query' in from) return {}
  if (pin.snapshot) return { table: from.table }
  return { table: from.table, version: pin.version, committedAt: new Date(pin.committedAt) }
}

/** A cursor's value comes out of a row. */
function withoutValue(look: Look): Look {
  if (look.kind !== 'cursor') return look
  const { from: _, ...rest } = look
  return rest
}

async function sending(
  { warehouse }: Parts,
  { counts, query, parameters }: Assessed,
  now: Date,
  signal?: AbortSignal,
): Promise<Pick<Plan, 'send' | 'ages'>> {
  const ages = isEvent(query)
  const [row] =
    counts.send === 0
      ? []
      : await warehouse.query(
          sendingStatement(query),
          ages
            ? { ...parameters, young_from: new Date(now.getTime() - limits.campaignAgeMs) }
            : parameters,
          signal,
        )
  const count = (name: string) => Number(row?.[name] ?? 0)
  const [fresh, changed] = [count('fresh'), count('changed')]
  return {
    send: { fresh, changed, again: counts.send - fresh - changed },
    ...(ages ? { ages: { young: count('young'), older: count('older') } } : {}),
  }
}

async function remapped(
  { warehouse }: Parts,
  { scope, query, parameters }: Assessed,
  signal?: AbortSignal,
): Promise<number> {
  if (scope.earlier.length === 0) return 0
  const [row] = await warehouse.query(remappedStatement(query), parameters, signal)
  return Number(row?.row_count)
}

/** How long a run would wait for an emptied source; undefined when it would not. */
async function settlingMs(
  { warehouse, clock }: Parts,
  { source }: SyncSpec,
  { scope, due }: Assessed,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const leftMs = scope.pin.committedAt + source.settleMs - clock.now()
  if (leftMs <= 0 || scope.pin.snapshot || goneCount(due) === 0) return undefined
  return (await isSourceEmpty(warehouse, scope, due, signal)) ? leftMs : undefined
}
