import { newId, type SyncSpec } from '../core/index.ts'
import { type Assessed, assess, type WindowRequest } from './assess.ts'
import type { Parts } from './parts.ts'
import { dropSnapshot, snapshotTable } from './snapshot.ts'
import { nextRequest } from './window.ts'

/**
 * Assesses a window that is not opened, so that `work` can look closer at what it would cover. Nothing is written down;
 * a snapshot that it needs is dropped again, also when it fails.
 */
export async function lookAhead<T>(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  asked: Pick<WindowRequest, 'kind' | 'only'>,
  signal: AbortSignal | undefined,
  work: (assessed: Assessed, request: WindowRequest) => Promise<T>,
): Promise<T> {
  // Not the id of the window to come: a run may open that one meanwhile, with a snapshot of its own.
  const windowId = `${asked.kind}_${newId(parts.clock.now()).toLowerCase()}`
  const request = { ...(await nextRequest(parts, sync, destination, asked)), windowId }
  let isSnapshot = true
  try {
    const assessed = await assess(parts, sync, destination, request, signal)
    isSnapshot = assessed.scope.pin.snapshot
    return await work(assessed, request)
  } finally {
    await dropSnapshot(parts, { table: snapshotTable(parts, windowId), snapshot: isSnapshot })
  }
}
