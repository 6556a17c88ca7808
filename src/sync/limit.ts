import { actsIn, mappingUse } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  cutBetween,
  cutStatement,
  parametersOf,
  type WindowLimit,
  type WindowQuery,
} from '../source/index.ts'
import type { Parts } from './parts.ts'
import type { WindowRequest } from './prepare.ts'

/** How many rows a window may send, before it is known which. */
export type Allowance = Omit<WindowLimit, 'below'>

/** The command in `acts` by which a person ends a canary; its details name the mapping. */
export const releaseCanaryAct = 'release canary'

/**
 * How many rows a window on schedule may send: what the target says, or whoever started the run, or the canary of a
 * changed mapping; the least of them. Undefined for no limit. What a person asks for by name (backfill, replay) is not limited.
 */
export async function allowanceOf(
  { warehouse, project, clock }: Pick<Parts, 'warehouse' | 'project' | 'clock'>,
  sync: Pick<SyncSpec, 'name' | 'canary'>,
  destination: string,
  { kind, only, limit, openedAt }: Pick<WindowRequest, 'kind' | 'only' | 'limit' | 'openedAt'>,
  { hash }: Pick<Mapping, 'hash'>,
): Promise<Allowance | undefined> {
  if (kind !== 'sync' || only !== undefined) return undefined
  const said = lesser(allowance('target', project.limit), allowance('run', limit))
  const { canary } = sync
  if (canary === undefined || (said !== undefined && said.rows <= canary.rows)) return said
  const pair = { sync: sync.name, destination }
  const { firstAt = openedAt, othersFrom = firstAt } = await mappingUse(
    warehouse,
    project.control,
    pair,
    hash,
  )
  const until = firstAt.getTime() + canary.holdMs
  // The first mapping of all has no canary, not even when the sync comes back to it.
  if (othersFrom >= firstAt || until <= openedAt.getTime()) return said
  const released = await actsIn(warehouse, project.control, clock).last(sync.name, destination, [
    releaseCanaryAct,
  ])
  return released?.details?.mapping === hash ? said : { rows: canary.rows, by: 'canary', until }
}

function allowance(by: 'target' | 'run', rows: number | undefined): Allowance | undefined {
  return rows === undefined ? undefined : { rows, by }
}

function lesser(one: Allowance | undefined, other: Allowance | undefined): Allowance | undefined {
  return one === undefined || (other !== undefined && other.rows < one.rows) ? other : one
}

/** A limit without its cut: which rows wait is nobody's business. */
export function allowanceIn({ below: _, ...allowance }: WindowLimit): Allowance {
  return allowance
}

/** Finds the rows that go under an allowance; undefined where all of them do. */
export async function limitTo(
  { warehouse }: Pick<Parts, 'warehouse'>,
  query: WindowQuery,
  windowId: string,
  allowance: Allowance,
  signal?: AbortSignal,
): Promise<WindowLimit | undefined> {
  const [row] = await warehouse.query(
    cutStatement(query, allowance.rows),
    parametersOf(query, windowId),
    signal,
  )
  const { last_in: last, first_out: next } = row ?? {}
  return typeof last === 'string' && typeof next === 'string'
    ? { ...allowance, below: cutBetween(last, next) }
    : undefined
}
