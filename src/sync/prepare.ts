import type { Schema } from 'apache-arrow'
import { controlOf, leasesIn, ledgerIn, type Position, type WindowKind } from '../audit/index.ts'
import { nothingPersonal, type SyncSpec } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  auditKeyFor,
  formByContent,
  hashedOf,
  hashKey,
  isEvent,
  type Look,
  type Looking,
  lookFor,
  personalIn,
  pinned,
  pinTable,
  refuseOtherHashKey,
  type Scope,
  sourceSchema,
  sqlTypes,
  type Tombstones,
  unpinned,
  type WindowQuery,
  youngVersion,
} from '../source/index.ts'
import { compileSync } from './compile-sync.ts'
import { earlierMappings } from './earlier-mappings.ts'
import type { Parts } from './parts.ts'
import { snapshot } from './snapshot.ts'
import { tombstonesOf } from './tombstones.ts'

/** The window a run would open: which one it is, and what it is asked to cover. */
export interface WindowRequest {
  readonly windowId: string
  readonly number: number
  readonly openedAt: Date
  readonly kind: WindowKind
  /** Rows that whoever asks wants sent at most. */
  readonly limit?: number
  /** The checkpoint, from whoever has just read it; asked for if left out. */
  readonly checkpoint?: { readonly position?: Position | undefined }
  /** What a window of this kind covers otherwise than a run on schedule. */
  readonly only?: Partial<
    Pick<Scope, 'look' | 'send' | 'keys' | 'retryRefused' | 'backfill' | 'pin'>
  >
}

/** A window as far as it is known before its rows are counted. */
export interface Prepared {
  readonly mapping: Mapping
  readonly query: WindowQuery
  readonly schema: Schema
  /** Our own words, where everything is compared because nothing cheaper works. */
  readonly because?: string
  /** Our own words, where keys that are personal data stand in the control tables as they are. */
  readonly plainKeys?: string
}

/** Rows given up longer ago than this are not tried again by themselves. */
const giveUpAfterMs = 7 * 24 * 3600_000

/**
 * Pins the source and decides where to look for changes. `as it is` leaves a query or view unpinned, so that nothing is
 * written: for a look at a few of its rows, never for a window.
 */
export async function prepare(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  request: WindowRequest,
  source: 'pinned' | 'as it is',
  signal?: AbortSignal,
): Promise<Prepared> {
  const { warehouse, project, clock } = parts
  const { number, openedAt, windowId, only = {} } = request
  const control = controlOf(project.control)
  const { from } = sync.source
  const pair = { sync: sync.name, destination }
  const pinning =
    only.pin !== undefined
      ? Promise.resolve(only.pin)
      : 'table' in from
        ? pinTable(warehouse, from.table, signal)
        : Promise.resolve(undefined)
  const isTable = async () => (await pinning)?.snapshot === false
  const ledger = ledgerIn(warehouse, project.control)
  // None of these needs another: together they cost the time of one.
  const [table, pinnedLedger, checkpoint, used, erased, personal] = await Promise.all([
    pinning,
    // How keys stand there must be asked of the version that they are compared with.
    youngVersion(warehouse, control.name('ledger'), clock.now(), signal).then(async (version) => ({
      version,
      keys: await ledger.keysOf(sync.name, destination, version),
    })),
    request.checkpoint ?? leasesIn(warehouse, project.control, clock).find(pair),
    ledger.mappingsOf(sync.name, destination),
    tombstonesOf(parts, signal),
    // What notebooks put into the outbox is meant to go.
    sync.outbox === undefined
      ? personalIn(warehouse, from, project.piiTags, isTable, signal)
      : nothingPersonal,
  ])
  const schema = await sourceSchema(
    warehouse,
    table === undefined ? from : { query: `SELECT * FROM ${pinned(table)}` },
    signal,
  )
  const types = sqlTypes(schema)
  const { version: ledgerVersion, keys } = pinnedLedger
  const idSecret = await parts.idSecret()
  const hashed = hashedOf(sync, hashKey(idSecret))
  const auditKey = auditKeyFor(sync, personal, keys)
  refuseOtherHashKey(sync.name, keys.own, hashed.by)
  const mapping = compileSync(sync, schema, {
    destination,
    window: { number, openedAt: openedAt.getTime() },
    idSecret,
    personal,
    auditKey,
  })
  const position = checkpoint?.position
  const send = only.send ?? sendOf(sync, position)
  const earlier = await earlierMappings(parts, pair, used, mapping, schema, send)
  const isUnpinned = table === undefined && source === 'as it is'
  const pin =
    table ??
    (isUnpinned
      ? { table: '', version: 0, committedAt: openedAt.getTime(), snapshot: true }
      : await snapshot(parts, sync, mapping, earlier, windowId, signal))
  const looking: Looking =
    only.look !== undefined
      ? { look: only.look }
      : isUnpinned
        ? { look: lookUnpinned(sync, position) }
        : await lookFor(warehouse, sync, pin, types, position, signal)
  const since = startOf(sync)
  const scope: Scope = {
    sync: { source: sync.source, send: sync.send, onDelete: sync.onDelete },
    pin,
    ledgerVersion,
    look: looking.look,
    ...(looking.cursor === undefined ? {} : { cursor: looking.cursor }),
    ...only,
    ...(send === 'changed' ? {} : { send }),
    ...(auditKey === 'plain' ? {} : { hashed }),
    earlier,
    giveUpBefore: openedAt.getTime() - giveUpAfterMs,
    ...(since === undefined ? {} : { since }),
    ...(erased === undefined ? {} : { erased: erased.version }),
  }
  const query = queryOf(parts, sync, destination, scope, schema, mapping, erased, idSecret)
  const { because } = looking
  const isExposed =
    auditKey === 'plain' &&
    sync.outbox === undefined &&
    sync.source.auditKey === undefined &&
    formByContent(sync, personal) === 'hashed'
  return {
    mapping,
    schema,
    query: isUnpinned ? { ...query, relation: unpinned(from) } : query,
    ...(because === undefined ? {} : { because }),
    ...(isExposed ? { plainKeys: exposed(sync) } : {}),
  }
}

function exposed({ name }: SyncSpec): string {
  return `the control tables hold the keys of ${name} as they are, which are personal data: "customerio-jobs state hash ${name}" hashes them, and audit_key: plain under source says that it is meant`
}

/** Where a run would look in a query or view; whether its cursor went backwards is found out by a run alone. */
function lookUnpinned({ source: { changes } }: SyncSpec, position: Position | undefined): Look {
  if (changes.kind !== 'cursor') return { kind: 'all' }
  const from = position?.cursor
  return { ...changes, ...(from === undefined ? {} : { from }) }
}

/** The statements of a window in the words of the source room. */
export function queryOf(
  { project }: Parts,
  sync: SyncSpec,
  destination: string,
  scope: Scope,
  schema: Schema,
  mapping: Mapping,
  erased: Tombstones | undefined,
  idSecret: string,
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
    hashKey: hashKey(idSecret),
    ...(erased === undefined ? {} : { erased }),
  }
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
