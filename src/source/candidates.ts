import { quoteName, quoteText } from '../warehouse/index.ts'
import { keyColumn, keyExpression } from './keys.ts'
import { pinned } from './pin.ts'
import { relationOf, type WindowQuery } from './query.ts'
import type { KeyPick } from './scope.ts'

/**
 * The keys that a window looks at, each once, as a query; undefined when it looks at all of them. Keys that were given
 * up lately are always among them.
 */
export function candidateKeys(query: WindowQuery): string | undefined {
  const { look } = query.scope
  switch (look.kind) {
    case 'all':
      return undefined
    case 'feed':
      return `${feedKeys(query, look.from)} UNION ${givenUpKeys(query)}`
    case 'cursor':
      return `${cursorKeys(query, look)} UNION ${givenUpKeys(query)}`
    case 'picked':
      return pickedKeys(query, look.pick)
    default:
      return look satisfies never
  }
}

/** The feed of a range of versions; a range without a version has no keys. Versions are checked integers. */
function feedKeys({ sync, scope: { pin, hashed }, types }: WindowQuery, from: number): string {
  const key = keyExpression(sync.source.key, types, hashed)
  if (from > pin.version) return `SELECT CAST(NULL AS STRING) AS \`${keyColumn}\` WHERE FALSE`
  pinned({ ...pin, version: from }) // checks the number
  const name = quoteText(pin.table.replaceAll('`', ''))
  return `SELECT DISTINCT ${key} AS \`${keyColumn}\` FROM table_changes(${name}, ${from}, ${pin.version})`
}

function cursorKeys(
  query: WindowQuery,
  { column, from, lagMs }: { column: string; from?: string; lagMs: number },
): string {
  const { types, sync, scope } = query
  const name = quoteName(column)
  const key = keyExpression(sync.source.key, types, scope.hashed)
  const type = types[column] ?? 'STRING'
  const reached =
    from === undefined
      ? 'TRUE'
      : `${name} >= ${back(quoteText(from), type, lagMs)} OR ${name} IS NULL`
  return `SELECT DISTINCT ${key} AS \`${keyColumn}\` FROM ${relationOf(query)} AS s WHERE ${reached}`
}

/** A value of a cursor column, so far back; only times can go back. */
function back(value: string, type: string, lagMs: number): string {
  if (lagMs === 0) return `CAST(${value} AS ${type})`
  return `CAST(timestamp_millis(unix_millis(CAST(${value} AS TIMESTAMP)) - ${Math.ceil(lagMs)}) AS ${type})`
}

/** What was given up is taken up again by the next windows. */
function givenUpKeys(query: WindowQuery): string {
  return `SELECT message_key AS \`${keyColumn}\` FROM ${query.ledger} WHERE sync = :sync AND destination = :destination AND status = 'undelivered' AND decided_at >= CAST(:give_up_before AS TIMESTAMP)`
}

function pickedKeys({ outcomes, deadLetters, ledger }: WindowQuery, pick: KeyPick): string {
  const mine = 'sync = :sync AND destination = :destination'
  const keys = (from: string, conditions: readonly string[]) =>
    `SELECT message_key AS \`${keyColumn}\` FROM ${from} WHERE ${[mine, ...conditions].join(' AND ')}`
  const times = (column: string) => [
    ...(pick.from === undefined ? [] : [`${column} >= CAST(:pick_from AS TIMESTAMP)`]),
    ...(pick.to === undefined ? [] : [`${column} < CAST(:pick_to AS TIMESTAMP)`]),
  ]
  const run = pick.run === undefined ? [] : ['run_id = :pick_run']
  if (pick.deadLetters === true) {
    const reason = pick.reason === undefined ? [] : ['reason = :pick_reason']
    return keys(deadLetters, [...run, ...reason, ...times('sent_at')])
  }
  const mapping = pick.mapping === undefined ? [] : ['mapping_hash = :pick_mapping']
  const known = keys(ledger, [...mapping, ...times('decided_at')])
  return run.length === 0 ? known : `${known} INTERSECT ${keys(outcomes, run)}`
}
