import { controlOf, windowsIn } from '../audit/index.ts'
import {
  AuditError,
  ConfigError,
  isWrittenHash,
  type SyncSpec,
  writtenHash,
} from '../core/index.ts'
import { hashedKey, hashedOf, hashKey, identifierHash, needsKey } from '../source/index.ts'
import { unfinishedBackfill } from './backfill-plan.ts'
import { type ByHand, type Ending, eachDestination, recordAct } from './by-hand.ts'
import type { Parts } from './parts.ts'
import { withLease } from './with-lease.ts'

/** What was hashed in one destination. */
export interface HashedState {
  readonly sync: string
  readonly destination: string
  /** Rows of the ledger, one for each key. */
  readonly keys: number
  /** Rows of `outcome_log`. */
  readonly outcomes: number
}

/**
 * Puts keyed hashes in the place of the keys that the control tables hold of a sync, and of the people where nothing of it
 * is ever taken away; later windows write hashes too. Sends nothing, and makes nothing look changed: what is known stays
 * known. Can be repeated. Throws AUDIT_KEY_NEEDED where the keys themselves are needed, WINDOW_OPEN while a window is open
 * and BACKFILL_UNFINISHED while a backfill is: both know rows by the keys they began with.
 */
export async function hashState(
  parts: Parts,
  sync: SyncSpec,
  { by, signal }: { readonly by: ByHand; readonly signal?: AbortSignal },
): Promise<Ending<HashedState>[]> {
  if (sync.outbox !== undefined || needsKey(sync)) {
    throw new ConfigError(
      'AUDIT_KEY_NEEDED',
      sync.outbox === undefined
        ? `the keys of ${sync.name} hold the tokens of devices to delete, and stay as they are; on_delete: ignore does without them`
        : `the keys of ${sync.name} name the rows of that table, and stay as they are`,
    )
  }
  await recordAct(parts, by, { act: 'state hash', sync: sync.name })
  return eachDestination(sync, undefined, signal, (destination) =>
    withLease(parts, sync, destination, signal, async ({ check }, held) => {
      const mayHash = async () => {
        check()
        held.throwIfAborted()
        await refuseWhileAtWork(parts, sync.name, destination)
      }
      return {
        sync: sync.name,
        destination,
        ...(await hashRows(parts, sync, destination, mayHash)),
      }
    }),
  )
}

async function refuseWhileAtWork(parts: Parts, sync: string, destination: string): Promise<void> {
  const open = await windowsIn(parts.warehouse, parts.project.control).findOpen(sync, destination)
  if (open !== undefined) {
    throw new AuditError(
      'WINDOW_OPEN',
      `window ${open.windowId} is open, and knows rows by the keys it began with; run ${sync} first, then hash its state`,
    )
  }
  if ((await unfinishedBackfill(parts, { sync, destination })) === undefined) return
  throw new ConfigError(
    'BACKFILL_UNFINISHED',
    `a backfill of ${sync} → ${destination} is unfinished, and cuts rows by the keys it began with; finish it, or give it up by "customerio-jobs backfill ${sync} --abandon", then hash the state`,
  )
}

/** The ledger comes last: from then on it says that keys are hashes. */
async function hashRows(
  { warehouse, project, idSecret }: Parts,
  sync: SyncSpec,
  destination: string,
  mayHash: () => Promise<void>,
): Promise<Pick<HashedState, 'keys' | 'outcomes'>> {
  const at = controlOf(project.control)
  const secret = hashKey(await idSecret())
  const parameters = { sync: sync.name, destination, hash_key: secret }
  const hashed = hashedOf(sync, secret)
  const isHash = isWrittenHash('message_key')
  const key = `message_key = CASE WHEN ${isHash} THEN message_key ELSE ${hashedKey('message_key', hashed)} END`
  const mine = 'sync = :sync AND destination = :destination'
  const isPerson = `person IS NOT NULL AND NOT ${isWrittenHash('person')}`
  const named = "get_json_object(identity, '$.person')"
  const either = (one: string) => `(NOT ${isHash}${hashed.persons ? ` OR ${one}` : ''})`
  await mayHash()
  const outcomes = await warehouse.execute(
    `UPDATE ${at.name('outcome_log')} SET ${
      hashed.persons
        ? `person = CASE WHEN ${isPerson} THEN ${writtenHash(identifierHash('person'), hashed.by)} ELSE person END, `
        : ''
    }${key} WHERE ${mine} AND ${either(isPerson)}`,
    parameters,
  )
  await mayHash()
  // What was written late beside a hash of the same key is older than that.
  const ledger = at.name('ledger')
  await warehouse.execute(
    `MERGE INTO ${ledger} AS t USING (
  SELECT p.message_key FROM (SELECT message_key, ${hashedKey('message_key', hashed)} AS hash FROM ${ledger} WHERE ${mine} AND NOT ${isHash}) AS p
  LEFT SEMI JOIN (SELECT message_key FROM ${ledger} WHERE ${mine}) AS h ON h.message_key = p.hash
) AS s ON t.sync = :sync AND t.destination = :destination AND t.message_key = s.message_key WHEN MATCHED THEN DELETE`,
    parameters,
  )
  const keys = await warehouse.execute(
    `UPDATE ${ledger} SET ${
      hashed.persons
        ? `identity = CASE WHEN ${named} IS NULL THEN identity ELSE to_json(named_struct('person_hash', ${identifierHash(named)})) END, `
        : ''
    }${key} WHERE ${mine} AND ${either(`${named} IS NOT NULL`)}`,
    parameters,
  )
  return { keys: keys.rows, outcomes: outcomes.rows }
}
