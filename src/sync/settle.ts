import { type Account, type Lease, leasesIn, loadWindow, windowsIn } from '../audit/index.ts'
import type { Attempt } from './attempt.ts'
import type { Parts } from './parts.ts'
import type { OpenedWindow } from './window.ts'

/** Uploads what is left, loads the window's parts and closes it: only when every row is accounted for. */
export async function closeWindow(
  parts: Parts,
  opened: OpenedWindow,
  attempt: Attempt,
  lease: Lease,
): Promise<Account> {
  const { warehouse, project, clock } = parts
  const { window, pin } = opened
  await loadParts(parts, opened, attempt)
  const windows = windowsIn(warehouse, project.control)
  const account = await windows.close(window.windowId, new Date(clock.now()), lease)
  const leases = leasesIn(warehouse, project.control, clock)
  await leases.moveCheckpoint(lease, { window: window.number, version: pin.version })
  if (pin.snapshot) await dropSnapshot(parts, pin.table)
  return account
}

/** The window is closed already: a snapshot that stays behind costs storage and nothing else. */
async function dropSnapshot({ warehouse, log }: Parts, table: string): Promise<void> {
  try {
    await warehouse.execute(`DROP TABLE IF EXISTS ${table}`)
  } catch {
    log.warn('a snapshot could not be dropped; nothing needs it any more', { table })
  }
}

/**
 * After a failure: the outcomes known so far are written down as far as that works, and the window stays open. What
 * can't be loaded now lies in the volume, where the next run finds it.
 */
export async function leaveOpen(
  parts: Parts,
  opened: OpenedWindow,
  attempt: Attempt,
  error: unknown,
): Promise<void> {
  const window = opened.window.windowId
  try {
    await loadParts(parts, opened, attempt)
  } catch {
    parts.log.warn('not all outcomes known so far are in Delta yet; the next run loads them', {
      window,
    })
  }
  try {
    await attempt.finish(error)
  } catch {
    parts.log.warn('how this run ended could not be written to runs', { window })
  }
}

async function loadParts(parts: Parts, { window }: OpenedWindow, attempt: Attempt): Promise<void> {
  await loadWindow({
    sql: parts.warehouse,
    files: parts.workspace,
    control: parts.project.control,
    sync: window.sync,
    windowId: window.windowId,
    parts: await attempt.recorder.close(),
  })
}
