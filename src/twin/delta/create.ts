import { mkdir } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { ConcurrentModification, DeltaError } from './errors.ts'
import type { CommitOptions, TableDefinition } from './model.ts'
import { NewFiles } from './new-files.ts'
import type { TableParts } from './parts.ts'
import type { LogState } from './replay.ts'
import { readSchema } from './schema.ts'
import { newSettings, type Settings, writableSchema } from './settings.ts'
import { replaceRows } from './write.ts'

/** How a table is created. */
export interface CreateOptions {
  /** CREATE OR REPLACE: new columns, new settings, new table id; the old versions stay readable. */
  readonly replace?: boolean
  /** REPLACE TABLE: the same, where there is a table. */
  readonly mustExist?: boolean
  /** CREATE TABLE IF NOT EXISTS: a table that is there stays as it is. */
  readonly ifNotExists?: boolean
  /** CREATE TABLE … AS SELECT: the first rows, in the same commit. */
  readonly rows?: { readonly connection: DuckDBConnection; readonly select: string }
  /** As it stands in the history. Default: `CREATE TABLE`, `CREATE OR REPLACE TABLE` or `REPLACE TABLE`, with ` AS SELECT`. */
  readonly operation?: string
  readonly parameters?: Readonly<Record<string, string>>
}

/** Commits the first version of a table, or a replacement. False when it is there and may not be replaced. */
export async function createTable(
  parts: TableParts,
  definition: TableDefinition,
  options: CreateOptions,
): Promise<boolean> {
  const base = await newest(parts)
  if (base !== undefined && options.replace !== true) return false
  if (base === undefined && options.mustExist) return false
  if (base !== undefined) writableSchema(base, parts.log.table)
  const settings = newSettings(definition, parts.clock.now(), base?.protocol)
  await mkdir(parts.log.folder, { recursive: true })
  try {
    await commitNew(parts, base, settings, options, commitOptions(definition, options))
    return true
  } catch (error) {
    if (error instanceof ConcurrentModification && options.replace !== true) return false
    throw error
  }
}

async function commitNew(
  parts: TableParts,
  base: LogState | undefined,
  settings: Settings,
  options: CreateOptions,
  commit: CommitOptions,
): Promise<void> {
  const change = { options: commit, settings }
  if (options.rows === undefined) {
    await replaceRows(parts, base, { ...change, written: undefined })
    return
  }
  const files = new NewFiles(options.rows.connection, parts.folder, settings.metaData)
  let committed = false
  try {
    const { fields } = readSchema(settings.metaData, parts.log.table)
    const written = await files.data(options.rows.select, fields)
    await replaceRows(parts, base, { ...change, written })
    committed = true
  } finally {
    if (!committed) await files.discard()
  }
}

/** The newest state, or undefined when there is no table yet. */
async function newest(parts: TableParts): Promise<LogState | undefined> {
  try {
    return await parts.log.state()
  } catch (error) {
    if (error instanceof DeltaError && error.code === 'TABLE_OR_VIEW_NOT_FOUND') return undefined
    throw error
  }
}

function commitOptions(definition: TableDefinition, options: CreateOptions): CommitOptions {
  const orReplace = options.mustExist ? 'REPLACE TABLE' : 'CREATE OR REPLACE TABLE'
  const verb = options.replace ? orReplace : 'CREATE TABLE'
  return {
    operation: options.operation ?? `${verb}${options.rows ? ' AS SELECT' : ''}`,
    parameters: {
      isManaged: 'true',
      description: definition.comment ?? null,
      partitionBy: '[]',
      clusterBy: JSON.stringify(definition.clusterBy ?? []),
      properties: JSON.stringify(definition.properties ?? {}),
      ...options.parameters,
    },
  }
}
