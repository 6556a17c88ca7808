import { type Control, controlOf } from '../../audit/index.ts'
import type { SqlRow } from '../../warehouse/index.ts'
import { inList, type MaintainParts, pieces, windowsAtATime } from './parts.ts'
import type { RemovedRows } from './remove-rows.ts'

/** What became of old outcomes. */
export interface RemovedOutcomes extends RemovedRows {
  /** Windows whose outcomes stay for now: their sync and destination has an open window, which may read them. */
  readonly inUse: number
  /** Windows whose outcomes stay: the ledger does not know all that they delivered, nor do later ones go before them. */
  readonly notInLedger: number
}

/**
 * Removes the outcomes of windows that were closed before a moment, the oldest first. What an event's key or a state's
 * "unchanged" rests on is the ledger, so outcomes go only where it knows every delivery; and since a dead letter ends by
 * a later outcome, no window goes before an older one of its sync and destination. The sums of a window are written to
 * `windows` first: its account stays as it was. Can break off anywhere and be repeated.
 */
export async function removeOutcomes(
  { warehouse, project, clock }: MaintainParts,
  before: Date,
  dryRun: boolean,
): Promise<RemovedOutcomes> {
  const at = controlOf(project.control)
  const old = await warehouse.query(oldOutcomes(at), { before })
  const open = await warehouse.query(
    `SELECT DISTINCT \`sync\`, \`destination\` FROM ${at.name('windows')} WHERE \`state\` = 'open'`,
  )
  const { free, inUse, notInLedger } = sorted(old, new Set(open.map(pairOf)))
  if (!dryRun) {
    const ids = free.map((row) => String(row.window_id))
    for (const some of pieces(ids, windowsAtATime)) {
      const { list, parameters } = inList(some)
      await warehouse.execute(sumUp(at, list), { ...parameters, now: new Date(clock.now()) })
      await warehouse.execute(
        `DELETE FROM ${at.name('outcome_log')} WHERE \`window_id\` IN (${list})`,
        parameters,
      )
    }
  }
  return {
    table: 'outcome_log',
    windows: free.length,
    rows: free.reduce((sum, row) => sum + Number(row.row_count), 0),
    inUse,
    notInLedger,
  }
}

/** Old windows that have outcomes, in the order they may go, with the deliveries that the ledger does not know. */
function oldOutcomes(at: Control): string {
  return `SELECT w.\`sync\`, w.\`destination\`, w.\`window_id\`, w.\`window_number\`, count(*) AS \`row_count\`,
  count(CASE WHEN o.\`status\` = 'delivered' AND l.\`message_key\` IS NULL THEN 1 END) AS \`unknown\`
FROM ${at.name('outcome_log')} AS o
INNER JOIN ${at.name('windows')} AS w ON w.\`window_id\` = o.\`window_id\`
LEFT JOIN ${at.name('ledger')} AS l ON l.\`sync\` = o.\`sync\` AND l.\`destination\` = o.\`destination\`
  AND l.\`message_key\` = o.\`message_key\` AND l.\`window_number\` >= w.\`window_number\`
WHERE w.\`state\` = 'closed' AND w.\`closed_at\` < CAST(:before AS TIMESTAMP)
GROUP BY w.\`sync\`, w.\`destination\`, w.\`window_id\`, w.\`window_number\`
ORDER BY w.\`sync\`, w.\`destination\`, w.\`window_number\``
}

/** Puts windows, in order, into those that may go and those that stay. */
function sorted(old: readonly SqlRow[], open: ReadonlySet<string>) {
  const free: SqlRow[] = []
  const blocked = new Set<string>()
  let inUse = 0
  let notInLedger = 0
  for (const row of old) {
    const pair = pairOf(row)
    if (Number(row.unknown) > 0) blocked.add(pair)
    if (open.has(pair)) inUse += 1
    else if (blocked.has(pair)) notInLedger += 1
    else free.push(row)
  }
  return { free, inUse, notInLedger }
}

function pairOf({ sync, destination }: SqlRow): string {
  return `${sync} → ${destination}`
}

/**
 * The statement that writes down the sums of closed windows; needs their ids in `list`, and `:now`. Once a window is summed
 * up its sums stand: what is left of its outcomes after a crash says less.
 */
export function sumUp(at: Control, list: string): string {
  const fates = ['delivered', 'invalid', 'rejected', 'undelivered']
  const counts = fates.map(
    (fate) => `count(CASE WHEN \`status\` = '${fate}' THEN 1 END) AS \`${fate}\``,
  )
  return `MERGE INTO ${at.name('windows')} AS w
USING (
  SELECT \`window_id\`, ${counts.join(', ')}
  FROM ${at.name('outcomes')} WHERE \`window_id\` IN (${list}) GROUP BY \`window_id\`
) AS s
ON w.\`window_id\` = s.\`window_id\` AND w.\`state\` = 'closed' AND w.\`outcomes_summed_at\` IS NULL
WHEN MATCHED THEN UPDATE SET ${fates.map((fate) => `\`outcomes_${fate}\` = s.\`${fate}\``).join(', ')},
  \`outcomes_summed_at\` = CAST(:now AS TIMESTAMP)`
}
