import { controlOf } from '../../audit/index.ts'
import { keyExpression } from '../../source/index.ts'
import type { MaintainParts } from './parts.ts'

/**
 * Removes rows of the table `outbox` that were asked for, and decided on, before a moment: in every destination that
 * knows them, and not given up there. The ledger goes on to know their keys, so none is sent again. Nothing is done
 * where customerio.yml turns the outbox off: who sends the table then is unknown.
 */
export async function removeOutboxRows(
  { warehouse, project }: MaintainParts,
  before: Date,
  dryRun: boolean,
): Promise<number> {
  const sync = project.syncs.find(({ outbox }) => outbox !== undefined)?.name
  if (sync === undefined) return 0
  const at = controlOf(project.control)
  const decided = `SELECT o.\`id\` FROM ${at.name('outbox')} AS o
INNER JOIN (
  SELECT \`message_key\`, max(\`decided_at\`) AS \`decided_at\` FROM ${at.name('ledger')} WHERE \`sync\` = :sync
  GROUP BY \`message_key\` HAVING count(CASE WHEN \`status\` = 'undelivered' THEN 1 END) = 0
) AS d ON d.\`message_key\` = ${keyExpression(['id'], { id: 'STRING' })}
WHERE d.\`decided_at\` < CAST(:before AS TIMESTAMP) AND coalesce(o.\`requested_at\`, d.\`decided_at\`) < CAST(:before AS TIMESTAMP)`
  const parameters = { sync, before }
  const [counted] = await warehouse.query(
    `SELECT count(*) AS \`found\` FROM (${decided}) AS old`,
    parameters,
  )
  const found = Number(counted?.found)
  if (!dryRun && found > 0) {
    await warehouse.execute(
      `DELETE FROM ${at.name('outbox')} WHERE \`id\` IN (${decided})`,
      parameters,
    )
  }
  return found
}
