import { controlOf } from '../../audit/index.ts'
import type { MaintainParts } from './parts.ts'

/**
 * Empties the payloads of outcomes that were decided before a moment; the rows stay. Nothing rests on a payload: it is
 * kept to be looked at, and holds what was sent of a person.
 */
export async function clearPayloads(
  { warehouse, project }: MaintainParts,
  before: Date,
  dryRun: boolean,
): Promise<number> {
  const table = controlOf(project.control).name('outcome_log')
  const old = '`payload` IS NOT NULL AND `sent_at` < CAST(:before AS TIMESTAMP)'
  const [counted] = await warehouse.query(
    `SELECT count(*) AS \`payloads\` FROM ${table} WHERE ${old}`,
    { before },
  )
  const payloads = Number(counted?.payloads)
  if (!dryRun && payloads > 0) {
    await warehouse.execute(`UPDATE ${table} SET \`payload\` = NULL WHERE ${old}`, { before })
  }
  return payloads
}
