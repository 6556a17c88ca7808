import { hashIn, type SyncSpec } from '../../core/index.ts'
import type { Mapping } from '../../mapping/index.ts'
import {
  hashKey,
  identifierHash,
  isPerson,
  keyColumn,
  numbered,
  type PersonSearch,
  personStatement,
} from '../../source/index.ts'
import type { LookedAt, Parts } from '../../sync/index.ts'
import type { SqlParameters, SqlRow } from '../../warehouse/index.ts'

/** A row about a person. */
export interface PersonRow {
  readonly key: string
  readonly destination: string
  /** What its identifying columns say, as text. */
  readonly named: readonly string[]
  readonly row: SqlRow
}

/** Rows about a person now. */
export interface PersonRows {
  readonly rows: readonly PersonRow[]
  /** Also those beyond the limit. */
  readonly total: number
}

/** The columns of a sync that say whom a row is about, and those that mention an id or an e-mail beside it. */
function columnsOf(
  { send: { person = {} } }: SyncSpec,
  { fields }: Mapping,
): Pick<PersonSearch, 'identities' | 'mentions'> {
  const identities = [person.id, person.email, person.anonymousId].filter(
    (column) => column !== undefined,
  )
  const mentions = fields
    .filter(({ field }) => field === 'traits.email' || field === 'traits.id')
    .map(({ column }) => column)
  return {
    identities: [...new Set(identities)],
    mentions: [...new Set(mentions)].filter((column) => !identities.includes(column)),
  }
}

/**
 * The rows of a sync about a person, by every value they are known by. The first value is searched everywhere; the others
 * only where a column says whom a row is about, so that an address two people share does not mix them up.
 */
export async function rowsAbout(
  { warehouse }: Pick<Parts, 'warehouse'>,
  sync: SyncSpec,
  { query, mapping, parameters }: LookedAt,
  values: readonly string[],
  options: { readonly columns?: readonly string[]; readonly limit?: number },
  signal?: AbortSignal,
): Promise<PersonRows> {
  const columns = columnsOf(sync, mapping)
  const rows = await warehouse.query(
    personStatement(query, { ...columns, values }, options),
    { ...parameters, ...numbered('person', values) },
    signal,
  )
  const named = [...columns.identities, ...columns.mentions].map((_, i) => `_named_${i}`)
  return {
    total: Number(rows[0]?._total ?? 0),
    rows: rows
      .filter((row) => row[keyColumn] !== null)
      .map((row) => ({
        key: String(row[keyColumn]),
        destination: String(row._destination),
        named: named
          .map((name) => row[name])
          .filter((value) => value !== null)
          .map(String),
        row,
      })),
  }
}

/** The parameters of {@link outcomesAbout} and {@link ledgerAbout}. */
export async function personParameters(
  { idSecret }: Pick<Parts, 'idSecret'>,
  values: readonly string[],
): Promise<SqlParameters> {
  return { ...numbered('person', values), hash_key: hashKey(await idSecret()) }
}

/** The condition on outcomes that they are about a person by one of these values. */
export function outcomesAbout(values: readonly string[]): string {
  return `(${isPerson('person', values)} OR ${isHashOf(hashIn('person'), values)})`
}

/** The condition on the ledger that a key is about a person by one of these values. */
export function ledgerAbout(values: readonly string[]): string {
  const person = isPerson("get_json_object(identity, '$.person')", values)
  return `(${person} OR ${isHashOf("get_json_object(identity, '$.person_hash')", values)})`
}

/** True in SQL where `expression` is the bare hash of one of the values `:person_0`, …. */
function isHashOf(expression: string, values: readonly string[]): string {
  return `${expression} IN (${values.map((_, i) => identifierHash(`:person_${i}`)).join(', ')})`
}
