import { quoteName } from '../warehouse/index.ts'
import { classes, isEvent } from './classes.ts'
import {
  type ColumnTypes,
  hashColumn,
  identityExpression,
  keyColumn,
  keyExpression,
  keyed,
  rejectColumn,
} from './keys.ts'
import { relationOf, type WindowQuery } from './query.ts'
import { hashUnder } from './row-hash.ts'

/*
 * What a person asks about a few rows, named by their keys or by the person they are about: statements on the same
 * classes of rows that a run would send by. Nothing here is part of a run. Names of parameters count from 0.
 */

/** The names of `count` parameters: `:key_0, :key_1`. */
function listed(name: 'key' | 'person', count: number): string {
  return Array.from({ length: count }, (_, i) => `:${name}_${i}`).join(', ')
}

/** The key of a row with the values `:key_0`, … given as text; NULL where one is no value of its column's type. */
export function keyStatement(key: readonly string[], types: ColumnTypes): string {
  const values = key.map(
    (column, i) => `try_cast(:key_${i} AS ${types[column] ?? 'STRING'}) AS ${quoteName(column)}`,
  )
  return `SELECT ${keyExpression(key, types)} AS \`${keyColumn}\` FROM (SELECT ${values.join(', ')}) AS s`
}

/** How many rows have these keys, by where they go and why they are refused there. */
export function routesStatement(query: WindowQuery, keys: number): string {
  const { sync, types } = query
  const columns = `\`${keyColumn}\`, _destination, \`${rejectColumn}\``
  return `SELECT ${columns}, count(*) AS row_count
FROM (${keyed(sync.source, sync.send.to, types, relationOf(query), query.scope.hashed)}) AS k
WHERE k.\`${keyColumn}\` IN (${listed('key', keys)}) GROUP BY ${columns} ORDER BY ${columns}`
}

/**
 * The class of `keys` keys, each by `_from`: rows that are there (`here`) with whether they are equal to what the ledger
 * knows and their time in ms, and keys that are gone (`gone`) with whom they are about.
 */
export function fateStatement(query: WindowQuery, keys: number): string {
  const { sync, types, mapping, scope } = query
  const current = { mappingHash: mapping.mappingHash, sql: `r.\`${hashColumn}\`` }
  const known = hashUnder('l.mapping_hash', current, scope.earlier, types, 'r')
  const { at } = sync.send
  const time =
    at === undefined ? 'CAST(NULL AS BIGINT)' : `unix_millis(CAST(r.${quoteName(at)} AS TIMESTAMP))`
  const here = `SELECT r.\`${keyColumn}\`, 'here' AS _from, r._class, coalesce(l.row_hash = ${known}, FALSE) AS is_equal, ${time} AS at_ms, ${identityExpression(sync.send, 'r')} AS _identity, r._erased
FROM here AS r LEFT JOIN known AS l ON l.message_key = r.\`${keyColumn}\`
WHERE r.\`${keyColumn}\` IN (${listed('key', keys)})`
  const gone = `SELECT g.\`${keyColumn}\`, 'gone' AS _from, g._class, FALSE AS is_equal, CAST(NULL AS BIGINT) AS at_ms, g._identity, g._erased
FROM gone AS g WHERE g.\`${keyColumn}\` IN (${listed('key', keys)})`
  return `${classes(query)}\n${isEvent(query) ? here : `${here}\nUNION ALL\n${gone}`}`
}

/** The rows with these keys as a run would read them, whatever their class. */
export function keyRowsStatement(
  query: WindowQuery,
  columns: readonly string[],
  keys: number,
): string {
  const names = columns.map((column) => `, r.${quoteName(column)}`).join('')
  return `${classes(query)}
SELECT r.\`${keyColumn}\`, r.\`${rejectColumn}\`, r.\`${hashColumn}\`${names}
FROM here AS r WHERE r.\`${keyColumn}\` IN (${listed('key', keys)})`
}

/** How rows are searched for a person. */
export interface PersonSearch {
  /** Columns that say whom a row is about: compared with all values. */
  readonly identities: readonly string[]
  /** Columns that only mention an id or an e-mail address: compared with the first value. */
  readonly mentions: readonly string[]
  /** The values `:person_0`, …: the one that was asked for, then those that rows name beside it. */
  readonly values: readonly string[]
}

/** The rows about a person: key, destination, the searched columns as text, and with `columns` those too. */
export function personStatement(
  query: Pick<WindowQuery, 'sync' | 'types' | 'relation' | 'scope'>,
  search: PersonSearch,
  options: { readonly columns?: readonly string[]; readonly limit?: number },
): string {
  const { sync, types } = query
  const { identities, mentions, values } = search
  const texts = [...identities, ...mentions].map((name, i) => `, ${text(name)} AS _named_${i}`)
  const columns = (options.columns ?? []).map((column) => `, r.${quoteName(column)}`)
  const [asked] = values
  const matches = [
    ...identities.map((name) => isPerson(text(name), values)),
    ...mentions.map((name) => isPerson(text(name), asked === undefined ? [] : [asked])),
  ]
  const limit = options.limit === undefined ? '' : ` LIMIT ${options.limit}`
  return `SELECT r.\`${keyColumn}\`, r._destination, count(*) OVER () AS _total${texts.join('')}${columns.join('')}
FROM (${keyed(sync.source, sync.send.to, types, relationOf(query), query.scope.hashed)}) AS r
WHERE ${matches.length === 0 ? 'FALSE' : matches.join(' OR ')} ORDER BY r.\`${keyColumn}\`${limit}`
}

function text(column: string): string {
  return `CAST(r.${quoteName(column)} AS STRING)`
}

/**
 * True in SQL where `expression` is one of the values `:person_0`, …. An e-mail address is the same in every case, an id
 * is not.
 */
export function isPerson(expression: string, values: readonly string[]): string {
  const names = (isMail: boolean) =>
    values.flatMap((value, i) => (value.includes('@') === isMail ? [`:person_${i}`] : []))
  const exact = names(false)
  const mails = names(true)
  const parts = [
    ...(exact.length === 0 ? [] : [`${expression} IN (${exact.join(', ')})`]),
    ...(mails.length === 0
      ? []
      : [`lower(${expression}) IN (${mails.map((name) => `lower(${name})`).join(', ')})`]),
  ]
  return parts.length === 0 ? 'FALSE' : `(${parts.join(' OR ')})`
}

/** Parameters for {@link listed} names. */
export function numbered(
  name: 'key' | 'person',
  values: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map((value, i) => [`${name}_${i}`, value]))
}
