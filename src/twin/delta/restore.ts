import type { Action, Add } from './actions.ts'
import { DeltaError } from './errors.ts'
import { decodePath } from './files.ts'
import { missingFile } from './missing-files.ts'
import type { At, CommitResult } from './model.ts'
import type { TableParts } from './parts.ts'
import { toRemove } from './rewrite.ts'
import { writableSchema } from './settings.ts'
import { stateAt } from './snapshot.ts'
import { commitDraft } from './transaction.ts'

/** What RESTORE did: files and their bytes. */
export interface Restored extends CommitResult {
  readonly files: Readonly<Record<(typeof restoredCounts)[number], number>>
}

/** The counts that RESTORE reports, in its order. */
export const restoredCounts = [
  'table_size_after_restore',
  'num_of_files_after_restore',
  'num_removed_files',
  'num_restored_files',
  'removed_files_size',
  'restored_files_size',
] as const

/** Commits the rows, columns and settings of an older version as the newest one. */
export async function restoreTable(parts: TableParts, at: At): Promise<Restored> {
  const { log, clock } = parts
  const base = await log.state()
  writableSchema(base, log.table)
  const old = await stateAt(log, at, clock).catch((error: unknown) => {
    throw notRestorable(error, at, base.version)
  })
  const restored = [...old.adds.values()].filter(({ path }) => !base.adds.has(path))
  const gone = [...base.adds.values()].filter(({ path }) => !old.adds.has(path))
  const lost = await missingFile(
    parts.folder,
    restored.map(({ path }) => decodePath(path, log.table)),
  )
  if (lost !== undefined) throw lost
  const files = counts([...old.adds.values()], gone, restored)
  const now = clock.now()
  const actions: Action[] = [
    ...(old.metadata === base.metadata ? [] : [{ metaData: old.metadata }]),
    ...gone.map((add) => ({ remove: toRemove(add, now) })),
    ...restored.map((add) => ({ add: { ...add, dataChange: true } })),
  ]
  const parameters = {
    version: 'version' in at ? `${at.version}` : null,
    timestamp: 'version' in at ? null : new Date(at.timestamp).toISOString(),
  }
  const draft = { base, actions, metrics: files, blindAppend: false }
  const committed = await commitDraft(log, draft, { operation: 'RESTORE', parameters }, clock)
  return { ...committed, inserted: 0, updated: 0, deleted: 0, files }
}

function counts(after: readonly Add[], gone: readonly Add[], restored: readonly Add[]) {
  const size = (adds: readonly Add[]) => adds.reduce((sum, add) => sum + add.size, 0)
  return {
    table_size_after_restore: size(after),
    num_of_files_after_restore: after.length,
    num_removed_files: gone.length,
    num_restored_files: restored.length,
    removed_files_size: size(gone),
    restored_files_size: size(restored),
  }
}

function notRestorable(error: unknown, at: At, latest: number): unknown {
  const isVersion = error instanceof DeltaError && error.code === 'DELTA_VERSION_NOT_FOUND'
  if (!isVersion || !('version' in at)) return error
  return new DeltaError(
    'DELTA_CANNOT_RESTORE_TABLE_VERSION',
    `Cannot restore table to version ${at.version}. Available versions: [0, ${latest}].`,
    { version: at.version },
  )
}
