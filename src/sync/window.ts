import type { Schema } from 'apache-arrow'
import { loadWindow, type Window, windowIdOf, windowsIn } from '../audit/index.ts'
import { AuditError, type SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  checkPin,
  countStatement,
  type Pin,
  pinned,
  pinTable,
  sourceSchema,
  type WindowQuery,
} from '../source/index.ts'
import type { SqlParameters } from '../warehouse/index.ts'
import { compileSync } from './compile-sync.ts'
import type { Parts } from './parts.ts'
import { parametersOf, queryOf, snapshot } from './window-query.ts'

/** A window that is written down, with everything an attempt at it needs. */
export interface OpenedWindow {
  readonly window: Window
  readonly pin: Pin
  readonly mapping: Mapping
  readonly query: WindowQuery
  /** Parameters that the window's statements share. */
  readonly parameters: SqlParameters
  /** True when an earlier attempt left it open: what it decided is not sent again. */
  readonly resumed: boolean
}

/**
 * The window to work on: the one a dead run left open, else a new one. A new one is pinned, counted by the warehouse
 * and written to Delta before its first row is read.
 */
export async function openWindow(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  runId: string,
  signal?: AbortSignal,
): Promise<OpenedWindow> {
  const { warehouse, project } = parts
  const windows = windowsIn(warehouse, project.control)
  const left = await windows.findOpen(sync.name, destination)
  return left === undefined
    ? openNew(parts, sync, destination, runId, signal)
    : resume(parts, sync, left, signal)
}

async function openNew(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  runId: string,
  signal?: AbortSignal,
): Promise<OpenedWindow> {
  const { warehouse, project, clock } = parts
  const windows = windowsIn(warehouse, project.control)
  const openedAt = new Date(clock.now())
  const number = await windows.next(sync.name, destination)
  const windowId = windowIdOf(sync.name, destination, number)
  const { from } = sync.source
  const table = 'table' in from ? await pinTable(warehouse, from.table, signal) : undefined
  const schema = await sourceSchema(
    warehouse,
    table === undefined ? from : { query: `SELECT * FROM ${pinned(table)}` },
    signal,
  )
  const mapping = await compileFor(parts, sync, schema, { destination, number, openedAt })
  const pin = table ?? (await snapshot(parts, sync, mapping, windowId, signal))
  const query = queryOf(parts, sync, destination, pin, schema)
  const parameters = await parametersOf(parts, sync, destination, windowId, openedAt)
  const [counted] = await warehouse.query(countStatement(query), parameters, signal)
  const count = (name: string) => Number(counted?.[name] ?? 0)
  const window = await windows.open({
    sync: sync.name,
    destination,
    number,
    kind: 'sync',
    pin: JSON.stringify(pin),
    mapping: mapping.text,
    mappingHash: mapping.hash,
    counts: {
      rows: count('row_count'),
      nullKeys: count('null_keys'),
      duplicateKeys: count('duplicate_keys'),
      noRoute: 0,
      unchanged: count('unchanged'),
      held: 0,
      ignored: 0,
    },
    runId,
    openedAt,
  })
  return { window, pin, mapping, query, parameters, resumed: false }
}

async function resume(
  parts: Parts,
  sync: SyncSpec,
  window: Window,
  signal?: AbortSignal,
): Promise<OpenedWindow> {
  const { warehouse, log } = parts
  const pin = JSON.parse(window.pin) as Pin
  await checkPin(warehouse, pin, signal)
  const schema = await sourceSchema(warehouse, { query: `SELECT * FROM ${pinned(pin)}` }, signal)
  const { destination, number, openedAt } = window
  const mapping = await compileFor(
    parts,
    sync,
    schema,
    { destination, number, openedAt },
    pin.snapshot,
  )
  if (mapping.hash !== window.mappingHash) {
    throw new AuditError(
      'MAPPING_CHANGED',
      `window ${window.windowId} was left open by an earlier run under another mapping; put ${sync.file} back as it was, run to finish that window, then edit it again`,
    )
  }
  // What earlier attempts wrote down but could not load counts before anything is sent.
  await loadWindow({
    sql: warehouse,
    files: parts.workspace,
    control: parts.project.control,
    sync: sync.name,
    windowId: window.windowId,
  })
  log.info('going on with the window an earlier run left open', { window: window.windowId })
  return {
    window,
    pin,
    mapping,
    query: queryOf(parts, sync, destination, pin, schema),
    parameters: await parametersOf(parts, sync, destination, window.windowId, openedAt),
    resumed: true,
  }
}

async function compileFor(
  parts: Parts,
  sync: SyncSpec,
  schema: Schema,
  { destination, number, openedAt }: Pick<Window, 'destination' | 'number' | 'openedAt'>,
  isSnapshot = false,
): Promise<Mapping> {
  return compileSync(sync, schema, {
    destination,
    window: { number, openedAt: openedAt.getTime() },
    idSecret: await parts.idSecret(),
    isSnapshot,
  })
}
