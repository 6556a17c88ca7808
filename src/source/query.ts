import type { SyncSpec } from '../core/index.ts'
import type { SqlParameters } from '../warehouse/index.ts'
import type { Tombstones } from './erased.ts'
import type { ColumnTypes } from './keys.ts'
import { pinned } from './pin.ts'
import type { HashedColumns } from './row-hash.ts'
import type { Scope } from './scope.ts'

/** What decides which pinned rows belong to a window, and what is to be done with each. */
export interface WindowQuery {
  readonly sync: SyncSpec
  readonly destination: string
  readonly scope: Scope
  readonly types: ColumnTypes
  /** The mapping that rows are sent under now. */
  readonly mapping: HashedColumns
  /** The ledger as a relation for FROM, its version pinned. */
  readonly ledger: string
  /** Quoted names. */
  readonly outcomeLog: string
  readonly outcomes: string
  readonly deadLetters: string
  /** Who asked to be forgotten; absent where nobody did. */
  readonly erased?: Tombstones
  /** The key of all hashes, see `hashKey`. */
  readonly hashKey: string
  /** What is looked at in place of the pinned rows, where nothing was pinned. Never set for a window. */
  readonly relation?: string
}

/** The rows that a query is about, as a relation for FROM. */
export function relationOf({ relation, scope }: Pick<WindowQuery, 'relation' | 'scope'>): string {
  return relation ?? pinned(scope.pin)
}

/** The parameters that all statements of a window share. */
export function parametersOf(
  {
    sync,
    destination,
    scope,
    erased,
    hashKey,
  }: Pick<WindowQuery, 'sync' | 'destination' | 'scope' | 'erased' | 'hashKey'>,
  windowId: string,
): SqlParameters {
  const pick = scope.look.kind === 'picked' ? scope.look.pick : {}
  const given = {
    hash_key: erased === undefined && scope.hashed === undefined ? undefined : hashKey,
    since: time(scope.since),
    pick_run: pick.run,
    pick_mapping: pick.mapping,
    pick_reason: pick.reason,
    pick_from: time(pick.from),
    pick_to: time(pick.to),
  }
  return {
    sync: sync.name,
    destination,
    window_id: windowId,
    give_up_before: new Date(scope.giveUpBefore),
    ...(Object.fromEntries(
      Object.entries(given).filter(([, value]) => value !== undefined),
    ) as SqlParameters),
  }
}

function time(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms)
}
