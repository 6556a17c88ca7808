import {
  type Lease,
  loadWindow,
  mappingsIn,
  type Window,
  type WindowKind,
  windowIdOf,
  windowsIn,
} from '../audit/index.ts'
import { AuditError, SourceError, type SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  checkPin,
  parametersOf,
  pinned,
  readScope,
  type Scope,
  sourceSchema,
  type WindowQuery,
} from '../source/index.ts'
import type { SqlParameters } from '../warehouse/index.ts'
import { type Assessed, queryOf, type WindowRequest } from './assess.ts'
import { assessSettled } from './assess-settled.ts'
import { brakesOn, obeyBrakes } from './brakes.ts'
import { recordChecks, runChecks } from './checks.ts'
import { compileSync } from './compile-sync.ts'
import { giveUpWindow } from './give-up.ts'
import { holdErased } from './hold-erased.ts'
import type { Parts } from './parts.ts'
import { catchUp } from './settle.ts'
import { dropSnapshot } from './snapshot.ts'
import { tombstonesOf } from './tombstones.ts'

/** A window that is written down, with everything an attempt at it needs. */
export interface OpenedWindow {
  readonly window: Window
  /** The sync as its file stood when the window was opened. */
  readonly sync: SyncSpec
  readonly scope: Scope
  readonly mapping: Mapping
  readonly query: WindowQuery
  /** Parameters that the window's statements share. */
  readonly parameters: SqlParameters
  /** True when an earlier attempt left it open: what it decided is not sent again. */
  readonly resumed: boolean
}

/** What a new window covers, where there is none to go on with. */
export interface Opening {
  readonly kind: WindowKind
  readonly only?: WindowRequest['only']
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
  opening: Pick<Opening, 'kind' | 'only'>,
): Promise<WindowRequest> {
  const windows = windowsIn(parts.warehouse, parts.project.control)
  const { next } = await windows.standing(sync.name, destination)
  return windowRequest(parts, sync, destination, opening, next)
}

function windowRequest(
  { clock }: Parts,
  sync: SyncSpec,
  destination: string,
  { kind, only }: Pick<Opening, 'kind' | 'only'>,
  number: number,
): WindowRequest {
  return {
    kind,
    number,
    windowId: windowIdOf(sync.name, destination, number),
    openedAt: new Date(clock.now()),
    ...(only === undefined ? {} : { only }),
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
  const { scope, mapping, query, parameters, because } = assessed
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
  await loadWindow({
    sql: parts.warehouse,
    files: parts.workspace,
    control: parts.project.control,
    sync: window.sync,
    windowId: window.windowId,
  })
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
  const mapping = compileSync(sync, schema, {
    destination,
    window: { number, openedAt: openedAt.getTime() },
    idSecret: await parts.idSecret(),
    isSnapshot: scope.pin.snapshot,
  })
  if (mapping.hash !== window.mappingHash) {
    throw new AuditError(
      'MAPPING_CHANGED',
      `window ${window.windowId} was opened by another version of customerio-jobs, which maps its rows otherwise; finish it with that version, then use this one`,
    )
  }
  const erased = await tombstonesOf(parts, signal)
  const query = queryOf(parts, sync, destination, scope, schema, mapping, erased)
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
