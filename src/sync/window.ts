import type { Schema } from 'apache-arrow'
import { controlOf, loadWindow, type Window, windowIdOf, windowsIn } from '../audit/index.ts'
import { AuditError, SourceError, type SyncSpec } from '../core/index.ts'
import { limits } from '../customerio/index.ts'
import { compile, type Mapping } from '../mapping/index.ts'
import {
  countStatement,
  keyColumn,
  type Pin,
  pinned,
  pinSnapshot,
  pinTable,
  rejectColumn,
  sourceSchema,
  sqlTypes,
  type WindowQuery,
} from '../source/index.ts'
import { quoteName, type SqlParameters } from '../warehouse/index.ts'
import type { Parts } from './parts.ts'

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
  const mapping = await compileFor(parts, sync, schema, destination, number, openedAt)
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
  const schema = await sourceSchema(warehouse, { query: `SELECT * FROM ${pinned(pin)}` }, signal)
  const mapping = await compileFor(
    parts,
    sync,
    schema,
    window.destination,
    window.number,
    window.openedAt,
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
    query: queryOf(parts, sync, window.destination, pin, schema),
    parameters: await parametersOf(
      parts,
      sync,
      window.destination,
      window.windowId,
      window.openedAt,
    ),
    resumed: true,
  }
}

async function compileFor(
  parts: Parts,
  sync: SyncSpec,
  schema: Schema,
  destination: string,
  number: number,
  openedAt: Date,
): Promise<Mapping> {
  return compile(sync, schema, {
    keyColumn,
    rejectColumn,
    destination,
    window: { number, openedAt: openedAt.getTime() },
    idSecret: await parts.idSecret(),
    maxMessageBytes: limits.messageBytes,
  })
}

/** Everything that is not one Delta table is written down once, with the columns that are needed and no others. */
async function snapshot(
  parts: Parts,
  sync: SyncSpec,
  mapping: Mapping,
  windowId: string,
  signal?: AbortSignal,
): Promise<Pin> {
  const { from, key } = sync.source
  const query = 'query' in from ? from.query : `SELECT * FROM ${from.table}`
  const routed = sync.send.to.kind === 'by' ? [sync.send.to.column] : []
  const columns = [...new Set([...key, ...routed, ...mapping.columns])].map(quoteName)
  const name = controlOf(parts.project.control).name(
    `snapshot_${windowId.replace(/[^a-z0-9_]/g, '_')}`,
  )
  return pinSnapshot(parts.warehouse, query, columns, name, signal)
}

function queryOf(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  pin: Pin,
  schema: Schema,
): WindowQuery {
  const types = sqlTypes(schema)
  const lost = sync.source.key.filter((column) => types[column] === undefined)
  if (lost.length > 0) {
    const at = sync.at(['source', 'key'])
    throw new SourceError(
      'COLUMN_MISSING',
      `${at.file}:${at.line}:${at.column}  the source has no column ${lost.map((name) => `"${name}"`).join(', ')} for the key`,
    )
  }
  const outcomeLog = controlOf(parts.project.control).name('outcome_log')
  return { sync, destination, pin, types, outcomeLog }
}

/** `since` is when events start: the date of the file, or for `now` the opening of the sync's first window. */
async function parametersOf(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  windowId: string,
  openedAt: Date,
): Promise<SqlParameters> {
  const common = { destination }
  if (sync.send.call !== 'track') return { ...common, window_id: windowId }
  const events = { ...common, sync: sync.name, window_id: windowId }
  const { start } = sync.source
  if (start === undefined || start === 'all') return events
  if (start !== 'now') return { ...events, since: new Date(`${start}T00:00:00Z`) }
  const [first] = await parts.warehouse.query(
    `SELECT min(\`opened_at\`) AS \`first\` FROM ${controlOf(parts.project.control).name('windows')} WHERE \`sync\` = :sync AND \`destination\` = :destination`,
    { sync: sync.name, destination },
  )
  return { ...events, since: first?.first instanceof Date ? first.first : openedAt }
}
