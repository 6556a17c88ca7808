import { isEventCall, isWrittenHash } from '../core/index.ts'
import { quoteName, quoteText } from '../warehouse/index.ts'
import { candidateKeys } from './candidates.ts'
import { identifierText, joinErased, namingColumns, tombstoneRelation } from './erased.ts'
import {
  hashColumn,
  identityColumns,
  identityExpression,
  keyColumn,
  keyed,
  rejectColumn,
} from './keys.ts'
import { limited, placeOf } from './limit.ts'
import { relationOf, type WindowQuery } from './query.ts'
import { hashUnder, rowHash } from './row-hash.ts'
import { inRange } from './scope.ts'

/** What messages that take away what a sync has put there are written down as, in place of its call: as `on_delete` says. */
export const deletionCalls = ['delete', 'suppress', 'clear'] as const
const deletions = deletionCalls.map((call) => `'${call}'`).join(', ')

/** What becomes of a row that a window looks at. */
export type RowClass =
  | 'null_key'
  | 'duplicate_key'
  | 'send'
  | 'delete'
  | 'unchanged'
  | 'held'
  | 'ignored'
  | 'moved'
  /** It would go, and waits for the next window: this one is limited. */
  | 'later'

/** How much a statement needs to know of the rows. */
export interface Need {
  /** Rows may share a key: look for them. */
  readonly copies: boolean
}

/**
 * The head of every statement on a window: `here`, the rows of this destination that it looks at, each with its class,
 * hash and key; and `gone`, the keys of the ledger that are not among them any more.
 */
export function classes(query: WindowQuery, need: Need = { copies: true }): string {
  const candidates = candidateKeys(query)
  const { sync, types, scope } = query
  // What was written down late in the other form is no key of today: taken for one, its row would look gone.
  const sameForm = scope.hashed === undefined ? '' : ` AND ${isWrittenHash('message_key')}`
  const relations = [
    `keyed AS (${keyed(sync.source, sync.send.to, types, relationOf(query), scope.hashed)})`,
    ...(candidates === undefined ? [] : [`candidates AS (${candidates})`]),
    `known AS (SELECT * FROM ${query.ledger} WHERE sync = :sync AND destination = :destination${sameForm})`,
    ...(query.erased === undefined ? [] : [`erased AS (${tombstoneRelation(query.erased)})`]),
    `looked AS (${lookedAt(query, need, candidates !== undefined)})`,
    `here AS (${limited(query, placeOfRow(query, 'f'), (fate) => present(query, need, fate))})`,
    ...(isEvent(query)
      ? []
      : [
          `gone AS (${limited(query, placeOfGone('f'), (fate) => absent(query, candidates !== undefined, fate))})`,
        ]),
  ]
  return `WITH ${relations.join(',\n')}`
}

/** Events happen once; only states have an end. */
export function isEvent({ sync }: Pick<WindowQuery, 'sync'>): boolean {
  return isEventCall(sync.send.call)
}

/** Where a row of `here` stands in a limited window. */
export function placeOfRow({ sync }: Pick<WindowQuery, 'sync'>, row: string): string {
  return placeOf(identityExpression(sync.send, row), `${row}.\`${keyColumn}\``)
}

/** Where a key of `gone` stands in a limited window. */
export function placeOfGone(row: string): string {
  return placeOf(`${row}._identity`, `${row}.\`${keyColumn}\``)
}

function lookedAt({ scope }: WindowQuery, { copies }: Need, hasCandidates: boolean): string {
  const counted = copies
    ? `SELECT k.*, count(*) OVER (PARTITION BY k.\`${keyColumn}\`) AS _copies FROM keyed AS k`
    : 'SELECT * FROM keyed'
  const join = hasCandidates
    ? `\nLEFT JOIN candidates AS c ON c.\`${keyColumn}\` = k.\`${keyColumn}\``
    : ''
  const conditions = [
    'k._destination = :destination',
    ...(hasCandidates ? [`(c.\`${keyColumn}\` IS NOT NULL OR k.\`${keyColumn}\` IS NULL)`] : []),
    ...(scope.keys === undefined ? [] : [inRange(`k.\`${keyColumn}\``, scope.keys)]),
  ]
  return `SELECT k.* FROM (${counted}) AS k${join} WHERE ${conditions.join(' AND ')}`
}

