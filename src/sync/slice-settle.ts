import { type Account, runsIn, sliceLeasesIn, sliceName, windowsIn } from '../audit/index.ts'
import { AuditError, type SyncSpec } from '../core/index.ts'
import type { Parts } from './parts.ts'
import { catchUp, settleWindow } from './settle.ts'
import { unfinished } from './slice-plan.ts'
import { goOnWith } from './window.ts'
import { withLease } from './with-lease.ts'

/** How a sync and destination stands after settling. */
export interface SettleReport {
  readonly sync: string
  readonly destination: string
  /** The window that was closed; undefined where none was open. */
  readonly closed?: { readonly windowId: string; readonly account: Account }
}

/**
 * Loads what all slices of the open window wrote down and closes it, whatever happened before. Sends nothing and waits
 * for nobody. Throws AuditError SLICES_AT_WORK while one is at work and SLICES_UNFINISHED where rows have no outcome;
 * the window stays open then.
 */
export function settleSlices(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  signal?: AbortSignal,
): Promise<SettleReport> {
  return withLease(parts, sync, destination, signal, async ({ lease }, stop) => {
    const windows = windowsIn(parts.warehouse, parts.project.control)
    const about = { sync: sync.name, destination }
    const window = await windows.findOpen(sync.name, destination)
    if (window === undefined) {
      await catchUp(parts, lease, await windows.lastClosed(sync.name, destination))
      return about
    }
    const opened = await goOnWith(parts, sync, window, stop)
    const { windowId } = window
    const { pending, rows } = await windows.account(windowId)
    if (pending > 0) throw await unfinishedSlices(parts, about, windowId, pending, rows)
    return { ...about, closed: { windowId, account: await settleWindow(parts, opened, lease) } }
  })
}

async function unfinishedSlices(
  { warehouse, project, clock }: Parts,
  pair: Pick<SettleReport, 'sync' | 'destination'>,
  windowId: string,
  pending: number,
  rows: number,
): Promise<AuditError> {
  const of = await sliceLeasesIn(warehouse, project.control, clock).cutInto(pair)
  const left = unfinished(of, await runsIn(warehouse, project.control).sliceRuns(windowId))
  const names = left.map((number) => sliceName({ number, of })).join(', ')
  return new AuditError(
    'SLICES_UNFINISHED',
    `window ${windowId} has ${pending} of ${rows} rows without an outcome; ${
      left.length === 0 ? 'no slice of it is' : `${left.length} of ${of} slices are`
    } unfinished${names === '' ? '' : ` (${names})`}. It stays open: run them again and settle, or let "customerio-jobs run ${pair.sync}" finish it as one`,
    { context: { window: windowId, rows, pending, slices: left.length } },
  )
}
