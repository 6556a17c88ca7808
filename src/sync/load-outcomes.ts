import { loadWindow, type PartSummary, type Window } from '../audit/index.ts'
import type { Parts } from './parts.ts'

/** Loads all that attempts at a window wrote down so far, see `loadWindow`. */
export async function loadOutcomes(
  { warehouse, workspace, project }: Parts,
  { sync, windowId }: Pick<Window, 'sync' | 'windowId'>,
  parts: readonly PartSummary[] = [],
): Promise<void> {
  const { control } = project
  await loadWindow({ sql: warehouse, files: workspace, control, sync, windowId, parts })
}
