import { controlOf } from '../../audit/index.ts'
import { ConfigError, type SyncSpec } from '../../core/index.ts'
import { destinationsOf } from '../../source/index.ts'
import { type LookedAt, lookAt, type Parts } from '../../sync/index.ts'
import type { SqlRow } from '../../warehouse/index.ts'
import { explainKeys, orFailure } from './explain-keys.ts'
import type { ExplainedKey } from './explanation.ts'
import { type OutcomeFacts, outcomesOf } from './history.ts'
import {
  ledgerAbout,
  outcomesAbout,
  type PersonRow,
  personParameters,
  rowsAbout,
} from './person-search.ts'

/** What is known of a person in one sync at one destination. */
export interface PersonInSync {
  readonly sync: string
  readonly destination: string
  /** Rows about the person now, for this destination. */
  readonly rows: number
  /** There are more rows than were looked at. */
  readonly hasMoreRows: boolean
  /** Keys about the person that the ledger knows. */
  readonly known: number
  /** The newest of all these keys, explained. */
  readonly keys: readonly ExplainedKey[]
  /** Keys that are not among them. */
  readonly more: number
  /** Why the source could not be searched. */
  readonly failure?: { readonly code: string; readonly message: string }
}

/** What is known of a person. */
export interface PersonExplanation {
  readonly kind: 'person'
  /** The value that was asked for, then what rows name beside it. Values: never to be shown off a terminal. */
  readonly values: readonly string[]
  /** Rows write the e-mail address in another case than it was asked for. */
  readonly hasOtherCase: boolean
  /** How many people rows of identify give this e-mail address to, where that is more than one. */
  readonly sharedBy?: number
  readonly syncs: readonly PersonInSync[]
  /** The newest outcomes over all syncs, newest first. */
  readonly timeline: readonly OutcomeFacts[]
}

/** Rows searched in each sync, keys explained at each destination, outcomes of the timeline, values a person is known by. */
const most = { rows: 1000, keys: 20, timeline: 20, values: 50 } as const

/**
 * Finds what is known of a person, by id or e-mail address, in every sync: rows now, keys of the ledger, outcomes. What
 * rows name beside the value that was asked for (the id of an e-mail address) is searched too, one step far. Reads only.
 */
export async function explainPerson(
  parts: Parts,
  person: string,
  signal?: AbortSignal,
): Promise<PersonExplanation> {
  const search = await searchPerson(parts, person, most.rows, undefined, signal)
  const { values } = search
  const syncs = await Promise.all(
    search.found.flatMap((one) =>
      destinationsOf(one.sync.send.to).map((destination) =>
        explainFound(parts, one, destination, values, signal),
      ),
    ),
  )
  const timeline = await outcomesOf(
    parts,
    outcomesAbout(values),
    await personParameters(parts, values),
    most.timeline,
    signal,
  )
  const owners = ownersOf(person.trim(), search.found)
  return {
    kind: 'person',
    values,
    hasOtherCase: search.hasOtherCase,
    ...(owners > 1 && { sharedBy: owners }),
    syncs: syncs.filter(({ rows, known, failure }) => rows + known > 0 || failure !== undefined),
    timeline,
  }
}

/** The source of one sync, searched for a person. */
export interface FoundIn {
  readonly sync: SyncSpec
  readonly rows: readonly PersonRow[]
  /** Also those beyond the limit. */
  readonly total: number
  readonly looked?: LookedAt
  readonly failure?: { readonly code: string; readonly message: string }
}

/** A person, found in the sources. */
export interface FoundPerson {
  readonly values: readonly string[]
  readonly hasOtherCase: boolean
  readonly found: readonly FoundIn[]
}

