import { controlOf, windowsIn } from '../audit/index.ts'
import { AuditError, type SyncSpec } from '../core/index.ts'
import { hashedKey, hashedOf, hashKey, identifierHash, isHashedKey } from '../source/index.ts'
import { type ByHand, type Ending, eachDestination, recordAct } from './by-hand.ts'
import type { Parts } from './parts.ts'
import { withLease } from './with-lease.ts'

/** What was hashed in one destination. */
export interface HashedState {
  readonly sync: string
  readonly destination: string
  /** Keys of the ledger. */
  readonly keys: number
  /** Rows of `outcome_log`. */
  readonly outcomes: number
}

/**
 * Puts keyed hashes in the place of the keys that the control tables hold of a sync, and of the people where nothing of it
 * is ever taken away; later windows write hashes too. Sends nothing, and makes nothing look changed: what is known stays
 * known. Can be repeated. Throws WINDOW_OPEN while a window is open, whose keys are to stay as they are until it is closed.
 */
export async function hashState(
  parts: Parts,
  sync: SyncSpec,
  { by, signal }: { readonly by: ByHand; readonly signal?: AbortSignal },
): Promise<Ending<HashedState>[]> {
  await recordAct(parts, by, { act: 'state hash', sync: sync.name })
  return eachDestination(sync, undefined, signal, (destination) =>
    withLease(parts, sync, destination, signal, async () => {
      const windows = windowsIn(parts.warehouse, parts.project.control)
      const open = await windows.findOpen(sync.name, destination)
      if (open !== undefined) {
        throw new AuditError(
          'WINDOW_OPEN',
          `window ${open.windowId} is open, and knows rows by the keys it began with; run ${sync.name} first, then hash its state`,
        )
      }
      return { sync: sync.name, destination, ...(await hashRows(parts, sync, destination)) }
    }),
  )
}

/** The ledger comes last: from then on it says that keys are hashes. */
async function hashRows(
  { warehouse, project, idSecret }: Parts,
  sync: SyncSpec,
  destination: string,
): Promise<Pick<HashedState, 'keys' | 'outcomes'>> {
  const at = controlOf(project.control)
  const parameters = { sync: sync.name, destination, hash_key: hashKey(await idSecret()) }
  const mine = `sync = :sync AND destination = :destination AND NOT ${isHashedKey('message_key')}`
  const { persons } = hashedOf(sync)
  const named = "get_json_object(identity, '$.person')"
  const identity = `CASE WHEN ${named} IS NULL THEN identity ELSE to_json(named_struct('person_hash', ${identifierHash(named)})) END`
  const outcomes = await warehouse.execute(
    `UPDATE ${at.name('outcome_log')} SET ${persons ? `person = ${identifierHash('person')}, ` : ''}message_key = ${hashedKey('message_key')} WHERE ${mine}`,
    parameters,
  )
  const keys = await warehouse.execute(
    `UPDATE ${at.name('ledger')} SET ${persons ? `identity = ${identity}, ` : ''}message_key = ${hashedKey('message_key')} WHERE ${mine}`,
    parameters,
  )
  return { keys: keys.rows, outcomes: outcomes.rows }
}
