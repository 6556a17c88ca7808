import type { OutcomeStatus } from '../core/index.ts'
import { quoteName } from '../warehouse/index.ts'
import { controlOf } from './control.ts'
import { windows } from './history-tables.ts'
import { count } from './insert-once.ts'
import type { Sql, SqlValue } from './ports.ts'
import { ledger } from './state-tables.ts'
import { outcomes } from './views.ts'

/**
 * What the warehouse knows of a window's rows: a relation with the columns `message_key`, `row_hash` and `identity`
 * (JSON; NULL where there is none), each key once, and the parameters it needs.
 */
export interface SourceRows {
  readonly relation: string
  readonly parameters?: Readonly<Record<string, SqlValue>>
}

/** Keys of a sync and destination by their last decided outcome. */
export type LedgerCounts = Readonly<Record<OutcomeStatus, number>>

/** The ledger of one control schema. */
export interface Ledger {
  /**
   * Brings the ledger up to the newest outcome of every key of a window, from the view `outcomes`: to be called when
   * its parts are loaded. Can be repeated, and windows may be settled in any order: a key keeps the outcome of its
   * highest window. A row is "unchanged" only where its status is `delivered` too: an outcome of any status replaces
   * what stood there, and `delivered_at` remembers that something of the key is in Customer.io. What an outcome does
   * not know (a row that made no message has no identity) stays as it was.
   *
   * Without `rows` the hash is the outcome's own and the identity `{"person": …}`.
   */
  settle(windowId: string, rows?: SourceRows): Promise<void>
  counts(sync: string, destination: string): Promise<LedgerCounts>
}

/** What a settled outcome overwrites. */
const decided = [
  'status',
  'reason',
  'row_hash',
  'mapping_hash',
  'message_id',
  'window_id',
  'decided_at',
  'window_number',
  'call',
] as const

/** The ledger in `control` (catalog and schema). */
export function ledgerIn(sql: Sql, control: string): Ledger {
  const at = controlOf(control)
  const table = at.name(ledger.name)
  return {
    async settle(windowId, rows) {
      await sql.execute(
        `MERGE INTO ${table} AS t
USING (${newest(at.name(outcomes.name), at.name(windows.name), rows)}) AS s
ON t.\`sync\` = s.\`sync\` AND t.\`destination\` = s.\`destination\` AND t.\`message_key\` = s.\`message_key\`
WHEN MATCHED AND (t.\`window_number\` IS NULL OR t.\`window_number\` <= s.\`window_number\`) THEN UPDATE SET
  ${decided.map((name) => `\`${name}\` = s.\`${name}\``).join(', ')},
  \`identity\` = coalesce(s.\`identity\`, t.\`identity\`),
  \`delivered_at\` = coalesce(s.\`delivered_at\`, t.\`delivered_at\`)
WHEN NOT MATCHED THEN INSERT (${ledger.columns.map(({ name }) => quoteName(name)).join(', ')})
VALUES (${ledger.columns.map(({ name }) => `s.${quoteName(name)}`).join(', ')})`,
        { ...rows?.parameters, window_id: windowId },
      )
    },

    async counts(sync, destination) {
      const found = await sql.query(
        `SELECT \`status\`, count(*) AS \`row_count\` FROM ${table} WHERE \`sync\` = :sync AND \`destination\` = :destination GROUP BY \`status\``,
        { sync, destination },
      )
      const none = { delivered: 0, invalid: 0, rejected: 0, undelivered: 0 }
      const counted = found.map((row) => [String(row.status), count(row.row_count)] as const)
      return { ...none, ...Object.fromEntries(counted) }
    },
  }
}

/** One row per key of a window, with the columns of the ledger: its newest outcome. */
function newest(outcomes: string, windows: string, rows: SourceRows | undefined): string {
  const person =
    "CASE WHEN o.`person` IS NULL THEN NULL ELSE to_json(named_struct('person', o.`person`)) END"
  const [hash, identity, join] =
    rows === undefined
      ? ['o.`row_hash`', person, '']
      : [
          'coalesce(r.`row_hash`, o.`row_hash`)',
          `coalesce(r.\`identity\`, ${person})`,
          `\nLEFT JOIN ${rows.relation} AS r ON r.\`message_key\` = o.\`message_key\``,
        ]
  return `SELECT o.\`sync\`, o.\`destination\`, o.\`message_key\`, o.\`status\`, o.\`reason\`, ${hash} AS \`row_hash\`,
  w.\`mapping_hash\`, ${identity} AS \`identity\`, o.\`message_id\`, o.\`window_id\`, o.\`sent_at\` AS \`decided_at\`,
  w.\`window_number\`, o.\`call\`, CASE WHEN o.\`status\` = 'delivered' THEN o.\`sent_at\` END AS \`delivered_at\`
FROM (
  SELECT *, row_number() OVER (
    PARTITION BY \`message_key\` ORDER BY \`sent_at\` DESC, \`attempt\` DESC, \`message_id\` DESC
  ) AS \`newest\`
  FROM ${outcomes}
  WHERE \`window_id\` = :window_id
) AS o
INNER JOIN ${windows} AS w ON w.\`window_id\` = o.\`window_id\`${join}
WHERE o.\`newest\` = 1`
}
