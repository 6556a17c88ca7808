import { readdir, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { codesOf } from '../../core/index.ts'
import { DeltaError } from './errors.ts'
import { decodePath } from './files.ts'
import type { TableParts } from './parts.ts'
import type { LogState } from './replay.ts'
import { deletedFileRetentionMs } from './retention.ts'
import { commitDraft } from './transaction.ts'

/** How a table is vacuumed. */
export interface VacuumOptions {
  /**
   * `RETAIN n HOURS`. Only 0 means anything, as with Delta from 4.1 on: the table's own
   * `delta.deletedFileRetentionDuration` says how long files are kept.
   */
  readonly retainHours?: number
  /** Deletes nothing and commits nothing. */
  readonly dryRun?: boolean
}

interface Unused {
  readonly path: string
  readonly size: number
}

/**
 * Deletes the files that the newest version does not use and that left the table, or were written, longer ago than
 * the retention; also recorded changes of the feed. Commits VACUUM START and VACUUM END. Returns the paths of the
 * files, below the table's folder.
 *
 * @throws DeltaError DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT for 0 hours where the table keeps files for longer.
 */
export async function vacuumTable(parts: TableParts, options: VacuumOptions): Promise<string[]> {
  const { log, clock } = parts
  const state = await log.state()
  const retentionMs = deletedFileRetentionMs(state.metadata)
  if (options.retainHours === 0 && retentionMs > 0) throw tooShort(retentionMs)
  const unused = await unusedFiles(parts, state, clock.now() - retentionMs)
  if (options.dryRun !== true) await remove(parts, unused, options.retainHours === 0, retentionMs)
  return unused.map(({ path }) => path)
}

async function remove(
  parts: TableParts,
  unused: readonly Unused[],
  isZero: boolean,
  retentionMs: number,
): Promise<void> {
  await note(
    parts,
    'VACUUM START',
    {
      retentionCheckEnabled: 'true',
      defaultRetentionMillis: `${retentionMs}`,
      ...(isZero ? { specifiedRetentionMillis: '0' } : {}),
    },
    {
      numFilesToDelete: unused.length,
      sizeOfDataToDelete: unused.reduce((sum, { size }) => sum + size, 0),
    },
  )
  for (const { path } of unused) await rm(join(parts.folder, path), { force: true })
  const done = { numDeletedFiles: unused.length, numVacuumedDirectories: 1 }
  await note(parts, 'VACUUM END', { status: 'COMPLETED' }, done)
}

/** A commit that changes nothing but the history. */
async function note(
  { log, clock }: TableParts,
  operation: string,
  parameters: Readonly<Record<string, string>>,
  metrics: Readonly<Record<string, number>>,
): Promise<void> {
  const draft = { base: await log.state(), actions: [], metrics, blindAppend: true }
  await commitDraft(log, draft, { operation, parameters }, clock)
}

async function unusedFiles(parts: TableParts, state: LogState, until: number): Promise<Unused[]> {
  const { log, folder } = parts
  const used = new Set(Array.from(state.adds.values(), ({ path }) => decodePath(path, log.table)))
  const left = await timesInLog(parts)
  const unused: Unused[] = []
  for (const path of await filesBelow(folder)) {
    if (used.has(path)) continue
    const file = await stat(join(folder, path)).catch(ignoreMissing)
    if (file === undefined) continue
    const since = left.get(path) ?? Math.round(file.mtimeMs)
    if (since <= until) unused.push({ path, size: file.size })
  }
  return unused
}

/** When files left the table, and when recorded changes were committed, by path below the table's folder. */
async function timesInLog({ log }: TableParts): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>()
  for (const version of await log.versions()) {
    const commit = await log.commit(version)
    for (const { remove: gone, cdc } of commit?.actions ?? []) {
      if (gone) times.set(decodePath(gone.path, log.table), gone.deletionTimestamp ?? 0)
      if (cdc) times.set(decodePath(cdc.path, log.table), commit?.timestamp ?? 0)
    }
  }
  return times
}

/** What lies in the folder, but for names that begin with `_` or `.`; the change feed's folder is looked into. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !/(?:^|\/)[_.]/.test(path.replace(/^_change_data\//, '')))
    .sort()
}

function ignoreMissing(error: unknown): undefined {
  if (!codesOf(error).includes('ENOENT')) throw error
}

function tooShort(retentionMs: number): DeltaError {
  return new DeltaError(
    'DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT',
    `The specified VACUUM retention period is too low and may corrupt this Delta table if any writes are in progress. Use a retention period of at least ${Math.ceil(retentionMs / 3_600_000)} hours.`,
  )
}