/** Rows that are there, beside what the ledger knows of their keys. */
function present(query: WindowQuery, { copies }: Need, fate: string): string {
  const { types, mapping, scope } = query
  const known = hashUnder(
    'l.mapping_hash',
    { mappingHash: mapping.mappingHash, sql: `r.\`${hashColumn}\`` },
    scope.earlier,
    types,
    'r',
  )
  const erased = erasedRows(query)
  return `SELECT r.*, ${erased.isErased} AS _erased, CASE WHEN r.\`${keyColumn}\` IS NULL THEN 'null_key'${
    copies ? " WHEN r._copies > 1 THEN 'duplicate_key'" : ''
  }${erased.joins === '' ? '' : ` WHEN ${erased.isErased} THEN 'held'`} ELSE ${classOf(query, `l.row_hash = ${known} AND ${sameRoute}`)} END AS ${fate}
FROM (SELECT k.*, ${rowHash(mapping.columns, types, 'k')} AS \`${hashColumn}\` FROM looked AS k) AS r
LEFT JOIN known AS l ON l.message_key = r.\`${keyColumn}\`${erased.joins}`
}

/** Nobody is sent again who asked to be forgotten, whatever the row says of it now. */
function erasedRows({ sync, types, erased }: WindowQuery): ReturnType<typeof joinErased> {
  const columns = erased === undefined ? [] : namingColumns(sync.send, types)
  return joinErased(columns.map((column) => identifierText(column, 'r')))
}

/** A row that found its route, or lost it, is another one although its hash, which knows no route, is the same. */
const sameRoute = `coalesce(l.reason = 'no_route', FALSE) = (r.\`${rejectColumn}\` IS NOT NULL)`

/** The class of a row with a key of its own, by what the ledger says of the key. */
function classOf(query: WindowQuery, isEqual: string): string {
  const { scope, mapping } = query
  if (scope.send === 'nothing') return "'unchanged'"
  const isRefused = "l.status IN ('rejected', 'invalid')"
  const sameMapping = `l.mapping_hash = ${quoteText(mapping.mappingHash)}`
  const unlessRetried = scope.retryRefused === true ? 'FALSE' : 'TRUE'
  const cases = [
    `WHEN l.message_key IS NULL THEN ${isEvent(query) && scope.since !== undefined ? `CASE WHEN ${started(query)} THEN 'send' ELSE 'unchanged' END` : "'send'"}`,
    // Customer.io drops whatever comes for a suppressed person, without a word.
    `WHEN l.call IN (${deletions}) THEN CASE WHEN l.call = 'suppress' AND l.status = 'delivered' THEN 'held' ELSE 'send' END`,
    `WHEN l.status IN ('delivered', 'adopted') THEN ${delivered(query, isEqual)}`,
    `WHEN ${isRefused} AND ${sameMapping} AND ${isEqual} AND ${unlessRetried} THEN 'held'`,
    `WHEN l.status = 'undelivered' AND l.decided_at < CAST(:give_up_before AS TIMESTAMP) AND ${isEqual} AND ${unlessRetried} THEN 'held'`,
  ]
  return `CASE ${cases.join(' ')} ELSE 'send' END`
}

function delivered(query: WindowQuery, isEqual: string): string {
  if (isEvent(query)) return "'unchanged'"
  if (query.scope.send === 'all') return "'send'"
  return `CASE WHEN ${isEqual} THEN 'unchanged' ELSE 'send' END`
}

/** Events from `start` on; a row without a time passes, to be counted as invalid by name. */
function started({ sync }: WindowQuery): string {
  const { at } = sync.send
  return at === undefined
    ? 'TRUE'
    : `coalesce(CAST(r.${quoteName(at)} AS TIMESTAMP) >= CAST(:since AS TIMESTAMP), TRUE)`
}

