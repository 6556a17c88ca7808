import { ConfigError, type RouteSpec, type SyncSpec } from '../core/index.ts'
import { quoteName, quoteText } from '../warehouse/index.ts'
import { type Pin, pinned, unpinned } from './pin.ts'

/** Names of the columns that a read adds to the source's own. */
export const keyColumn = '_key'
/** Not NULL where the row must not be sent, with the reason code. */
export const rejectColumn = '_reject'

/** What decides which pinned rows belong to a window and which of them are sent. */
export interface WindowQuery {
  readonly sync: SyncSpec
  readonly destination: string
  readonly pin: Pin
  /** SQL type by column name, from the source's own schema. */
  readonly types: Readonly<Record<string, string>>
  /** Quoted name of the outcome log. */
  readonly outcomeLog: string
}

/**
 * The row's key as JSON array text of canonical values. Integers of every width are written alike, so that a column
 * that grows from INT to BIGINT changes no key.
 */
export function keyExpression(
  key: readonly string[],
  types: Readonly<Record<string, string>>,
): string {
  const arrays = key.map((column) => {
    const name = quoteName(column)
    const type = types[column]?.toUpperCase() ?? 'STRING'
    const canonical = /^(TINYINT|SMALLINT|INT|INTEGER|BIGINT)$/.test(type) ? 'BIGINT' : 'STRING'
    return `to_json(array(CAST(${name} AS ${canonical})))`
  })
  const [only] = arrays
  const text =
    arrays.length === 1 && only !== undefined
      ? only
      : `concat('[', ${arrays.map((array) => `substring(${array}, 2, length(${array}) - 2)`).join(", ',', ")}, ']')`
  const anyNull = key.map((column) => `${quoteName(column)} IS NULL`).join(' OR ')
  return `CASE WHEN ${anyNull} THEN NULL ELSE ${text} END`
}

/** How many rows the window accounts for, and how many of them make no message, by reason. */
export function countStatement(query: WindowQuery): string {
  const isEvent = query.sync.send.call === 'track'
  return `SELECT count(*) AS row_count,
  count_if(r.\`${keyColumn}\` IS NULL) AS null_keys,
  count_if(r.\`${keyColumn}\` IS NOT NULL AND r._copies > 1) AS duplicate_keys,
  count_if(r.\`${keyColumn}\` IS NOT NULL AND r._copies = 1 AND (${isEvent ? `o.message_key IS NOT NULL OR NOT ${started(query)}` : 'FALSE'})) AS unchanged
FROM ${rows(query)} AS r${
    isEvent ? `\nLEFT JOIN ${delivered(query)} AS o ON r.\`${keyColumn}\` = o.message_key` : ''
  }
WHERE r._destination = :destination`
}

/**
 * The rows to send, with key and reject reason. `resumed` leaves out what this window has decided already; a source
 * without duplicate keys is read without looking for them.
 */
export function readStatement(
  query: WindowQuery,
  columns: readonly string[],
  options: {
    readonly hasDuplicates: boolean
    readonly resumed: boolean
    readonly ordered: boolean
  },
): string {
  const { sync } = query
  const isEvent = sync.send.call === 'track'
  const names = columns.map((column) => `r.${quoteName(column)}`)
  const at = sync.send.at
  const joins = [
    ...(isEvent
      ? [`LEFT ANTI JOIN ${delivered(query)} AS o ON r.\`${keyColumn}\` = o.message_key`]
      : []),
    ...(options.resumed
      ? [`LEFT ANTI JOIN ${decided(query)} AS d ON r.\`${keyColumn}\` = d.message_key`]
      : []),
  ]
  const order =
    options.ordered && at !== undefined ? `\nORDER BY r.${quoteName(at)}, r.\`${keyColumn}\`` : ''
  return `SELECT r.\`${keyColumn}\`, r.\`${rejectColumn}\`${names.map((name) => `, ${name}`).join('')}
FROM ${rows(query, options.hasDuplicates)} AS r${joins.map((join) => `\n${join}`).join('')}
WHERE r._destination = :destination AND r.\`${keyColumn}\` IS NOT NULL${
    options.hasDuplicates ? ' AND r._copies = 1' : ''
  }${isEvent ? ` AND ${started(query)}` : ''}${order}`
}

