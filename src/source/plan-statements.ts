import { quoteName, quoteText } from '../warehouse/index.ts'
import { classes, deletionCalls, isEvent } from './classes.ts'
import { type ColumnTypes, keyColumn, keyExpression } from './keys.ts'
import { type Pin, pinned } from './pin.ts'
import type { WindowQuery } from './query.ts'
import { comparable } from './row-hash.ts'
import { deletionStatement, readStatement } from './statements.ts'

/*
 * What a person asks about a window that is not opened: statements that count and look, on the same classes of rows
 * that a run would send by. Nothing here is part of a run.
 */

/** A few keys spread over all of them, and the same ones each time as long as the rows are the same. */
const spread = (key: string) => `ORDER BY sha2(${key}, 256)`

/**
 * Of the rows to send: those whose key was never decided on (`fresh`) and those that were delivered otherwise before
 * (`changed`); for events those since `:young_from` (`young`) and before (`older`).
 */
export function sendingStatement(query: WindowQuery): string {
  const { at } = query.sync.send
  const time =
    at === undefined ? 'CAST(NULL AS TIMESTAMP)' : `CAST(r.${quoteName(at)} AS TIMESTAMP)`
  const ages = isEvent(query)
    ? `, count_if(${time} >= CAST(:young_from AS TIMESTAMP)) AS young, count_if(${time} < CAST(:young_from AS TIMESTAMP)) AS older`
    : ''
  return `${classes(query)}
SELECT count_if(l.message_key IS NULL) AS fresh, count_if(${wasSent('l')}) AS changed${ages}
FROM here AS r LEFT JOIN known AS l ON l.message_key = r.\`${keyColumn}\`
WHERE r._class = 'send'`
}

/** Keys that stay as they are but were last sent under another mapping than the one now. */
export function remappedStatement(query: WindowQuery): string {
  const key = `\`${keyColumn}\``
  return `${classes(query)}
SELECT count(*) AS row_count FROM known AS l
LEFT SEMI JOIN keyed AS k ON k.${key} = l.message_key AND k._destination = :destination
LEFT ANTI JOIN (SELECT ${key} FROM here WHERE _class <> 'unchanged') AS h ON h.${key} = l.message_key
WHERE ${wasSent('l')} AND l.mapping_hash <> ${quoteText(query.mapping.mappingHash)}`
}

/** Some of the rows to send, as a run reads them. */
export function rowSampleStatement(
  query: WindowQuery,
  columns: readonly string[],
  hasDuplicates: boolean,
  limit: number,
): string {
  const read = readStatement(query, columns, { hasDuplicates, resumed: false, ordered: false })
  return `${read}\n${spread(`r.\`${keyColumn}\``)} LIMIT ${limit}`
}

/** Some of the keys to take away, as a run reads them. */
export function deletionSampleStatement(query: WindowQuery, limit: number): string {
  return `${deletionStatement(query, { resumed: false })}\nLIMIT ${limit}`
}

/** An earlier version of the source, with the columns it had. */
export interface EarlierRows {
  readonly pin: Pin
  readonly types: ColumnTypes
}

/**
 * Of the rows to send that had a row of their own in the earlier version (`compared`): how many differ now in each of
 * these columns (`changed_0`, `changed_1`, …). Values are compared as the row hash sees them.
 */
export function changedColumnsStatement(
  query: WindowQuery,
  columns: readonly string[],
  earlier: EarlierRows,
): string {
  const counts = columns.map((_, i) => `, count_if(NOT (was_${i} <=> now_${i})) AS changed_${i}`)
  return `${besideEarlier(query, columns, earlier)}
SELECT count(*) AS compared${counts.join('')} FROM beside`
}

/** A few of the rows that differ: key, and each column then and now as the JSON text of an object with the member `v`. */
export function changedRowsStatement(
  query: WindowQuery,
  columns: readonly string[],
  earlier: EarlierRows,
  limit: number,
): string {
  const differs = columns.map((_, i) => `NOT (was_${i} <=> now_${i})`).join(' OR ')
  return `${besideEarlier(query, columns, earlier)}
SELECT * FROM beside WHERE ${differs || 'FALSE'} ${spread(`\`${keyColumn}\``)} LIMIT ${limit}`
}

function besideEarlier(
  query: WindowQuery,
  columns: readonly string[],
  { pin, types }: EarlierRows,
): string {
  const key = `\`${keyColumn}\``
  const { key: keys } = query.sync.source
  const { hashed } = query.scope
  const pairs = columns.map((column, i) => {
    const was = column in types ? textOf(column, types, 'o') : "'{}'"
    return `, ${was} AS was_${i}, ${textOf(column, query.types, 'r')} AS now_${i}`
  })
  return `${classes(query)},
earlier AS (SELECT s.*, ${keyExpression(keys, types, hashed)} AS ${key} FROM ${pinned(pin)} AS s),
single AS (SELECT * FROM (SELECT e.*, count(*) OVER (PARTITION BY e.${key}) AS _copies FROM earlier AS e) AS c WHERE c._copies = 1),
beside AS (SELECT r.${key}${pairs.join('')} FROM here AS r
INNER JOIN single AS o ON o.${key} = r.${key} WHERE r._class = 'send')`
}

/** A value as text that is equal for what the row hash takes for equal; NULL is an object without members. */
function textOf(column: string, types: ColumnTypes, row: string): string {
  return `to_json(struct(${comparable(column, types, row)} AS \`v\`))`
}

/** Something of the key is in Customer.io by our hand, and was not taken away again. */
function wasSent(row: string): string {
  const deletions = deletionCalls.map((call) => quoteText(call)).join(', ')
  return `${row}.status IN ('delivered', 'adopted') AND NOT coalesce(${row}.call IN (${deletions}), FALSE)`
}
