import type { DuckDBConnection } from '@duckdb/node-api'
import type { Add } from './actions.ts'
import { planMerge } from './merge.ts'
import type { CommitOptions, CommitResult, Merge } from './model.ts'
import { identifier } from './names.ts'
import type { TableParts } from './parts.ts'
import { hasChangeFeed } from './protocol.ts'
import type { LogState } from './replay.ts'
import {
  assignments,
  type Rewritten,
  RowChanges,
  type Target,
  targetRows,
  toRemove,
} from './rewrite.ts'
import { readSchema } from './schema.ts'
import { toSnapshot } from './snapshot.ts'
import { commitDraft } from './transaction.ts'
import { changeRows } from './write.ts'

/** Sets columns of the rows where `where` holds. */
export async function updateRows(
  parts: TableParts,
  connection: DuckDBConnection,
  change: {
    readonly set: Readonly<Record<string, string>>
    readonly where?: string
    readonly alias?: string
  },
  options: CommitOptions,
): Promise<CommitResult> {
  return rewrite(parts, connection, options, updateMetrics, async (changes, target) => {
    const set = assignments(change.set, target.fields)
    const alias = identifier(change.alias ?? parts.name.table)
    await changes.add({
      kind: "'update'",
      values: (field) => set.get(field) ?? `${alias}.${identifier(field.name)}`,
      old: alias,
      from: `FROM ${targetRows(target)} AS ${alias} WHERE ${change.where ?? 'true'}`,
    })
  })
}

/** Deletes the rows where `where` holds; without it whole files go, unread. */
export async function deleteRows(
  parts: TableParts,
  connection: DuckDBConnection,
  change: { readonly where?: string; readonly alias?: string },
  options: CommitOptions,
): Promise<CommitResult> {
  if (change.where === undefined) return deleteAll(parts, connection, options)
  return rewrite(parts, connection, options, deleteMetrics, async (changes, target) => {
    const alias = identifier(change.alias ?? parts.name.table)
    await changes.add({
      kind: "'delete'",
      values: () => 'NULL',
      old: alias,
      from: `FROM ${targetRows(target)} AS ${alias} WHERE ${change.where}`,
    })
  })
}

/** Updates, deletes and inserts by comparison with a source. */
export async function mergeRows(
  parts: TableParts,
  connection: DuckDBConnection,
  merge: Merge,
  options: CommitOptions,
): Promise<CommitResult> {
  let sourceRows = 0
  const metrics = (done: Rewritten) => mergeMetrics(done, sourceRows)
  return rewrite(parts, connection, options, metrics, async (changes, target) => {
    sourceRows = await planMerge(connection, changes, target, merge)
  })
}

/** How files are put together. */
export interface Compaction {
  /** Only noted in the history. */
  readonly zOrderBy?: readonly string[]
  /** Done by the table itself, behind a write. */
  readonly auto?: boolean
  /** The files that are put together; all if left out. */
  readonly only?: (add: Add) => boolean
}

/** Puts rows into one file, which changes no row. */
export async function compact(
  parts: TableParts,
  connection: DuckDBConnection,
  { zOrderBy = [], auto = false, only = () => true }: Compaction = {},
): Promise<CommitResult> {
  const parameters = {
    predicate: '[]',
    auto: String(auto),
    clusterBy: '[]',
    zOrderBy: JSON.stringify(zOrderBy),
  }
  const options = { operation: 'OPTIMIZE', parameters }
  return changeRows(parts, connection, options, async (base, files) => {
    const target = targetOf(parts, base)
    const unchanged = { version: base.version, skipped: false, inserted: 0, updated: 0, deleted: 0 }
    const adds = target.adds.filter(only)
    if (adds.length < 2) return unchanged
    const names = target.fields.map(({ name }) => identifier(name)).join(', ')
    const select = `SELECT ${names} FROM ${targetRows(target, adds)}`
    const written = await files.data(select, target.fields, false)
    const removed = adds.reduce((sum, add) => sum + add.size, 0)
    const draft = {
      base,
      actions: [
        ...adds.map((add) => ({ remove: toRemove(add, target.now, false) })),
        ...(written ? [{ add: written.action }] : []),
      ],
      metrics: {
        numRemovedFiles: adds.length,
        numRemovedBytes: removed,
        numAddedFiles: written ? 1 : 0,
        numAddedBytes: written?.action.size ?? 0,
      },
      blindAppend: false,
    }
    const committed = await commitDraft(parts.log, draft, options, parts.clock)
    return { ...unchanged, ...committed }
  })
}

