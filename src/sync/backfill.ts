import { ConfigError, type SyncSpec } from '../core/index.ts'
import { wholeRange } from '../source/index.ts'
import {
  accountOf,
  type BackfillAccount,
  type BackfillFilter,
  type BackfillPlan,
  backfillActs,
  detailsOf,
  isSameFilter,
  unfinishedBackfill,
} from './backfill-plan.ts'
import {
  backfillShare,
  coveredBy,
  requestsPerSecondOf,
  type SendOptions,
  sendWindows,
} from './backfill-windows.ts'
import { brakesOn, obeyBrakes } from './brakes.ts'
import { type ByHand, type Ending, eachDestination, recordAct } from './by-hand.ts'
import { runChecks } from './checks.ts'
import { lookAhead } from './look-ahead.ts'
import type { Parts } from './parts.ts'
import { estimate } from './plan-estimate.ts'

/** A backfill that is done. */
export interface Backfill {
  readonly sync: string
  readonly destination: string
  /** True when it was begun before, and this process did the rest. */
  readonly resumed: boolean
  /** 0 where there was nothing to send. */
  readonly windows: number
  /** Of all its windows, whichever process sent them. */
  readonly account: BackfillAccount
}

/** What a backfill may be given beside its parts. */
export interface BackfillOptions extends SendOptions {
  readonly by: ByHand
  readonly filter: BackfillFilter
  /** Only this destination. */
  readonly destination?: string | undefined
  /** Windows to send it in; default: so many that one takes about a minute and a half. */
  readonly windows?: number | undefined
}

/** So long does one window take at the budget; what a run that meets it waits. */
const windowSeconds = 90
/** More parts than this would be more work for the warehouse than for Customer.io. */
const mostWindows = 4096

/**
 * Sends rows as they are now, changed or not, in a row of small windows over ranges of the key's hash; events that were
 * delivered are never sent again. Each window reads the newest version, takes the lease and gives it back, so that runs
 * on schedule go on in between, and none of them moves their checkpoint: whatever is sent last is the newest state.
 *
 * A backfill that was interrupted goes on when the same one is asked for again. Throws ConfigError BACKFILL_UNFINISHED
 * for another one meanwhile, and Braked for the whole of it, before its first window.
 */
export async function backfill(
  parts: Parts,
  sync: SyncSpec,
  options: BackfillOptions,
): Promise<Ending<Backfill>[]> {
  return eachDestination(sync, options.destination, options.signal, async (destination) => {
    const left = await unfinishedBackfill(parts, { sync: sync.name, destination })
    if (left !== undefined && !isSameFilter(left.plan.filter, options.filter)) {
      throw unfinished(left.plan, left.done.size)
    }
    const plan = left?.plan ?? (await begin(parts, sync, destination, options))
    if (plan === undefined) {
      return { sync: sync.name, destination, resumed: false, windows: 0, account: nothing }
    }
    if (left !== undefined) {
      const { done } = left
      const { windows } = plan
      parts.log.info('going on with a backfill', {
        sync: sync.name,
        destination,
        done: done.size,
        windows,
      })
    }
    await sendWindows(parts, sync, plan, options)
    return {
      sync: sync.name,
      destination,
      resumed: left !== undefined,
      windows: plan.windows,
      account: await accountOf(parts, plan),
    }
  })
}

/** What became of an unfinished backfill that nobody wants any more; undefined where there was none. */
export interface Abandoned {
  readonly sync: string
  readonly destination: string
  readonly windows?: number
  readonly done?: number
}

/** Gives unfinished backfills of a sync up. What they have sent stays sent; a window that is open is finished by the next run. */
export async function abandonBackfill(
  parts: Parts,
  sync: SyncSpec,
  { by, destination: one }: Pick<BackfillOptions, 'by' | 'destination'>,
): Promise<Ending<Abandoned>[]> {
  return eachDestination(sync, one, undefined, async (destination) => {
    const pair = { sync: sync.name, destination }
    const left = await unfinishedBackfill(parts, pair)
    if (left === undefined) return pair
    const { windows, act } = left.plan
    await recordAct(parts, by, { act: backfillActs.abandon, ...pair, details: { act: act.actId } })
    return { ...pair, windows, done: left.done.size }
  })
}

/** Counts what there is to send, obeys the brakes for all of it, and writes the plan down. */
async function begin(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  { filter, windows, confirmed = [], by, share = backfillShare, signal }: BackfillOptions,
): Promise<BackfillPlan | undefined> {
  const asked = { kind: 'backfill' as const, only: { ...coveredBy(filter), keys: wholeRange } }
  return lookAhead(parts, sync, destination, asked, signal, async (assessed, request) => {
    const checks = await runChecks(parts, sync, assessed, signal)
    const fired = await brakesOn(parts, sync, destination, request, assessed, checks, signal)
    obeyBrakes(sync, destination, assessed, fired, confirmed)
    if (assessed.counts.send + assessed.counts.delete === 0) return undefined
    const { requests } = await estimate(parts, destination, request, assessed, signal)
    if (
      windows !== undefined &&
      !(Number.isInteger(windows) && windows >= 1 && windows <= mostWindows)
    ) {
      throw new ConfigError(
        'WINDOWS_INVALID',
        `--windows is a whole number from 1 to ${mostWindows}`,
      )
    }
    const perWindow = windowSeconds * share * requestsPerSecondOf(parts, destination)
    const plan = {
      filter,
      windows: windows ?? Math.min(mostWindows, Math.max(1, Math.ceil(requests / perWindow))),
      passes: fired.map(({ brake }) => brake),
    }
    const pair = { sync: sync.name, destination }
    const act = { act: backfillActs.begin, ...pair, details: detailsOf(plan) }
    const actId = await recordAct(parts, by, act)
    return { ...plan, ...pair, act: { actId, who: by.who, at: new Date(parts.clock.now()) } }
  })
}

const nothing: BackfillAccount = {
  rows: 0,
  delivered: 0,
  invalid: 0,
  rejected: 0,
  undelivered: 0,
  unchanged: 0,
  held: 0,
  ignored: 0,
}

function unfinished(
  { sync, destination, act, windows, filter }: BackfillPlan,
  done: number,
): ConfigError {
  const { run, mapping, from, to } = filter
  const words = [
    ...(run === undefined ? [] : [`--delivered-by ${run}`]),
    ...(mapping === undefined ? [] : [`--mapping ${mapping}`]),
    ...(from === undefined ? [] : [`--from ${new Date(from).toISOString()}`]),
    ...(to === undefined ? [] : [`--to ${new Date(to).toISOString()}`]),
  ]
  const command = ['customerio-jobs backfill', sync, ...words].join(' ')
  return new ConfigError(
    'BACKFILL_UNFINISHED',
    `a backfill of ${sync} → ${destination} that ${act.who} began at ${act.at.toISOString()} has done ${done} of ${windows} windows; "${command}" goes on with it, "customerio-jobs backfill ${sync} --abandon" gives it up`,
  )
}
