import type { RouteSpec, SendSpec, SourceSpec } from '../core/index.ts'
import { quoteName, quoteText } from '../warehouse/index.ts'
import { type Hashed, hashedKey } from './hashed.ts'

/** Names of the columns that a read adds to the source's own. */
export const keyColumn = '_key'
/** The key that ids of messages are made from, where {@link keyColumn} is its hash. */
export const idKeyColumn = '_id_key'
/** What is written down in place of whom a row is about, where that must not be. */
export const personColumn = '_person'
/** Not NULL where the row must not be sent, with the reason code. */
export const rejectColumn = '_reject'
/** The hash of what the mapping sends of a row. */
export const hashColumn = '_hash'

/** SQL type by column name, from the source's own schema. */
export type ColumnTypes = Readonly<Record<string, string>>

/**
 * The row's key as JSON array text of canonical values. Integers of every width are written alike, so that a column
 * that grows from INT to BIGINT changes no key. With `hashed`, its keyed hash, see {@link hashedKey}.
 */
export function keyExpression(
  key: readonly string[],
  types: ColumnTypes,
  hashed?: Hashed | undefined,
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
  return `CASE WHEN ${anyNull} THEN NULL ELSE ${hashed === undefined ? text : hashedKey(text, hashed)} END`
}

/** Every row of a relation with its key, its destination, and why it is refused by its route. */
export function keyed(
  { key }: Pick<SourceSpec, 'key'>,
  to: RouteSpec,
  types: ColumnTypes,
  relation: string,
  hashed?: Hashed | undefined,
): string {
  return `SELECT s.*, ${keyExpression(key, types, hashed)} AS \`${keyColumn}\`, ${routeExpressions(to)} FROM ${relation} AS s`
}

/** The columns that say whom, or what, a row is about: the first that is not empty does. */
export function identityColumns({ person, object }: Pick<SendSpec, 'person' | 'object'>): string[] {
  const columns = [person?.id ?? person?.email, person?.anonymousId]
  return (person === undefined ? [object?.column] : columns).filter((name) => name !== undefined)
}

/** Whom a row is about, as the mapping writes it; NULL for nobody. */
export function identityExpression(send: Pick<SendSpec, 'person' | 'object'>, row: string): string {
  const columns = identityColumns(send)
  if (columns.length === 0) return 'CAST(NULL AS STRING)'
  const texts = columns.map((column) => `nullif(CAST(${row}.${quoteName(column)} AS STRING), '')`)
  return texts.length === 1 ? (texts[0] ?? 'NULL') : `coalesce(${texts.join(', ')})`
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
