import type { SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  countStatement,
  parametersOf,
  type RowClass,
  type Scope,
  type WindowQuery,
  withoutFeed,
} from '../source/index.ts'
import type { SqlParameters } from '../warehouse/index.ts'
import { allowanceOf, limitTo } from './limit.ts'
import type { Parts } from './parts.ts'
import { prepare, type WindowRequest } from './prepare.ts'

export { queryOf, type WindowRequest } from './prepare.ts'

/** What a window would cover now: pinned, compiled and counted by the warehouse; nothing is written down yet. */
export interface Assessed {
  readonly scope: Scope
  readonly mapping: Mapping
  readonly query: WindowQuery
  readonly parameters: SqlParameters
  /** Rows of each class. */
  readonly counts: Readonly<Record<RowClass, number>>
  /** The same before a limit let some of them wait; equal where there is none. */
  readonly due: Readonly<Record<RowClass, number>>
  /** Our own words, where everything is compared because nothing cheaper works. */
  readonly because?: string
  /** Our own words, where keys that are personal data stand in the control tables as they are. */
  readonly plainKeys?: string
}

/** Pins the source, decides where to look for changes, and lets the warehouse count what is to be done. */
export async function assess(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  request: WindowRequest,
  signal?: AbortSignal,
): Promise<Assessed> {
  const { windowId } = request
  const prepared = await prepare(parts, sync, destination, request, 'pinned', signal)
  const { mapping, query } = prepared
  const { scope } = query
  const make = (one: Scope) => ({ ...query, scope: one })
  const count = async (one: Scope) =>
    countsOf(
      await parts.warehouse.query(
        countStatement(make(one)),
        parametersOf(make(one), windowId),
        signal,
      ),
    )
  const limited = async (one: Scope, because?: string): Promise<Assessed> => {
    const due = await count(one)
    const allowance = await allowanceOf(parts, sync, destination, request, mapping)
    const limit =
      allowance === undefined || due.send + due.delete <= allowance.rows
        ? undefined
        : await limitTo(parts, make(one), windowId, allowance, signal)
    if (limit === undefined) return assessed(make(one), mapping, windowId, due, due, because)
    const part = { ...one, limit }
    return assessed(make(part), mapping, windowId, await count(part), due, because)
  }
  const { plainKeys } = prepared
  const exposed = plainKeys === undefined ? {} : { plainKeys }
  try {
    return { ...(await limited(scope, prepared.because)), ...exposed }
  } catch (error) {
    const { look, because } = withoutFeed(sync, scope.pin, scope.look, error)
    return { ...(await limited({ ...scope, look }, because)), ...exposed }
  }
}

function assessed(
  query: WindowQuery,
  mapping: Mapping,
  windowId: string,
  counts: Assessed['counts'],
  due: Assessed['counts'],
  because?: string,
): Assessed {
  return {
    scope: query.scope,
    mapping,
    query,
    parameters: parametersOf(query, windowId),
    counts,
    due,
    ...(because === undefined ? {} : { because }),
  }
}

function countsOf(rows: readonly Readonly<Record<string, unknown>>[]): Assessed['counts'] {
  const none = {
    null_key: 0,
    duplicate_key: 0,
    send: 0,
    delete: 0,
    unchanged: 0,
    held: 0,
    ignored: 0,
    moved: 0,
    later: 0,
  }
  return {
    ...none,
    ...Object.fromEntries(rows.map((row) => [String(row._class), Number(row.row_count)])),
  }
}
