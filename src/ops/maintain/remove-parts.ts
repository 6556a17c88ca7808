import { controlOf, volumePath } from '../../audit/index.ts'
import type { VolumeFile } from '../../warehouse/index.ts'
import { inList, type MaintainParts, pieces, windowsAtATime } from './parts.ts'

/** What became of the parts of old windows. */
export interface RemovedParts {
  readonly files: number
  readonly bytes: number
  readonly folders: number
  /** Parts of closed windows that stay because none of their rows is in the tables. */
  readonly notLoaded: number
}

/** Folders of parts, and the tables they are loaded into. */
const tables = { outcomes: 'outcome_log', requests: 'requests' } as const

/** REST calls in flight. */
const callsAtATime = 8

/**
 * Removes the parts of windows that were closed before `before`: each only when rows of it stand in its table, or did
 * until their time was over (`rowsBefore`). Looks at the folders that are there, so what is gone costs nothing.
 */
export async function removeParts(
  parts: MaintainParts,
  before: Date,
  rowsBefore: Readonly<Record<keyof typeof tables, Date>>,
  dryRun: boolean,
): Promise<RemovedParts> {
  const sum = { files: 0, bytes: 0, folders: 0, notLoaded: 0 }
  for (const kind of ['outcomes', 'requests'] as const) {
    for (const some of pieces(await foldersOf(parts, kind), windowsAtATime)) {
      const windows = await closedWindows(parts, kind, some, before, rowsBefore[kind])
      for (const folder of some) {
        const window = windows.get(nameOf(folder))
        if (window === undefined) continue
        const files = await parts.workspace.list(folder)
        const free = files.filter(({ path }) => window.isPast || window.loaded.has(path))
        sum.files += free.length
        sum.bytes += free.reduce((bytes, file) => bytes + file.bytes, 0)
        sum.notLoaded += files.length - free.length
        if (free.length === files.length) sum.folders += 1
        if (!dryRun) await remove(parts, folder, free, free.length === files.length)
      }
    }
  }
  return sum
}

/** The folders of windows, sync by sync. */
async function foldersOf(
  { workspace, project }: MaintainParts,
  kind: keyof typeof tables,
): Promise<string[]> {
  const { volume } = controlOf(project.control)
  const found: string[] = []
  for (const sync of await workspace.folders(`${volume}/${kind}`)) {
    found.push(...(await workspace.folders(sync)))
  }
  return found
}

interface OldWindow {
  /** Parts that the table has rows of. */
  readonly loaded: ReadonlySet<string>
  /** The table keeps no row of the window any more. */
  readonly isPast: boolean
}

/** Which of these folders belong to windows that were closed long enough ago. */
async function closedWindows(
  { warehouse, project }: MaintainParts,
  kind: keyof typeof tables,
  folders: readonly string[],
  before: Date,
  rowsBefore: Date,
): Promise<ReadonlyMap<string, OldWindow>> {
  const at = controlOf(project.control)
  const { list, parameters } = inList(folders.map(nameOf))
  const rows = await warehouse.query(
    `SELECT w.\`window_id\`, w.\`closed_at\` < CAST(:rows_before AS TIMESTAMP) AS \`is_past\`, t.\`part\`
FROM ${at.name('windows')} AS w
LEFT JOIN (SELECT DISTINCT \`window_id\`, \`part\` FROM ${at.name(tables[kind])} WHERE \`window_id\` IN (${list})) AS t
  ON t.\`window_id\` = w.\`window_id\`
WHERE w.\`window_id\` IN (${list}) AND w.\`state\` = 'closed' AND w.\`closed_at\` < CAST(:before AS TIMESTAMP)`,
    { ...parameters, before, rows_before: rowsBefore },
  )
  const windows = new Map<string, { loaded: Set<string>; isPast: boolean }>()
  for (const { window_id, part, is_past } of rows) {
    const window = windows.get(String(window_id)) ?? { loaded: new Set(), isPast: is_past === true }
    windows.set(String(window_id), window)
    // Rows that should be gone and are not: somebody needs them still, and each part speaks for itself.
    if (part !== null) {
      window.loaded.add(volumePath(String(part)))
      window.isPast = false
    }
  }
  return windows
}

async function remove(
  { workspace }: MaintainParts,
  folder: string,
  files: readonly VolumeFile[],
  isAll: boolean,
): Promise<void> {
  for (const some of pieces(files, callsAtATime)) {
    await Promise.all(some.map(({ path }) => workspace.delete(path)))
  }
  if (isAll) await workspace.removeFolder(folder)
}

function nameOf(folder: string): string {
  return folder.replace(/\/$/, '').split('/').at(-1) ?? ''
}
