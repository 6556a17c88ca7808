import { type Control, controlOf, type Pair, volumePath } from '../../audit/index.ts'
import { hashKey } from '../../source/index.ts'
import type { Parts } from '../../sync/index.ts'
import type { SqlParameters } from '../../warehouse/index.ts'
import { inList, pieces, sumUp, windowsAtATime } from '../maintain/index.ts'
import { ledgerKeys, loggedMessages, type NamedIn } from './named.ts'

/** What was removed. */
export interface Purged {
  /** Rows of `outcome_log`; dead letters are among them. */
  readonly outcomes: number
  /** Keys of the ledger. */
  readonly keys: number
  /** Files of the volume. */
  readonly parts: number
}

/** REST calls in flight. */
const callsAtATime = 8

/**
 * Removes what the control tables hold about erased people: for one sync and destination while nobody works on it, or
 * whatever there is. Windows are summed up first, so that accounts stay as they were; then go the parts that name somebody,
 * other rows of which are in the table, then the outcomes, then the keys of the ledger. Can break off anywhere and be
 * repeated.
 */
export async function purge(parts: Parts, named: NamedIn, pair?: Pair): Promise<Purged> {
  const { warehouse, project, idSecret } = parts
  const at = controlOf(project.control)
  const parameters = { ...pair, hash_key: hashKey(await idSecret()) }
  const messages = `(${loggedMessages(at, named, pair)})`
  const files = await filesAbout(parts, at, messages, parameters)
  const outcomes = await warehouse.execute(
    `MERGE INTO ${at.name('outcome_log')} AS t USING ${messages} AS s
ON t.window_id = s.window_id AND t.message_id = s.message_id WHEN MATCHED THEN DELETE`,
    parameters,
  )
  const keys = await warehouse.execute(
    `MERGE INTO ${at.name('ledger')} AS t USING (${ledgerKeys(at, named, pair)}) AS s
ON t.sync = s.sync AND t.destination = s.destination AND t.message_key = s.message_key WHEN MATCHED THEN DELETE`,
    parameters,
  )
  return { outcomes: outcomes.rows, keys: keys.rows, parts: files }
}

/** Sums up the closed windows that have such messages, and removes the files they were loaded from. */
async function filesAbout(
  { warehouse, workspace, clock }: Parts,
  at: Control,
  messages: string,
  parameters: SqlParameters,
): Promise<number> {
  const rows = await warehouse.query(
    `SELECT DISTINCT o.window_id, o.part FROM ${at.name('outcome_log')} AS o
LEFT SEMI JOIN ${messages} AS m ON m.window_id = o.window_id AND m.message_id = o.message_id`,
    parameters,
  )
  const windows = [...new Set(rows.map((row) => String(row.window_id)))]
  for (const some of pieces(windows, windowsAtATime)) {
    const ids = inList(some)
    await warehouse.execute(sumUp(at, ids.list), {
      ...ids.parameters,
      now: new Date(clock.now()),
    })
  }
  const files = [...new Set(rows.map((row) => volumePath(String(row.part))))]
  for (const some of pieces(files, callsAtATime)) {
    await Promise.all(some.map((path) => workspace.delete(path)))
  }
  return files.length
}
