import {
  type Lease,
  mappingsIn,
  type Window,
  type WindowKind,
  windowIdOf,
  windowsIn,
} from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { Assessed, WindowRequest } from './assess.ts'
import { assessSettled } from './assess-settled.ts'
import { brakesOn, obeyBrakes } from './brakes.ts'
import { recordChecks, runChecks } from './checks.ts'
import { giveUpWindow } from './give-up.ts'
import type { OpenedWindow } from './opened.ts'
import type { Parts } from './parts.ts'
import { goOnWith } from './reopen.ts'
import { catchUp } from './settle.ts'
import { dropSnapshot } from './snapshot.ts'

/** What a new window covers, where there is none to go on with. */
export interface Opening {
  readonly kind: WindowKind
  readonly only?: WindowRequest['only']
  /** Rows that the window sends at most; the rest waits for the next one. */
  readonly limit?: number
  /** Values that brakes printed and a person said again. */
  readonly confirmed: readonly string[]
  /** Brakes that a person let go for the whole that the window is a part of, by name. */
  readonly passes?: readonly string[]
  readonly runId: string
  readonly lease: Lease
  /** A window that can't be finished any more, and who gives it up. */
  readonly giveUp?: { readonly windowId: string; readonly who: string }
}

/**
 * The window to work on: the one a dead run left open, else a new one. A new one is pinned, counted by the warehouse,
 * held up by brakes and checks, and written to Delta before its first row is read.
 */
export async function openWindow(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  opening: Opening,
  signal?: AbortSignal,
): Promise<OpenedWindow> {
  const windows = windowsIn(parts.warehouse, parts.project.control)
  const { open: left, lastClosed, next } = await windows.standing(sync.name, destination)
  if (left !== undefined && opening.giveUp?.windowId === left.windowId) {
    await giveUpWindow(parts, opening.lease, left, opening.giveUp.who)
  } else if (left !== undefined) {
    return goOnWith(parts, sync, left, signal, opening.lease)
  }
  const position = await catchUp(parts, opening.lease, lastClosed)
  const request = windowRequest(parts, sync, destination, opening, next)
  return openNew(
    parts,
    { ...request, checkpoint: { position } },
    sync,
    destination,
    opening,
    signal,
  )
}

/** The request for the next window of a sync and destination. */
export async function nextRequest(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  opening: Pick<Opening, 'kind' | 'only' | 'limit'>,
): Promise<WindowRequest> {
  const windows = windowsIn(parts.warehouse, parts.project.control)
  const { next } = await windows.standing(sync.name, destination)
  return windowRequest(parts, sync, destination, opening, next)
}

function windowRequest(
  { clock }: Parts,
  sync: SyncSpec,
  destination: string,
  { kind, only, limit }: Pick<Opening, 'kind' | 'only' | 'limit'>,
  number: number,
): WindowRequest {
  return {
    kind,
    number,
    windowId: windowIdOf(sync.name, destination, number),
    openedAt: new Date(clock.now()),
    ...(only === undefined ? {} : { only }),
    ...(limit === undefined ? {} : { limit }),
  }
}

async function openNew(
  parts: Parts,
  request: WindowRequest,
  sync: SyncSpec,
  destination: string,
  opening: Opening,
  signal?: AbortSignal,
): Promise<OpenedWindow> {
  const { warehouse, project, clock, log } = parts
  const assessed = await assessSettled(parts, sync, destination, request, signal)
  const { scope, mapping, query, parameters, because, plainKeys } = assessed
  if (plainKeys !== undefined) log.warn(plainKeys, { sync: sync.name, destination })
  if (because !== undefined)
    log.info('comparing every row', { sync: sync.name, destination, because })
  if (scope.limit !== undefined) {
    const { rows, by } = scope.limit
    const { later } = assessed.counts
    log.info('a limit lets rows wait for the next window', {
      sync: sync.name,
      destination,
      limit: rows,
      by,
      waiting: later,
    })
  }
  try {
    const checks = await runChecks(parts, sync, assessed, signal)
    await recordChecks(parts, sync, destination, request, checks)
    const fired = (
      await brakesOn(parts, sync, destination, request, assessed, checks, signal)
    ).filter(({ brake }) => opening.passes?.includes(brake) !== true)
    obeyBrakes(sync, destination, assessed, fired, opening.confirmed)
  } catch (error) {
    await dropSnapshot(parts, scope.pin)
    throw error
  }
  await mappingsIn(warehouse, project.control, clock).remember(
    mapping.hash,
    mapping.text,
    sync.name,
    mapping.hashColumns,
    mapping.fields,
  )
  const window = await windowsIn(warehouse, project.control).open({
    sync: sync.name,
    destination,
    number: request.number,
    kind: request.kind,
    pin: JSON.stringify(scope),
    mapping: mapping.text,
    mappingHash: mapping.hash,
    counts: windowCounts(assessed.counts),
    runId: opening.runId,
    openedAt: request.openedAt,
  })
  return { window, sync, scope, mapping, query, parameters, resumed: false }
}

function windowCounts(counts: Assessed['counts']): Window['counts'] {
  const { null_key, duplicate_key, unchanged, held, ignored, later } = counts
  return {
    rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
    nullKeys: null_key,
    duplicateKeys: duplicate_key,
    noRoute: 0,
    unchanged,
    held: held + later,
    ignored,
  }
}