/** A few rows of a source as it is now, for looking at; neither pinned nor checked for duplicates. */
export function previewStatement(
  sync: SyncSpec,
  types: Readonly<Record<string, string>>,
  columns: readonly string[],
  limit: number,
): string {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new ConfigError('LIMIT_INVALID', 'the number of rows is a whole number from 1 on')
  }
  const names = columns.map((column) => `, r.${quoteName(column)}`).join('')
  return `SELECT r.\`${keyColumn}\`, r.\`${rejectColumn}\`${names}
FROM ${keyed(sync, types, unpinned(sync.source.from))} AS r
WHERE r._destination = :destination AND r.\`${keyColumn}\` IS NOT NULL LIMIT ${limit}`
}

/** Every pinned row with its key, destination and, where asked for, how many rows share its key. */
function rows(query: WindowQuery, withCopies = true): string {
  const { sync, pin, types } = query
  const copies = withCopies ? `, count(*) OVER (PARTITION BY k.\`${keyColumn}\`) AS _copies` : ''
  const relation = keyed(sync, types, pinned(pin))
  return withCopies ? `(SELECT k.*${copies} FROM ${relation} AS k)` : relation
}

function keyed(sync: SyncSpec, types: Readonly<Record<string, string>>, relation: string): string {
  return `(SELECT s.*, ${keyExpression(sync.source.key, types)} AS \`${keyColumn}\`, ${routeExpressions(sync.send.to)} FROM ${relation} AS s)`
}

function routeExpressions(to: RouteSpec): string {
  if (to.kind === 'one') {
    return `${quoteText(to.destination)} AS _destination, CAST(NULL AS STRING) AS \`${rejectColumn}\``
  }
  const value = `CAST(s.${quoteName(to.column)} AS STRING)`
  const whens = Object.entries(to.routes).map(
    ([text, name]) => `WHEN ${value} = ${quoteText(text)} THEN ${quoteText(name)}`,
  )
  const otherwise = to.else === 'invalid' ? quoteText(firstDestination(to)) : quoteText(to.else)
  const reject =
    to.else === 'invalid'
      ? `CASE WHEN ${value} IN (${Object.keys(to.routes).map(quoteText).join(', ')}) THEN CAST(NULL AS STRING) ELSE 'no_route' END`
      : 'CAST(NULL AS STRING)'
  return `CASE ${whens.join(' ')} ELSE ${otherwise} END AS _destination, ${reject} AS \`${rejectColumn}\``
}

/** The destinations of a sync, each once; a row without a route is accounted for in the first one's window. */
export function destinationsOf(to: RouteSpec): string[] {
  if (to.kind === 'one') return [to.destination]
  const others = to.else === 'invalid' ? [] : [to.else]
  return [...new Set([...Object.values(to.routes), ...others])]
}

function firstDestination(to: RouteSpec): string {
  return destinationsOf(to)[0] ?? ''
}

/** Events go once per key, for ever: what an earlier window delivered is not sent again. */
function delivered(query: WindowQuery): string {
  return `(SELECT DISTINCT message_key FROM ${query.outcomeLog} WHERE sync = :sync AND destination = :destination AND status = 'delivered' AND window_id <> :window_id)`
}

/** Keys whose fate in this window stands. What was only given up (`undelivered`) is tried again, under the same id. */
function decided(query: WindowQuery): string {
  return `(SELECT DISTINCT message_key FROM ${query.outcomeLog} WHERE window_id = :window_id AND status <> 'undelivered')`
}

/** Events from `start` on; a row without a time passes, to be counted as invalid by name. */
function started({ sync }: WindowQuery): string {
  const { at } = sync.send
  if (at === undefined || sync.source.start === 'all') return 'TRUE'
  return `coalesce(CAST(r.${quoteName(at)} AS TIMESTAMP) >= :since, TRUE)`
}
