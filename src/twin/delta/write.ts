import type { DuckDBConnection } from '@duckdb/node-api'
import type { Action, Add } from './actions.ts'
import type { Column, CommitOptions, CommitResult } from './model.ts'
import { NewFiles, type Written } from './new-files.ts'
import type { TableParts } from './parts.ts'
import type { LogState } from './replay.ts'
import { toRemove } from './rewrite.ts'
import { readSchema, toFields } from './schema.ts'
import { type Settings, withFields, writableSchema } from './settings.ts'
import { toSnapshot } from './snapshot.ts'
import { commitDraft, type Draft, isDone } from './transaction.ts'

/**
 * Runs one change of rows: skips it when its transaction id is there, hands out the newest state and a place for
 * new files, and removes the files again unless their commit went through.
 */
export async function changeRows(
  parts: TableParts,
  connection: DuckDBConnection,
  options: CommitOptions,
  work: (base: LogState, files: NewFiles) => Promise<CommitResult>,
): Promise<CommitResult> {
  const base = await parts.log.state()
  const nothing = { skipped: true, inserted: 0, updated: 0, deleted: 0 }
  if (isDone(base, options.txn)) return { ...nothing, version: base.version }
  toSnapshot(base, parts.log.table)
  writableSchema(base, parts.log.table)
  const files = new NewFiles(connection, parts.folder, base.metadata)
  let committed = false
  try {
    const result = await work(base, files)
    committed = !result.skipped
    return committed ? result : { ...nothing, version: result.version }
  } finally {
    if (!committed) await files.discard()
  }
}

/** Adds the rows of a query. */
export async function appendRows(
  parts: TableParts,
  connection: DuckDBConnection,
  select: string,
  options: CommitOptions,
): Promise<CommitResult> {
  return changeRows(parts, connection, options, async (base, files) => {
    const { fields } = readSchema(base.metadata, parts.log.table)
    const written = await files.data(select, fields)
    if (written === undefined && options.txn === undefined) return unchanged(base)
    const draft: Draft = {
      base,
      actions: written ? [{ add: written.action }] : [],
      metrics: writeMetrics(written),
      blindAppend: true,
    }
    const committed = await commitDraft(parts.log, draft, options, parts.clock)
    return { ...committed, inserted: written?.rows ?? 0, updated: 0, deleted: 0 }
  })
}

/** Puts the rows of a query in place of all rows. */
export async function overwriteRows(
  parts: TableParts,
  connection: DuckDBConnection,
  select: string,
  options: CommitOptions & { readonly replaceSchema?: readonly Column[] },
): Promise<CommitResult> {
  return changeRows(parts, connection, options, async (base, files) => {
    const { replaceSchema } = options
    const settings =
      replaceSchema === undefined ? undefined : withFields(base, toFields(replaceSchema))
    const metadata = settings?.metaData ?? base.metadata
    const written = await files.data(select, readSchema(metadata, parts.log.table).fields)
    return replaceRows(parts, base, { written, options, settings })
  })
}

/** Removes every file, adds the one written if there is one, and changes the settings if any are given. */
export async function replaceRows(
  parts: TableParts,
  base: LogState | undefined,
  change: {
    readonly written: Written<Add> | undefined
    readonly options: CommitOptions
    readonly settings: Settings | undefined
  },
): Promise<CommitResult> {
  const { log, clock } = parts
  const { written, options, settings } = change
  const now = clock.now()
  const removes = Array.from(base?.adds.values() ?? [], (add) => ({ remove: toRemove(add, now) }))
  const isNothing = !written && settings === undefined && removes.length === 0
  if (base !== undefined && isNothing && options.txn === undefined) return unchanged(base)
  const draft: Draft = {
    base,
    actions: [
      ...settingsActions(settings, base),
      ...removes,
      ...(written ? [{ add: written.action }] : []),
    ],
    metrics: { ...writeMetrics(written), numRemovedFiles: removes.length },
    blindAppend: false,
  }
  const committed = await commitDraft(log, draft, options, clock)
  return { ...committed, inserted: written?.rows ?? 0, updated: 0, deleted: 0 }
}

/** Nothing to do is no commit, as with Delta. */
function unchanged(base: LogState): CommitResult {
  return { version: base.version, skipped: false, inserted: 0, updated: 0, deleted: 0 }
}

function settingsActions(settings: Settings | undefined, base: LogState | undefined): Action[] {
  if (settings === undefined) return []
  const { metaData, protocol } = settings
  const same = JSON.stringify(protocol) === JSON.stringify(base?.protocol)
  return same ? [{ metaData }] : [{ protocol }, { metaData }]
}

function writeMetrics(written: Written<Add> | undefined): Record<string, number> {
  return {
    numFiles: written ? 1 : 0,
    numOutputRows: written?.rows ?? 0,
    numOutputBytes: written?.action.size ?? 0,
  }
}
