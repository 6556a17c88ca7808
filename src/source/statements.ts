import { ConfigError, type SyncSpec, writtenHash } from '../core/index.ts'
import { quoteName } from '../warehouse/index.ts'
import { classes, isEvent, placeOfGone, placeOfRow } from './classes.ts'
import { identifierHash } from './erased.ts'
import {
  type ColumnTypes,
  hashColumn,
  identityExpression,
  idKeyColumn,
  keyColumn,
  keyExpression,
  keyed,
  personColumn,
  rejectColumn,
} from './keys.ts'
import { unpinned } from './pin.ts'
import type { WindowQuery } from './query.ts'
import { type HashRange, inRange } from './scope.ts'

/** How many rows of each class a window has. */
export function countStatement(query: WindowQuery): string {
  const all = isEvent(query)
    ? 'SELECT _class FROM here'
    : 'SELECT _class FROM here UNION ALL SELECT _class FROM gone'
  return `${classes(query)}
SELECT _class, count(*) AS row_count FROM (${all}) AS counted GROUP BY _class`
}

/**
 * Where to cut what a window would send so that no more than `rows` go: the last place that goes, and the next one. Both
 * are NULL where nothing would go, `first_out` where everything fits. One person goes even with more rows.
 */
export function cutStatement(query: WindowQuery, rows: number): string {
  if (!Number.isSafeInteger(rows) || rows < 1) {
    throw new ConfigError('LIMIT_INVALID', 'the number of rows is a whole number from 1 on')
  }
  const gone = isEvent(query)
    ? ''
    : ` UNION ALL SELECT ${placeOfGone('g')} AS place FROM gone AS g WHERE g._class = 'delete'`
  return `${classes(query)},
places AS (SELECT ${placeOfRow(query, 'r')} AS place FROM here AS r WHERE r._class = 'send'${gone}),
first_ones AS (SELECT place, count(*) AS row_count FROM places GROUP BY place ORDER BY place LIMIT ${rows + 1}),
counted AS (SELECT place, sum(row_count) OVER (ORDER BY place) <= ${rows} OR row_number() OVER (ORDER BY place) = 1 AS fits FROM first_ones)
SELECT max(CASE WHEN fits THEN place END) AS last_in, min(CASE WHEN NOT fits THEN place END) AS first_out FROM counted`
}

/** How many rows of a window are still to be sent that no attempt has an outcome of. */
export function remainingStatement(query: WindowQuery): string {
  const key = `\`${keyColumn}\``
  const gone = isEvent(query) ? '' : ` UNION ALL SELECT ${key} FROM gone WHERE _class = 'delete'`
  return `${classes(query)}
SELECT count(*) AS row_count FROM (SELECT ${key} FROM here WHERE _class = 'send'${gone}) AS r
LEFT ANTI JOIN (SELECT DISTINCT message_key FROM ${query.outcomeLog} WHERE window_id = :window_id) AS d ON d.message_key = r.${key}`
}

/** What a read may leave out. */
export interface ReadStatement {
  readonly hasDuplicates: boolean
  /** An earlier attempt decided some of the rows. */
  readonly resumed: boolean
  /** A window can hold several rows about one identity: they come in the order of their time. */
  readonly ordered: boolean
  /** Only rows about identities whose hash is in this range. */
  readonly identities?: HashRange
}

/** The rows to send, with key, reject reason and hash. */
export function readStatement(
  query: WindowQuery,
  columns: readonly string[],
  options: ReadStatement,
): string {
  const { sync } = query
  const names = columns.map((column) => `, r.${quoteName(column)}`).join('')
  const { at } = sync.send
  const order =
    options.ordered && at !== undefined ? `\nORDER BY r.${quoteName(at)}, r.\`${keyColumn}\`` : ''
  const part =
    options.identities === undefined
      ? ''
      : ` AND ${inRange(`coalesce(${identityExpression(sync.send, 'r')}, '')`, options.identities)}`
  return `${classes(query, { copies: options.hasDuplicates })}
SELECT r.\`${keyColumn}\`, r.\`${rejectColumn}\`, r.\`${hashColumn}\`${hidden(query)}${names}
FROM here AS r${undecided(query, 'r', options.resumed)}
WHERE r._class = 'send'${part}${order}`
}

/** What stands beside a hashed key: the key itself, for ids that are the same in every form, and the hash of the person. */
function hidden({ sync, types, scope: { hashed } }: WindowQuery): string {
  if (hashed === undefined) return ''
  const person = hashed.persons
    ? `, ${writtenHash(identifierHash(identityExpression(sync.send, 'r')), hashed.by)} AS \`${personColumn}\``
    : ''
  return `, ${keyExpression(sync.source.key, types)} AS \`${idKeyColumn}\`${person}`
}

/** The keys whose messages are to be taken away again, and whom they are about. */
export function deletionStatement(
  query: WindowQuery,
  options: Pick<ReadStatement, 'resumed' | 'identities'>,
): string {
  const part =
    options.identities === undefined
      ? ''
      : ` AND ${inRange("coalesce(g._identity, '')", options.identities)}`
  return `${classes(query)}
SELECT g.\`${keyColumn}\`, g._identity FROM gone AS g${undecided(query, 'g', options.resumed)}
WHERE g._class = 'delete'${part}`
}

/** Every row with a key of its own, its hash and whom it is about: what the ledger adopts. */
export function adoptionRelation(query: WindowQuery): string {
  const identity = identityExpression(query.sync.send, 'r')
  const kept =
    query.scope.hashed?.persons === true
      ? `named_struct('person_hash', ${identifierHash(identity)})`
      : `named_struct('person', ${identity})`
  return `(${classes(query)}
SELECT r.\`${keyColumn}\` AS message_key, r.\`${hashColumn}\` AS row_hash,
  CASE WHEN ${identity} IS NULL THEN NULL ELSE to_json(${kept}) END AS identity
FROM here AS r WHERE r._class = 'unchanged')`
}

/** A few rows of a source as it is now, for looking at; neither pinned nor checked for duplicates. */
export function previewStatement(
  sync: SyncSpec,
  types: ColumnTypes,
  columns: readonly string[],
  limit: number,
): string {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new ConfigError('LIMIT_INVALID', 'the number of rows is a whole number from 1 on')
  }
  const names = columns.map((column) => `, r.${quoteName(column)}`).join('')
  return `SELECT r.\`${keyColumn}\`, r.\`${rejectColumn}\`${names}
FROM (${keyed(sync.source, sync.send.to, types, unpinned(sync.source.from))}) AS r
WHERE r._destination = :destination AND r.\`${keyColumn}\` IS NOT NULL LIMIT ${limit}`
}

/** Keys whose fate in this window stands are left out. What was only given up is tried again, under the same id. */
function undecided({ outcomeLog }: WindowQuery, row: string, resumed: boolean): string {
  return resumed
    ? `\nLEFT ANTI JOIN (SELECT DISTINCT message_key FROM ${outcomeLog} WHERE window_id = :window_id AND status <> 'undelivered') AS d ON d.message_key = ${row}.\`${keyColumn}\``
    : ''
}
