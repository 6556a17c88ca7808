import { controlOf, volumePath } from '../../audit/index.ts'
import { AuditError } from '../../core/index.ts'
import { loadOutcomes, type Parts } from '../../sync/index.ts'
import { inList, pieces, windowsAtATime } from '../maintain/index.ts'

/**
 * Loads the parts of closed windows that no row tells of: a process that lost its lease may have uploaded them late, and
 * what they say of people can only be found in a table. Accounts stay as they are, since they know each message once.
 */
export async function loadLateParts(parts: Parts): Promise<void> {
  const { warehouse, workspace, project } = parts
  const at = controlOf(project.control)
  const windows = new Map<string, string>()
  for (const sync of await workspace.folders(`${at.volume}/outcomes`)) {
    for (const folder of await workspace.folders(sync)) windows.set(nameOf(folder), nameOf(sync))
  }
  for (const some of pieces([...windows.keys()], windowsAtATime)) {
    const { list, parameters } = inList(some)
    const rows = await warehouse.query(
      `SELECT w.window_id, o.part FROM ${at.name('windows')} AS w
LEFT JOIN (SELECT DISTINCT window_id, part FROM ${at.name('outcome_log')} WHERE window_id IN (${list})) AS o ON o.window_id = w.window_id
WHERE w.window_id IN (${list}) AND w.state = 'closed'`,
      parameters,
    )
    const loaded = new Set(rows.map(({ part }) => volumePath(String(part ?? ''))))
    for (const windowId of new Set(rows.map(({ window_id }) => String(window_id)))) {
      const sync = windows.get(windowId) ?? ''
      const files = await workspace.list(`${at.volume}/outcomes/${sync}/${windowId}`)
      const late = files.filter(({ path }) => !loaded.has(path))
      if (late.length === 0) continue
      try {
        await loadOutcomes(parts, { sync, windowId })
      } catch (error) {
        if (!(error instanceof AuditError && error.code === 'PART_NOT_LOADED')) throw error
        // COPY INTO passes over what it has loaded once: these rows were in the table, and were removed.
        for (const { path } of late) await workspace.delete(path)
      }
    }
  }
}

function nameOf(folder: string): string {
  return folder.replace(/\/$/, '').split('/').at(-1) ?? ''
}
