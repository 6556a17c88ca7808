import type { Schema } from 'apache-arrow'
import {
  controlOf,
  leasesIn,
  ledgerIn,
  mappingsIn,
  type Position,
  type WindowKind,
} from '../audit/index.ts'
import { SourceError, type SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  countStatement,
  type HashedColumns,
  isEvent,
  lookFor,
  newestVersion,
  parametersOf,
  pinned,
  pinTable,
  type RowClass,
  type Scope,
  sourceSchema,
  sqlTypes,
  type WindowQuery,
  withoutFeed,
} from '../source/index.ts'
import type { SqlParameters } from '../warehouse/index.ts'
import { compileSync } from './compile-sync.ts'
import type { Parts } from './parts.ts'
import { snapshot } from './snapshot.ts'

/** The window a run would open: which one it is, and what it is asked to cover. */
export interface WindowRequest {
  readonly windowId: string
  readonly number: number
  readonly openedAt: Date
  readonly kind: WindowKind
  /** What a window of this kind covers otherwise than a run on schedule. */
  readonly only?: Partial<Pick<Scope, 'look' | 'send' | 'keys' | 'retryRefused'>>
}

/** What a window would cover now: pinned, compiled and counted by the warehouse; nothing is written down yet. */
export interface Assessed {
  readonly scope: Scope
  readonly mapping: Mapping
  readonly query: WindowQuery
  readonly parameters: SqlParameters
  /** Rows of each class. */
  readonly counts: Readonly<Record<RowClass, number>>
  /** Our own words, where everything is compared because nothing cheaper works. */
  readonly because?: string
}

/** Rows given up longer ago than this are not tried again by themselves. */
const giveUpAfterMs = 7 * 24 * 3600_000

/** Pins the source, decides where to look for changes, and lets the warehouse count what is to be done. */
export async function assess(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  request: WindowRequest,
  signal?: AbortSignal,
): Promise<Assessed> {
  const { warehouse, project, clock } = parts
  const { number, openedAt, windowId, only = {} } = request
  const control = controlOf(project.control)
  const { from } = sync.source
  const table = 'table' in from ? await pinTable(warehouse, from.table, signal) : undefined
  const schema = await sourceSchema(
    warehouse,
    table === undefined ? from : { query: `SELECT * FROM ${pinned(table)}` },
    signal,
  )
  const types = sqlTypes(schema)
  const mapping = compileSync(sync, schema, {
    destination,
    window: { number, openedAt: openedAt.getTime() },
    idSecret: await parts.idSecret(),
  })
  const ledgerVersion = await newestVersion(warehouse, control.name('ledger'), signal)
  const checkpoint = await leasesIn(warehouse, project.control, clock).find({
    sync: sync.name,
    destination,
  })
  const position = checkpoint?.position
  const send = only.send ?? sendOf(sync, position)
  const earlier = await earlierMappings(parts, sync, destination, mapping.hash, schema, send)
  const pin = table ?? (await snapshot(parts, sync, mapping, earlier, windowId, signal))
  const looking =
    only.look === undefined
      ? await lookFor(warehouse, sync, pin, types, position, signal)
      : { look: only.look }
  const since = startOf(sync)
  const scope: Scope = {
    sync: { source: sync.source, send: sync.send, onDelete: sync.onDelete },
    pin,
    ledgerVersion,
    look: looking.look,
    ...('cursor' in looking && looking.cursor !== undefined ? { cursor: looking.cursor } : {}),
    ...only,
    ...(send === 'changed' ? {} : { send }),
    earlier,
    giveUpBefore: openedAt.getTime() - giveUpAfterMs,
    ...(since === undefined ? {} : { since }),
  }
  const make = (one: Scope) => queryOf(parts, sync, destination, one, schema, mapping)
  const count = async (one: Scope) =>
    countsOf(
      await warehouse.query(countStatement(make(one)), parametersOf(make(one), windowId), signal),
    )
  try {
    return assessed(make(scope), mapping, windowId, await count(scope), looking)
  } catch (error) {
    const again = withoutFeed(sync, pin, scope.look, error)
    const wider = { ...scope, look: again.look }
    return assessed(make(wider), mapping, windowId, await count(wider), again)
  }
}

function assessed(
  query: WindowQuery,
  mapping: Mapping,
  windowId: string,
  counts: Assessed['counts'],
  { because }: { readonly because?: string },
): Assessed {
  return {
    scope: query.scope,
    mapping,
    query,
    parameters: parametersOf(query, windowId),
    counts,
    ...(because === undefined ? {} : { because }),
  }
}

/** The statements of a window in the words of the source room. */
export function queryOf(
  { project }: Parts,
  sync: SyncSpec,
  destination: string,
  scope: Scope,
  schema: Schema,
  mapping: Mapping,
): WindowQuery {
  const control = controlOf(project.control)
  return {
    sync,
    destination,
    scope,
    types: sqlTypes(schema),
    mapping: { mappingHash: mapping.hash, columns: mapping.hashColumns },
    ledger: pinned({ table: control.name('ledger'), version: scope.ledgerVersion }),
    outcomeLog: control.name('outcome_log'),
    outcomes: control.name('outcomes'),
    deadLetters: control.name('dead_letters'),
  }
}

/**
 * The other mappings that keys of the ledger were last sent under: hashes are compared over their columns, so that an
 * edited mapping makes nothing "changed". Throws a SourceError where a column of theirs is gone, unless everything is
 * sent, or nothing: no row is compared then.
 */
async function earlierMappings(
  { warehouse, project, clock }: Parts,
  sync: SyncSpec,
  destination: string,
  current: string,
  schema: Schema,
  send: Required<Scope>['send'],
): Promise<HashedColumns[]> {
  const used = await ledgerIn(warehouse, project.control).mappingsOf(sync.name, destination)
  const others = used.filter(({ mappingHash }) => mappingHash !== current)
  if (others.length === 0) return []
  const known = await mappingsIn(warehouse, project.control, clock).all(sync.name)
  const names = new Set(schema.fields.map(({ name }) => name))
  return others.flatMap(({ mappingHash, keys }) => {
    const columns = known.find(({ hash }) => hash === mappingHash)?.rowColumns
    const gone = columns?.filter((column) => !names.has(column))
    if (columns !== undefined && gone?.length === 0) return [{ mappingHash, columns }]
    if (send !== 'changed') return []
    throw new SourceError(
      'MAPPING_GONE',
      `${keys} keys of ${sync.name} → ${destination} were last sent under a mapping that reads ${
        gone === undefined
          ? 'columns nobody wrote down'
          : gone.map((name) => `"${name}"`).join(', ')
      }, which the source no longer has: whether they changed cannot be told. Put the column back, or run "customerio-jobs rebase ${sync.name}" to take the rows as they are without sending, or "customerio-jobs backfill ${sync.name}" to send them all`,
    )
  })
}

/** What a run on schedule sends; `start: now` takes what is there at the first window as known. */
function sendOf(sync: SyncSpec, position: Position | undefined): Required<Scope>['send'] {
  if (sync.source.start === 'now' && position === undefined) return 'nothing'
  return sync.source.changes.kind === 'full' && !isEvent({ sync }) ? 'all' : 'changed'
}

function startOf({ source: { start } }: SyncSpec): number | undefined {
  if (start === undefined || start === 'all' || start === 'now') return undefined
  return Date.parse(`${start}T00:00:00Z`)
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
  }
  return {
    ...none,
    ...Object.fromEntries(rows.map((row) => [String(row._class), Number(row.row_count)])),
  }
}
