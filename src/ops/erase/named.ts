import { type Control, controlOf, type Pair } from '../../audit/index.ts'
import { hashIn, isWrittenHash, type SendSpec, type SourceSpec } from '../../core/index.ts'
import { identifierHash, namingColumns } from '../../source/index.ts'
import type { Parts } from '../../sync/index.ts'
import { quoteText } from '../../warehouse/index.ts'

/*
 * What the control tables hold about people who were erased, found by hash alone: an identifier in a condition would stay
 * in the history of the table it was asked of.
 */

/** What the windows of a sync, past ones too, tell about the people in its rows. */
export interface NamedIn {
  /** Syncs about things, whose ids are nobody's. */
  readonly things: readonly string[]
  /** Which columns of a key name a person, by their place in it. */
  readonly keys: readonly { readonly sync: string; readonly place: number }[]
}

/** How each sync names people, by the sync files that its windows were opened under. */
export async function namedIn(
  { warehouse, project }: Pick<Parts, 'warehouse' | 'project'>,
  signal?: AbortSignal,
): Promise<NamedIn> {
  const rows = await warehouse.query(
    `SELECT DISTINCT sync, get_json_object(pin, '$.sync.send') AS send, get_json_object(pin, '$.sync.source.key') AS names
FROM ${controlOf(project.control).name('windows')}`,
    {},
    signal,
  )
  const shapes = rows.flatMap(({ sync, send, names }) =>
    send === null || names === null
      ? []
      : [
          {
            sync: String(sync),
            send: JSON.parse(String(send)) as SendSpec,
            key: JSON.parse(String(names)) as SourceSpec['key'],
          },
        ],
  )
  const persons = new Set(shapes.filter(({ send }) => send.person).map(({ sync }) => sync))
  const keys = shapes.flatMap(({ sync, send, key }) => {
    const naming = namingColumns(send, {})
    return key.flatMap((column, place) => (naming.includes(column) ? [`${place} ${sync}`] : []))
  })
  return {
    things: [...new Set(shapes.map(({ sync }) => sync))].filter((sync) => !persons.has(sync)),
    keys: [...new Set(keys)].map((text) => {
      const [place = '', sync = ''] = text.split(' ')
      return { sync, place: Number(place) }
    }),
  }
}

/** The rows of a table by the hash of whoever they name, one for each way they do; `hash` holds it where names may not. */
function hashed(
  table: string,
  { identity, hash }: { readonly identity: string; readonly hash: string },
  columns: string,
  { things, keys }: NamedIn,
  pair: Pair | undefined,
): string {
  const mine = pair === undefined ? '' : ' AND sync = :sync AND destination = :destination'
  const noThings =
    things.length === 0 ? '' : ` AND sync NOT IN (${things.map(quoteText).join(', ')})`
  return [
    `SELECT ${columns}, ${identifierHash(identity)} AS hash FROM ${table} WHERE ${identity} IS NOT NULL${noThings}${mine}`,
    `SELECT ${columns}, ${hash} AS hash FROM ${table} WHERE ${hash} IS NOT NULL${noThings}${mine}`,
    ...keys.map(
      ({ sync, place }) =>
        `SELECT ${columns}, ${identifierHash(`get_json_object(message_key, '$[${place}]')`)} AS hash FROM ${table} WHERE sync = ${quoteText(sync)}${mine}`,
    ),
  ].join('\nUNION ALL ')
}

const ofKey = {
  identity: "get_json_object(identity, '$.person')",
  hash: "get_json_object(identity, '$.person_hash')",
}
/** The hash of a person stands where the person would. */
const ofMessage = {
  identity: 'person',
  hash: `CASE WHEN ${isWrittenHash('person')} THEN ${hashIn('person')} END`,
}
const keyColumns = 'sync, destination, message_key'

function heads(at: Control, named: NamedIn, pair: Pair | undefined): string {
  return `WITH erased AS (SELECT DISTINCT identity_hash FROM ${at.name('erased')}),
known AS (${hashed(at.name('ledger'), ofKey, keyColumns, named, pair)}),
known_keys AS (SELECT DISTINCT ${keyColumns} FROM known AS k LEFT SEMI JOIN erased AS e ON e.identity_hash = k.hash)`
}

/** The keys of the ledger about erased people, as a query. Needs `:hash_key`, and with a pair `:sync`, `:destination`. */
export function ledgerKeys(at: Control, named: NamedIn, pair?: Pair): string {
  return `${heads(at, named, pair)}
SELECT ${keyColumns} FROM known_keys`
}

/**
 * The messages in `outcome_log` about erased people, by window and id, as a query; also those that name nobody, where
 * their key is known to be about one. Needs the same parameters.
 */
export function loggedMessages(at: Control, named: NamedIn, pair?: Pair): string {
  const log = at.name('outcome_log')
  const mine = pair === undefined ? '' : ' AND o.sync = :sync AND o.destination = :destination'
  return `${heads(at, named, pair)},
logged AS (${hashed(log, ofMessage, `window_id, message_id, ${keyColumns}`, named, pair)}),
found AS (SELECT DISTINCT window_id, message_id, ${keyColumns} FROM logged AS l LEFT SEMI JOIN erased AS e ON e.identity_hash = l.hash),
found_keys AS (SELECT ${keyColumns} FROM found UNION SELECT ${keyColumns} FROM known_keys)
SELECT window_id, message_id FROM found
UNION SELECT o.window_id, o.message_id FROM ${log} AS o
LEFT SEMI JOIN found_keys AS k ON k.sync = o.sync AND k.destination = o.destination AND k.message_key = o.message_key
WHERE o.person IS NULL${mine}`
}
