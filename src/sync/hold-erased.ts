import { type Lease, windowsIn } from '../audit/index.ts'
import { remainingStatement } from '../source/index.ts'
import type { OpenedWindow } from './opened.ts'
import type { Parts } from './parts.ts'

/**
 * Keeps the account of an open window true after somebody was erased: rows that were to be sent when it was opened, and
 * that no attempt sends any more, count as held; so do those whose outcomes were removed. What is left to send is counted
 * by the warehouse. Does nothing while the tombstones are those the window was opened with. Can be repeated.
 */
export async function holdErased(
  parts: Parts,
  opened: OpenedWindow,
  lease: Lease,
  signal?: AbortSignal,
): Promise<OpenedWindow> {
  const { window, scope, query, parameters } = opened
  if (query.erased === undefined || query.erased.version === scope.erased) return opened
  const windows = windowsIn(parts.warehouse, parts.project.control)
  const { pending, held } = await windows.account(window.windowId)
  const [row] = await parts.warehouse.query(remainingStatement(query), parameters, signal)
  const more = pending - Number(row?.row_count)
  if (more <= 0) return opened
  await windows.hold(window.windowId, held + more, lease)
  parts.log.info('rows about erased persons are held', { window: window.windowId, held: more })
  return { ...opened, window: { ...window, counts: { ...window.counts, held: held + more } } }
}
