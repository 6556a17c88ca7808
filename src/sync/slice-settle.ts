import { type Account, runsIn, sliceLeasesIn, sliceName, windowsIn } from '../audit/index.ts'
import { AuditError, type SyncSpec } from '../core/index.ts'
import type { Parts } from './parts.ts'
import { goOnWith } from './reopen.ts'
import { messagesToSend } from './rows.ts'
import { catchUp, settleWindow } from './settle.ts'
import { unfinished } from './slice-plan.ts'
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
 * for nobody. Throws AuditError SLICES_AT_WORK while one is at work, and SLICES_UNFINISHED where one failed or rows have
 * no outcome; the window stays open then.
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
    const { open: window, lastClosed } = await windows.standing(sync.name, destination)
    if (window === undefined) {
      await catchUp(parts, lease, lastClosed)
      return about
    }
    const opened = await goOnWith(parts, sync, window, stop, lease)
    const { windowId } = window
    const { pending, rows } = await windows.account(windowId)
    const { of, left } = await slicesOf(parts, about, windowId)
    // A slice that failed may have given its last messages up: they are accounted for, and tried again by a repair.
    if (pending > 0 || (left.length > 0 && messagesToSend(opened) > 0)) {
      throw unfinishedSlices(about, windowId, { pending, rows, of, left })
    }
    return { ...about, closed: { windowId, account: await settleWindow(parts, opened, lease) } }
  })
}

/** Into how many slices the window was cut, and the numbers of those that no run has finished. */
async function slicesOf(
  { warehouse, project, clock }: Parts,
  pair: Pick<SettleReport, 'sync' | 'destination'>,
  windowId: string,
): Promise<{ of: number; left: readonly number[] }> {
  const of = await sliceLeasesIn(warehouse, project.control, clock).cutInto(pair)
  return { of, left: unfinished(of, await runsIn(warehouse, project.control).ofWindow(windowId)) }
}

function unfinishedSlices(
  { sync }: Pick<SettleReport, 'sync'>,
  windowId: string,
  {
    pending,
    rows,
    of,
    left,
  }: Awaited<ReturnType<typeof slicesOf>> & {
    readonly pending: number
    readonly rows: number
  },
): AuditError {
  const names = left.map((number) => sliceName({ number, of })).join(', ')
  return new AuditError(
    'SLICES_UNFINISHED',
    `window ${windowId} has ${pending} of ${rows} rows without an outcome; ${
      left.length === 0 ? 'no slice of it is' : `${left.length} of ${of} slices are`
    } unfinished${names === '' ? '' : ` (${names})`}. It stays open: run them again and settle, or let "customerio-jobs run ${sync}" finish it as one`,
    { context: { window: windowId, rows, pending, slices: left.length } },
  )
}
