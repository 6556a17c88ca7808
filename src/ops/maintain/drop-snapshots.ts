import { controlOf } from '../../audit/index.ts'
import { quoteName } from '../../warehouse/index.ts'
import type { MaintainParts } from './parts.ts'

/** What became of snapshot tables. */
export interface DroppedSnapshots {
  readonly dropped: readonly string[]
  /** Snapshots that stay: of open windows, or of one that is being opened now. */
  readonly kept: number
}

/** How a run names its snapshots: the window, and eight digits of the hash of its id. */
const snapshotName = /^snapshot_.+_([0-9a-f]{8})$/

/**
 * Drops the snapshots that closed windows left behind. One that no window has yet belongs to a window that is just being
 * opened, or will be replaced when that is tried again; a table that is not named as ours is not ours.
 */
export async function dropSnapshots(
  { warehouse, project }: MaintainParts,
  dryRun: boolean,
): Promise<DroppedSnapshots> {
  const at = controlOf(project.control)
  const tables = await warehouse.query(`SHOW TABLES IN ${at.schema} LIKE 'snapshot_*'`)
  const dropped: string[] = []
  let kept = 0
  for (const { tableName } of tables) {
    const name = String(tableName)
    const [, hash] = snapshotName.exec(name) ?? []
    if (hash === undefined) continue
    const [found] = await warehouse.query(
      `SELECT count(CASE WHEN \`state\` = 'closed' AND substring(sha2(\`window_id\`, 256), 1, 8) = :hash THEN 1 END) AS \`closed\`,
  count(CASE WHEN \`state\` = 'open' AND instr(\`pin\`, :name) > 0 THEN 1 END) AS \`readers\`
FROM ${at.name('windows')}`,
      { hash, name: quoteName(name) },
    )
    if (Number(found?.closed) === 0 || Number(found?.readers) > 0) {
      kept += 1
      continue
    }
    if (!dryRun) await warehouse.execute(`DROP TABLE IF EXISTS ${at.name(name)}`)
    dropped.push(name)
  }
  return { dropped, kept }
}