/** Searches all sources; with `columns` rows come with what is mapped. Throws ConfigError PERSON_INVALID. */
export async function searchPerson(
  parts: Parts,
  person: string,
  limit: number | undefined,
  columns: 'mapped' | undefined,
  signal?: AbortSignal,
): Promise<FoundPerson> {
  const asked = person.trim()
  if (asked === '') {
    throw new ConfigError('PERSON_INVALID', 'say who: an id or an e-mail address')
  }
  const sources = await Promise.all(
    parts.project.syncs.map((sync) => prepared(parts, sync, signal)),
  )
  const searchAll = (values: readonly string[], isMapped: boolean) =>
    Promise.all(sources.map((one) => searched(parts, one, values, { limit, isMapped }, signal)))
  const first = await searchAll([asked], false)
  const named = first.flatMap(({ rows }) => rows.flatMap((row) => row.named))
  const isAsked = (value: string) => sameAs(asked, value)
  const others = [...new Set(named.filter((value) => !isAsked(value) && value !== ''))]
  const values = [asked, ...others.slice(0, most.values - 1)]
  return {
    values,
    hasOtherCase: named.some((value) => value !== asked && isAsked(value)),
    found: await searchAll(values, columns === 'mapped'),
  }
}

/** How many people the rows of identify syncs name beside an e-mail address. */
function ownersOf(asked: string, found: readonly FoundIn[]): number {
  if (!asked.includes('@')) return 1
  const rows = found.flatMap(({ sync, rows }) => (sync.send.call === 'identify' ? rows : []))
  return new Set(rows.flatMap(({ named }) => named.filter((value) => !sameAs(asked, value)))).size
}

/** An e-mail address is the same in every case; an id is not. */
function sameAs(asked: string, value: string): boolean {
  return asked.includes('@') ? asked.toLowerCase() === value.toLowerCase() : asked === value
}

type Source = Pick<FoundIn, 'sync' | 'looked' | 'failure'>

/** Any destination does: all of them read the same source. */
async function prepared(parts: Parts, sync: SyncSpec, signal?: AbortSignal): Promise<Source> {
  const [destination = ''] = destinationsOf(sync.send.to)
  const made = await orFailure(sync, destination, signal, async () => ({
    looked: await lookAt(parts, sync, destination, signal),
  }))
  return { sync, ...made }
}

async function searched(
  parts: Parts,
  source: Source,
  values: readonly string[],
  { limit, isMapped }: { readonly limit: number | undefined; readonly isMapped: boolean },
  signal?: AbortSignal,
): Promise<FoundIn> {
  const { sync, looked } = source
  if (looked === undefined) return { ...source, rows: [], total: 0 }
  const options = {
    ...(isMapped ? { columns: looked.mapping.columns } : {}),
    ...(limit === undefined ? {} : { limit }),
  }
  return { ...source, ...(await rowsAbout(parts, sync, looked, values, options, signal)) }
}

/** The keys of the ledger about a person, the newest first, each as it stands there. */
export async function ledgerRowsAbout(
  parts: Pick<Parts, 'project' | 'warehouse' | 'idSecret'>,
  values: readonly string[],
  where: { readonly sync: string; readonly destination: string } | undefined,
  signal?: AbortSignal,
): Promise<SqlRow[]> {
  const pair = where === undefined ? '' : 'sync = :sync AND destination = :destination AND '
  return parts.warehouse.query(
    `SELECT * FROM ${controlOf(parts.project.control).name('ledger')}
WHERE ${pair}${ledgerAbout(values)} ORDER BY decided_at DESC, message_key`,
    { ...where, ...(await personParameters(parts, values)) },
    signal,
  )
}

async function explainFound(
  parts: Parts,
  found: FoundIn,
  destination: string,
  values: readonly string[],
  signal?: AbortSignal,
): Promise<PersonInSync> {
  const { sync, failure } = found
  const rows = found.rows.filter((row) => row.destination === destination)
  const ledger = await ledgerRowsAbout(parts, values, { sync: sync.name, destination }, signal)
  const known = ledger.map((row) => String(row.message_key))
  const keys = [...new Set([...known, ...rows.map(({ key }) => key)])]
  const shown = keys.slice(0, most.keys)
  const explained =
    shown.length === 0
      ? { keys: [] }
      : await explainKeys(parts, sync, destination, async () => shown, signal)
  return {
    sync: sync.name,
    destination,
    rows: rows.length,
    hasMoreRows: found.rows.length < found.total,
    known: known.length,
    keys: explained.keys,
    more: keys.length - shown.length,
    ...(failure === undefined ? {} : { failure }),
  }
}
