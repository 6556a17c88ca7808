import {
  hashIn,
  hashKeyNameIn,
  isWrittenHash,
  type KnownKeys,
  type OutcomeStatus,
} from '../core/index.ts'
import { quoteName } from '../warehouse/index.ts'
import { type Adoption, adoptRows } from './adopt.ts'
import { controlOf } from './control.ts'
import { type Enqueued, enqueueKeys } from './enqueue.ts'
import { windows } from './history-tables.ts'
import { count } from './insert-once.ts'
import type { Sql } from './ports.ts'
import { renameState } from './rename.ts'
import { ledger } from './state-tables.ts'
import { outcomes } from './views.ts'

/** Keys of a sync and destination by their last decided outcome; `adopted` were taken over without sending. */
export type LedgerCounts = Readonly<Record<OutcomeStatus | 'adopted', number>>

/** A mapping that keys of the ledger were last decided under, and how many. */
export interface UsedMapping {
  readonly mappingHash: string
  readonly keys: number
}

/** Keys whose rows were not among those that a window took over or sent, though it looked at all of them. */
export interface LeftBehind {
  readonly sync: string
  readonly destination: string
  /** The window, and the mapping it used. */
  readonly windowNumber: number
  readonly mappingHash: string
  /** A condition on the ledger: the keys that the window covered. */
  readonly where: string
}

/** The ledger of one control schema. */
export interface Ledger {
  /**
   * Brings the ledger up to the newest outcome of every key of a window, from the view `outcomes`: to be called when
   * its parts are loaded. Can be repeated, and windows may be settled in any order: a key keeps the outcome of its
   * highest window. An outcome of any status replaces what stood there, and `delivered_at` remembers that something of
   * the key is in Customer.io. What an outcome does not know stays as it was: the identity where no message was made,
   * the mapping where the key was deleted.
   */
  settle(windowId: string): Promise<void>
  /**
   * Takes rows over as they are, without sending: what they say now counts as known under that mapping. Can be repeated.
   * A key that was delivered stays so; any other, and one that was deleted since, becomes `adopted`. A suppressed person
   * stays suppressed. `delivered_at` is not touched, and a higher window is not replaced.
   */
  adopt(adoption: Adoption): Promise<void>
  /**
   * Makes the next window look at keys, whatever it takes for a change: they count as given up just now. Keys that the
   * ledger does not know are written down. Can be repeated. To be called under the lease, with no window open.
   */
  enqueue(keys: Enqueued): Promise<void>
  /**
   * Forgets what keys without a usable row were last sent under: they stay what they are, but a row that comes back is
   * sent, and no mapping of theirs has to be computed any more. Can be repeated.
   */
  forgetMappings(left: LeftBehind): Promise<void>
  /**
   * Gives a sync what is known under its old name: keys, their mappings, and the position. Nothing is done for a
   * destination where the new name has a position, nothing overwrites what stands under the new name, and what stands
   * under the old one stays. Can be repeated. With a destination, for that one alone.
   */
  rename(oldName: string, newName: string, destination?: string): Promise<void>
  /**
   * The mappings that keys of a sync and destination were last decided under, the most used first; without those we took
   * away, for which no hash is compared any more. With `ledgerVersion`: as the table stood then.
   */
  mappingsOf(
    sync: string,
    destination: string,
    ledgerVersion?: number,
  ): Promise<readonly UsedMapping[]>
  /**
   * How keys of a sync stand there, in the destination (`own`) and in all of them (`any`): `plain`, or the name of the key
   * that their hashes were made with; absent where there are none. With `ledgerVersion`: as the table stood then.
   */
  keysOf(sync: string, destination: string, ledgerVersion?: number): Promise<KnownKeys>
  counts(sync: string, destination: string): Promise<LedgerCounts>
}

/** What a settled outcome overwrites. */
const decided = [
  'status',
  'reason',
  'row_hash',
  'message_id',
  'window_id',
  'decided_at',
  'window_number',
  'call',
] as const

/** Calls that take a key's person out of Customer.io: nothing is sent under a mapping then. */
const deletions = "'clear', 'delete', 'suppress'"

