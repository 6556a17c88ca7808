import type { Lease, Window } from '../audit/index.ts'
import { AuditError, SourceError, type SyncSpec } from '../core/index.ts'
import {
  checkPin,
  hashKey,
  hashKeyName,
  parametersOf,
  pinned,
  readScope,
  refuseOtherHashKey,
  sourceSchema,
} from '../source/index.ts'
import { queryOf } from './assess.ts'
import { compileSync } from './compile-sync.ts'
import { holdErased } from './hold-erased.ts'
import { loadOutcomes } from './load-outcomes.ts'
import type { OpenedWindow } from './opened.ts'
import type { Parts } from './parts.ts'
import { tombstonesOf } from './tombstones.ts'

/**
 * The window that an earlier run left open, with all that attempts at it wrote down so far: what they could not load
 * themselves counts before anything is sent. Under the lease of the whole, who was erased meanwhile counts as held.
 */
export async function goOnWith(
  parts: Parts,
  current: SyncSpec,
  window: Window,
  signal?: AbortSignal,
  lease?: Lease,
): Promise<OpenedWindow> {
  const opened = await reopen(parts, current, window, signal).catch((error: unknown) => {
    throw unreadable(error) ? unfinishable(window, error) : error
  })
  await loadOutcomes(parts, window)
  parts.log.info('going on with the window an earlier run left open', { window: window.windowId })
  return lease === undefined ? opened : holdErased(parts, opened, lease, signal)
}

/** A window that is open, under its own pin, ledger and sync file. */
export async function reopen(
  parts: Parts,
  current: SyncSpec,
  window: Window,
  signal?: AbortSignal,
): Promise<OpenedWindow> {
  const { warehouse } = parts
  const scope = readScope(window.pin)
  const sync: SyncSpec = { ...current, ...scope.sync }
  await checkPin(warehouse, scope.pin, signal)
  const relation = { query: `SELECT * FROM ${pinned(scope.pin)}` }
  const schema = await sourceSchema(warehouse, relation, signal)
  const { destination, number, openedAt } = window
  const idSecret = await parts.idSecret()
  refuseOtherHashKey(sync.name, scope.hashed?.by, hashKeyName(hashKey(idSecret)))
  const mapping = compileSync(sync, schema, {
    destination,
    window: { number, openedAt: openedAt.getTime() },
    idSecret,
    auditKey: scope.hashed === undefined ? 'plain' : 'hashed',
    isSnapshot: scope.pin.snapshot,
  })
  if (mapping.hash !== window.mappingHash) {
    throw new AuditError(
      'MAPPING_CHANGED',
      `window ${window.windowId} was opened by another version of customerio-jobs, which maps its rows otherwise; finish it with that version, then use this one`,
    )
  }
  const erased = await tombstonesOf(parts, signal)
  const query = queryOf(parts, sync, destination, scope, schema, mapping, erased, idSecret)
  const parameters = parametersOf(query, window.windowId)
  return { window, sync, scope, mapping, query, parameters, resumed: true }
}

/** True for a pinned version that is gone for good. */
function unreadable(error: unknown): error is SourceError {
  return error instanceof SourceError && ['SOURCE_REPLACED', 'VERSION_GONE'].includes(error.code)
}

function unfinishable({ windowId, sync }: Window, error: SourceError): SourceError {
  return new SourceError(
    error.code,
    `${error.message}. Window ${windowId} can't be finished: "customerio-jobs run ${sync} --give-up ${windowId}" counts its rows without an outcome as held, and looks at them again in the next window`,
    { cause: error },
  )
}
