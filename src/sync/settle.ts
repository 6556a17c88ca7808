import {
  type Account,
  type Lease,
  leasesIn,
  ledgerIn,
  type Position,
  type Window,
  windowsIn,
} from '../audit/index.ts'
import { adoptionRelation, inRange, readScope, type Scope } from '../source/index.ts'
import type { Attempt } from './attempt.ts'
import { loadOutcomes } from './load-outcomes.ts'
import type { OpenedWindow } from './opened.ts'
import type { Parts } from './parts.ts'
import { dropSnapshot } from './snapshot.ts'

/** Uploads what is left, loads the window's parts, settles the ledger and closes: only when every row is accounted for. */
export async function closeWindow(
  parts: Parts,
  opened: OpenedWindow,
  attempt: Attempt,
  lease: Lease,
): Promise<Account> {
  await loadParts(parts, opened, attempt)
  return settleWindow(parts, opened, lease)
}

/**
 * The end of a window whose parts are loaded, each step of which can be repeated: the ledger learns what was decided, the
 * window closes behind the lease, and last of all the checkpoint moves.
 */
export async function settleWindow(
  parts: Parts,
  { window, sync, scope, mapping, query, parameters }: OpenedWindow,
  lease: Lease,
): Promise<Account> {
  const { warehouse, project, clock } = parts
  const ledger = ledgerIn(warehouse, project.control)
  if (scope.send === 'nothing') {
    await ledger.adopt({
      sync: sync.name,
      destination: window.destination,
      windowId: window.windowId,
      windowNumber: window.number,
      mappingHash: mapping.hash,
      relation: adoptionRelation(query),
      parameters,
      at: window.openedAt,
    })
  }
  await ledger.settle(window.windowId)
  if (tookAll(scope)) {
    await ledger.forgetMappings({
      sync: sync.name,
      destination: window.destination,
      windowNumber: window.number,
      mappingHash: mapping.hash,
      where: scope.keys === undefined ? 'TRUE' : inRange('`message_key`', scope.keys),
    })
  }
  const windows = windowsIn(warehouse, project.control)
  const account = await windows.close(window.windowId, new Date(clock.now()), lease)
  await moveCheckpoint(parts, lease, window, scope)
  await dropSnapshot(parts, scope.pin)
  return account
}

/** True when every row there is was sent or taken over under the window's own mapping. */
function tookAll({ look, limit, send = 'changed' }: Scope): boolean {
  return look.kind === 'all' && send !== 'changed' && limit === undefined
}

/** Does what a run that died right after closing its window left undone, and says where the checkpoint is then. */
export async function catchUp(
  parts: Pick<Parts, 'warehouse' | 'project' | 'clock'>,
  lease: Lease,
  last: Window | undefined,
): Promise<Position | undefined> {
  const leases = leasesIn(parts.warehouse, parts.project.control, parts.clock)
  const position = (await leases.find(lease))?.position
  if (last === undefined || (position?.window ?? 0) >= last.number) return position
  await moveCheckpoint(parts, lease, last, readScope(last.pin))
  return (await leases.find(lease))?.position
}

/**
 * Only windows that looked at everything new move it; a window over some keys says nothing of the others. Where a limit
 * let rows wait, it says that the window is over, and stays at the version it came from.
 */
export async function moveCheckpoint(
  { warehouse, project, clock }: Pick<Parts, 'warehouse' | 'project' | 'clock'>,
  lease: Lease,
  { number, kind }: Pick<Window, 'number' | 'kind'>,
  { pin, cursor, limit }: Pick<Scope, 'pin' | 'cursor' | 'limit'>,
): Promise<void> {
  if (kind !== 'sync' && kind !== 'rebase') return
  const { version, committedAt, snapshot } = pin
  const leases = leasesIn(warehouse, project.control, clock)
  if (limit !== undefined) {
    const before = (await leases.find(lease))?.position
    await leases.moveCheckpoint(lease, { ...before, window: number })
    return
  }
  await leases.moveCheckpoint(lease, {
    window: number,
    ...(snapshot ? {} : { version, committedAt }),
    ...(cursor === undefined ? {} : { cursor }),
  })
}

/**
 * After a failure: the outcomes known so far are written down as far as that works, and the window stays open. What
 * can't be loaded now lies in the volume, where the next run finds it.
 *
 * @param writeDown default: load all parts of the window
 */
export async function leaveOpen(
  parts: Parts,
  opened: OpenedWindow,
  attempt: Attempt,
  error: unknown,
  writeDown: () => Promise<unknown> = () => loadParts(parts, opened, attempt),
): Promise<void> {
  const window = opened.window.windowId
  try {
    await writeDown()
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
  await loadOutcomes(parts, window, await attempt.recorder.close())
}