/** Keys that were sent and are not in this destination's rows any more. A deletion that went through is the end. */
function absent(query: WindowQuery, hasCandidates: boolean, fate: string): string {
  const { sync, scope } = query
  const key = 'l.message_key'
  const { to } = sync.send
  const joins = [
    `LEFT ANTI JOIN (SELECT DISTINCT \`${keyColumn}\` FROM keyed WHERE _destination = :destination AND \`${keyColumn}\` IS NOT NULL) AS h ON h.\`${keyColumn}\` = ${key}`,
    ...(hasCandidates ? [`LEFT SEMI JOIN candidates AS c ON c.\`${keyColumn}\` = ${key}`] : []),
  ]
  const left = `SELECT ${key}, l.call, l.status, l.decided_at, l.delivered_at, get_json_object(l.identity, '$.person') AS _identity, l.identity AS _about FROM known AS l
${joins.join('\n')}
WHERE NOT (l.call IN (${deletions}) AND l.status = 'delivered')${scope.keys === undefined ? '' : ` AND ${inRange(key, scope.keys)}`}`
  const elsewhere =
    to.kind === 'one'
      ? undefined
      : `(SELECT \`${keyColumn}\`, count(*) AS _copies FROM keyed WHERE _destination <> :destination AND \`${keyColumn}\` IS NOT NULL GROUP BY \`${keyColumn}\`)`
  const others = isNamedByKey(query)
    ? undefined
    : `(SELECT DISTINCT ${identityExpression(sync.send, 'k')} AS _identity FROM keyed AS k WHERE k._destination = :destination)`
  const isAboutPerson = query.erased !== undefined && sync.send.person !== undefined
  const erased = joinErased(isAboutPerson ? ['g._identity'] : [])
  return `SELECT g.message_key AS \`${keyColumn}\`, g._identity, ${erased.isErased} AS _erased, ${goneClass(query, elsewhere !== undefined, others !== undefined, erased.isErased)} AS ${fate}
FROM (${left}) AS g${
    elsewhere === undefined
      ? ''
      : `\nLEFT JOIN ${elsewhere} AS e ON e.\`${keyColumn}\` = g.message_key`
  }${others === undefined ? '' : `\nLEFT JOIN ${others} AS o ON o._identity = g._identity`}${erased.joins}`
}

/** True when no other row can be about what a key that is gone was about: a person, an object, or a device by its token. */
function isNamedByKey({ sync: { source, send } }: WindowQuery): boolean {
  if (send.device !== undefined) return source.key.includes(send.device.token)
  const [key, ...more] = source.key
  return more.length === 0 && key === identityColumns(send)[0]
}

function goneClass(
  query: WindowQuery,
  mayMove: boolean,
  mayShare: boolean,
  isErased: string,
): string {
  const { sync, scope } = query
  const { to } = sync.send
  const isGivenUp = 'g.decided_at < CAST(:give_up_before AS TIMESTAMP)'
  // Whoever asked to be forgotten was taken away by that, and nothing is written down of them again.
  const erased = isErased === 'FALSE' ? '' : `WHEN ${isErased} THEN 'held' `
  const refused = `CASE ${erased}WHEN g.call IN (${deletions}) AND (g.status IN ('rejected', 'invalid') OR g.status = 'undelivered' AND ${isGivenUp}) THEN 'held' ELSE 'delete' END`
  const retried = erased === '' ? "'delete'" : `CASE ${erased}ELSE 'delete' END`
  // Whom a key is about that was written down as a hash, nobody can name any more.
  const takeAway = `CASE WHEN g._identity IS NULL THEN 'ignored' ELSE ${scope.retryRefused === true ? retried : refused} END`
  const cases = [
    ...(scope.send === 'nothing' ? ["WHEN TRUE THEN 'ignored'"] : []),
    // Nothing of it is in Customer.io by our hand.
    "WHEN g.delivered_at IS NULL AND g.status <> 'undelivered' THEN 'ignored'",
    "WHEN g._about IS NULL THEN 'ignored'",
    ...(mayShare ? ["WHEN o._identity IS NOT NULL THEN 'ignored'"] : []),
    ...(mayMove && to.kind === 'by'
      ? [
          // Rows that share a key decide nothing, here or there.
          "WHEN e._copies > 1 THEN 'ignored'",
          `WHEN e.\`${keyColumn}\` IS NOT NULL THEN ${moved(to.moved, takeAway)}`,
        ]
      : []),
    ...(sync.onDelete === 'ignore' ? ["WHEN TRUE THEN 'ignored'"] : []),
  ]
  return `CASE ${cases.join(' ')} ELSE ${takeAway} END`
}

function moved(policy: 'stop' | 'delete_old' | 'keep_both', takeAway: string): string {
  if (policy === 'stop') return "'moved'"
  return policy === 'keep_both' ? "'ignored'" : takeAway
}
