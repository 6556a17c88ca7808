import { DuckDBInstance } from '@duckdb/node-api'
import { type Clock, systemClock } from '../../core/index.ts'
import type { Lake } from '../delta/index.ts'
import type { SqlEngine } from './contract.ts'
import { jsonMacros } from './json-macros.ts'
import { registerFunctions } from './json-text.ts'
import { macros } from './macros.ts'
import { Session } from './session.ts'

/** How an engine is made. */
export interface SqlEngineOptions {
  /** Says what `current_timestamp()` is. Default: the system's clock. */
  readonly clock?: Clock
  /** Full names (`main.gold.customers`) that nobody may read or write. Looked at for each statement. */
  readonly denied?: readonly string[]
  /** What `current_user()` says. Default `twin@example.com`. */
  readonly user?: string
  /** Memory that DuckDB may take, in MiB. Default 1024. */
  readonly memoryMiB?: number
  /** Threads of DuckDB. Default 2. */
  readonly threads?: number
}

/** An engine that can be stopped. Statements still running are interrupted by closing their results first. */
export interface LocalSqlEngine extends SqlEngine {
  close(): void
}

/**
 * Databricks SQL, by a closed list of what is known, over the Delta tables of a lake. DuckDB does the work in
 * memory, may touch no file outside the lake's folder, loads no extension, and its settings are locked.
 */
export async function createSqlEngine(
  lake: Lake,
  options: SqlEngineOptions = {},
): Promise<LocalSqlEngine> {
  const duckDb = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads ?? 2),
    memory_limit: `${options.memoryMiB ?? 1024}MiB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await duckDb.connect()
  try {
    registerFunctions(connection)
    for (const macro of [...macros, ...jsonMacros]) await connection.run(`CREATE MACRO ${macro}`)
    for (const setting of settings(lake)) await connection.run(`SET GLOBAL ${setting}`)
  } finally {
    connection.closeSync()
  }
  const shared = {
    duckDb,
    lake,
    clock: options.clock ?? systemClock,
    denied: options.denied ?? [],
    user: options.user ?? 'twin@example.com',
  }
  return {
    session: ({ catalog = 'main', schema = 'default' }) =>
      new Session(shared, { catalog: catalog.toLowerCase(), schema: schema.toLowerCase() }),
    close: () => duckDb.closeSync(),
  }
}

function settings(lake: Lake): string[] {
  const folder = lake.folder.replaceAll("'", "''")
  return [
    "TimeZone = 'UTC'",
    "default_null_order = 'nulls_first_on_asc_last_on_desc'",
    'preserve_insertion_order = true',
    `allowed_directories = ['${folder}']`,
    `temp_directory = '${folder}/.spill'`,
    'enable_external_access = false',
    'lock_configuration = true',
  ]
}
