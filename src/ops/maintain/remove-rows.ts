import { controlOf } from '../../audit/index.ts'
import { inList, type MaintainParts, pieces, windowsAtATime } from './parts.ts'
import type { AgingTable } from './retention.ts'

/** Rows that went, or with a dry run would go, and the windows they belong to. */
export interface RemovedRows {
  readonly table: string
  readonly windows: number
  readonly rows: number
}

/**
 * Removes the rows of windows that were closed before a moment: some windows at a time, so that it can break off
 * anywhere and be repeated. A closed window is never opened again, so no run works on what goes.
 */
export async function removeRows(
  { warehouse, project }: MaintainParts,
  table: Exclude<AgingTable, 'outcome_log'>,
  before: Date,
  dryRun: boolean,
): Promise<RemovedRows> {
  const at = controlOf(project.control)
  const found = await warehouse.query(
    `SELECT t.\`window_id\`, count(*) AS \`row_count\` FROM ${at.name(table)} AS t
INNER JOIN ${at.name('windows')} AS w ON w.\`window_id\` = t.\`window_id\`
WHERE w.\`state\` = 'closed' AND w.\`closed_at\` < CAST(:before AS TIMESTAMP)
GROUP BY t.\`window_id\` ORDER BY t.\`window_id\``,
    { before },
  )
  const ids = found.map((row) => String(row.window_id))
  if (!dryRun) {
    for (const some of pieces(ids, windowsAtATime)) {
      const { list, parameters } = inList(some)
      await warehouse.execute(
        `DELETE FROM ${at.name(table)} WHERE \`window_id\` IN (${list})`,
        parameters,
      )
    }
  }
  return {
    table,
    windows: ids.length,
    rows: found.reduce((sum, row) => sum + Number(row.row_count), 0),
  }
}

/** Removes holds that ended before a moment: `acts` goes on to say who held what, and why. */
export async function removeEndedHolds(
  { warehouse, project }: MaintainParts,
  before: Date,
  dryRun: boolean,
): Promise<number> {
  const table = controlOf(project.control).name('holds')
  const ended = '`released_at` < CAST(:before AS TIMESTAMP)'
  const [counted] = await warehouse.query(
    `SELECT count(*) AS \`holds\` FROM ${table} WHERE ${ended}`,
    { before },
  )
  const holds = Number(counted?.holds)
  if (!dryRun && holds > 0) {
    await warehouse.execute(`DELETE FROM ${table} WHERE ${ended}`, { before })
  }
  return holds
}