/** The ledger in `control` (catalog and schema). */
export function ledgerIn(sql: Sql, control: string): Ledger {
  const names = controlOf(control)
  const table = names.name(ledger.name)
  return {
    async settle(windowId) {
      await sql.execute(
        `MERGE INTO ${table} AS t
USING (${newest(names.name(outcomes.name), names.name(windows.name))}) AS s
ON t.\`sync\` = s.\`sync\` AND t.\`destination\` = s.\`destination\` AND t.\`message_key\` = s.\`message_key\`
WHEN MATCHED AND (t.\`window_number\` IS NULL OR t.\`window_number\` <= s.\`window_number\`) THEN UPDATE SET
  ${decided.map((name) => `\`${name}\` = s.\`${name}\``).join(', ')},
  \`mapping_hash\` = CASE WHEN s.\`call\` IN (${deletions}) THEN t.\`mapping_hash\` ELSE s.\`mapping_hash\` END,
  \`identity\` = coalesce(s.\`identity\`, t.\`identity\`),
  \`delivered_at\` = coalesce(s.\`delivered_at\`, t.\`delivered_at\`)
WHEN NOT MATCHED THEN INSERT (${ledger.columns.map(({ name }) => quoteName(name)).join(', ')})
VALUES (${ledger.columns.map(({ name }) => `s.${quoteName(name)}`).join(', ')})`,
        { window_id: windowId },
      )
    },

    adopt: (adoption) => adoptRows(sql, table, adoption),

    enqueue: (keys) => enqueueKeys(sql, table, keys),

    async forgetMappings({ sync, destination, windowNumber, mappingHash, where }) {
      await sql.execute(
        `UPDATE ${table} SET \`mapping_hash\` = NULL
WHERE \`sync\` = :sync AND \`destination\` = :destination AND \`mapping_hash\` <> :mapping_hash
  AND coalesce(\`window_number\`, 0) < :window_number AND ${where}`,
        { sync, destination, mapping_hash: mappingHash, window_number: windowNumber },
      )
    },

    rename: (oldName, newName, destination) =>
      renameState(sql, names, oldName, newName, destination),

    async mappingsOf(sync, destination, ledgerVersion) {
      const found = await sql.query(
        `SELECT \`mapping_hash\`, count(*) AS \`row_count\` FROM ${table}${at(ledgerVersion)}
WHERE \`sync\` = :sync AND \`destination\` = :destination AND \`mapping_hash\` IS NOT NULL
  AND coalesce(\`call\`, '') NOT IN (${deletions})
GROUP BY \`mapping_hash\` ORDER BY \`row_count\` DESC, \`mapping_hash\``,
        { sync, destination },
      )
      return found.map((row) => ({
        mappingHash: String(row.mapping_hash),
        keys: count(row.row_count),
      }))
    },

    async keysOf(sync, destination, ledgerVersion) {
      const [found] = await sql.query(
        `SELECT min(CASE WHEN k.\`destination\` = :destination THEN k.\`form\` END) AS \`own\`, min(k.\`form\`) AS \`any_form\`
FROM (SELECT \`destination\`, CASE WHEN ${isWrittenHash('`message_key`')} THEN ${hashKeyNameIn('`message_key`')} ELSE 'plain' END AS \`form\` FROM ${table}${at(ledgerVersion)} WHERE \`sync\` = :sync) AS k`,
        { sync, destination },
      )
      const { own, any_form: any } = found ?? {}
      return {
        ...(typeof own === 'string' ? { own } : {}),
        ...(typeof any === 'string' ? { any } : {}),
      }
    },

    async counts(sync, destination) {
      const found = await sql.query(
        `SELECT \`status\`, count(*) AS \`row_count\` FROM ${table} WHERE \`sync\` = :sync AND \`destination\` = :destination GROUP BY \`status\``,
        { sync, destination },
      )
      const none = { delivered: 0, invalid: 0, rejected: 0, undelivered: 0, adopted: 0 }
      const counted = found.map((row) => [String(row.status), count(row.row_count)] as const)
      return { ...none, ...Object.fromEntries(counted) }
    },
  }
}

/** Delta takes a version as a printed number only; as a bigint it can be nothing else. */
function at(version: number | undefined): string {
  return version === undefined ? '' : ` VERSION AS OF ${BigInt(version)}`
}

/** One row per key of a window, with the columns of the ledger: its newest outcome. */
function newest(outcomes: string, windows: string): string {
  return `SELECT o.\`sync\`, o.\`destination\`, o.\`message_key\`, o.\`status\`, o.\`reason\`, o.\`row_hash\`,
  w.\`mapping_hash\`, o.\`message_id\`, o.\`window_id\`, o.\`sent_at\` AS \`decided_at\`,
  CASE WHEN o.\`person\` IS NULL THEN NULL
    WHEN ${isWrittenHash('o.`person`')} THEN to_json(named_struct('person_hash', ${hashIn('o.`person`')}))
    ELSE to_json(named_struct('person', o.\`person\`)) END AS \`identity\`,
  w.\`window_number\`, o.\`call\`, CASE WHEN o.\`status\` = 'delivered' THEN o.\`sent_at\` END AS \`delivered_at\`
FROM (
  SELECT *, row_number() OVER (
    PARTITION BY \`message_key\` ORDER BY \`sent_at\` DESC, \`attempt\` DESC, \`message_id\` DESC
  ) AS \`newest\`
  FROM ${outcomes}
  WHERE \`window_id\` = :window_id
) AS o
INNER JOIN ${windows} AS w ON w.\`window_id\` = o.\`window_id\`
WHERE o.\`newest\` = 1`
}