/** Runs a change that comes down to a list of row changes, and commits what becomes of the files. */
async function rewrite(
  parts: TableParts,
  connection: DuckDBConnection,
  options: CommitOptions,
  metrics: (done: Rewritten) => Record<string, number>,
  plan: (changes: RowChanges, target: Target) => Promise<void>,
): Promise<CommitResult> {
  return changeRows(parts, connection, options, async (base, files) => {
    const target = targetOf(parts, base)
    const changes = new RowChanges(connection, target)
    try {
      await changes.open()
      await plan(changes, target)
      const done = await changes.apply(files)
      return await commitRewrite(parts, base, options, done, metrics(done))
    } finally {
      await changes.close()
    }
  })
}

async function commitRewrite(
  parts: TableParts,
  base: LogState,
  options: CommitOptions,
  done: Rewritten,
  metrics: Record<string, number>,
): Promise<CommitResult> {
  const { inserted, updated, deleted, actions } = done
  const counts = { inserted, updated, deleted }
  if (actions.length === 0 && options.txn === undefined) {
    return { version: base.version, skipped: false, ...counts }
  }
  const draft = { base, actions, metrics, blindAppend: false }
  return { ...(await commitDraft(parts.log, draft, options, parts.clock)), ...counts }
}

async function deleteAll(
  parts: TableParts,
  connection: DuckDBConnection,
  options: CommitOptions,
): Promise<CommitResult> {
  return changeRows(parts, connection, options, async (base) => {
    const deleted = await countRows(parts, connection, base)
    const now = parts.clock.now()
    const removes = Array.from(base.adds.values(), (add) => ({ remove: toRemove(add, now) }))
    const done = { inserted: 0, updated: 0, deleted, actions: removes, copied: 0 }
    const counted = { ...done, removedFiles: removes.length, addedFiles: 0, changeFiles: 0 }
    return commitRewrite(parts, base, options, counted, deleteMetrics(counted))
  })
}

async function countRows(
  parts: TableParts,
  connection: DuckDBConnection,
  base: LogState,
): Promise<number> {
  const { files } = toSnapshot(base, parts.log.table)
  if (files.every(({ rows }) => rows !== undefined)) {
    return files.reduce((sum, { rows }) => sum + (rows ?? 0), 0)
  }
  const rows = await connection.runAndReadAll(
    `SELECT count(*) FROM ${targetRows(targetOf(parts, base))}`,
  )
  return Number(rows.getRows()[0]?.[0] ?? 0)
}

function targetOf(parts: TableParts, base: LogState): Target {
  return {
    folder: parts.folder,
    table: parts.log.table,
    fields: readSchema(base.metadata, parts.log.table).fields,
    adds: [...base.adds.values()],
    feed: hasChangeFeed(base.metadata),
    now: parts.clock.now(),
  }
}

function updateMetrics(done: Rewritten): Record<string, number> {
  return {
    numUpdatedRows: done.updated,
    numCopiedRows: done.copied,
    numRemovedFiles: done.removedFiles,
    numAddedFiles: done.addedFiles,
    numAddedChangeFiles: done.changeFiles,
  }
}

function deleteMetrics(done: Rewritten): Record<string, number> {
  return {
    numDeletedRows: done.deleted,
    numCopiedRows: done.copied,
    numRemovedFiles: done.removedFiles,
    numAddedFiles: done.addedFiles,
    numAddedChangeFiles: done.changeFiles,
  }
}

function mergeMetrics(done: Rewritten, sourceRows: number): Record<string, number> {
  return {
    numSourceRows: sourceRows,
    numTargetRowsInserted: done.inserted,
    numTargetRowsUpdated: done.updated,
    numTargetRowsDeleted: done.deleted,
    numTargetRowsCopied: done.copied,
    numOutputRows: done.inserted + done.updated + done.copied,
    numTargetFilesRemoved: done.removedFiles,
    numTargetFilesAdded: done.addedFiles,
    numTargetChangeFilesAdded: done.changeFiles,
  }
}
