import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { unsupported } from './errors.ts'
import { quoteName, stringLiteral } from './literals.ts'
import { resultColumns } from './result-types.ts'

/** A file that COPY INTO may load. */
export interface SourceFile {
  /** `/Volumes/…`, the name under which it is remembered as loaded. */
  readonly volumePath: string
  readonly localPath: string
}

/** Which files of the folder to take. */
export interface FileChoice {
  readonly files?: readonly string[]
  readonly pattern?: string
}

/** The files under a volume path, in folders below it too, by name. Hidden ones (`_x`, `.x`) are left out, as Spark does. */
export function findFiles(local: string, volumePath: string, choice: FileChoice): SourceFile[] {
  const root = statSync(local, { throwIfNoEntry: false })
  if (root === undefined) return []
  const base = volumePath.replace(/\/+$/, '')
  if (root.isFile()) return [{ volumePath: base, localPath: local }]
  return readdirSync(local, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(local.length + 1))
    .filter((path) => !/(?:^|[\\/])[_.]/.test(path) && isChosen(path, choice))
    .sort()
    .map((path) => ({ volumePath: `${base}/${path}`, localPath: join(local, path) }))
}

function isChosen(path: string, { files, pattern }: FileChoice): boolean {
  if (files !== undefined) return files.includes(path)
  return pattern === undefined || glob(pattern).test(path) || glob(pattern).test(basename(path))
}

/** `*`, `?`, `[…]` and `{a,b}` of a glob pattern; a star does not cross folders. */
function glob(pattern: string): RegExp {
  const source = pattern.replace(/[.+^$()|\\]/g, '\\$&').replace(/\*+|\?|[{},]/g, (found) => {
    if (found.startsWith('*')) return '[^/]*'
    return { '?': '[^/]', '{': '(?:', '}': ')', ',': '|' }[found] ?? found
  })
  return new RegExp(`^${source}$`)
}

/** What COPY INTO says about the files' format. */
export interface FileFormat {
  readonly name: string
  readonly options: Readonly<Record<string, string>>
}

/**
 * A query over the files, with `_metadata` as one more column. Its `file_path` reads `dbfs:/Volumes/…`, as the
 * service writes paths in volumes.
 */
export async function filesQuery(
  connection: DuckDBConnection,
  files: readonly SourceFile[],
  format: FileFormat,
): Promise<string> {
  const paths = `[${files.map((file) => stringLiteral(escapeGlob(file.localPath))).join(', ')}]`
  const read = await reader(connection, paths, format)
  const known = files
    .map(({ localPath, volumePath }) => {
      const { size, mtimeMs } = statSync(localPath)
      const values = [
        stringLiteral(localPath),
        stringLiteral(`dbfs:${volumePath}`),
        stringLiteral(basename(volumePath)),
        size,
        `make_timestamptz(${Math.floor(mtimeMs) * 1000})`,
      ]
      return `(${values.join(', ')})`
    })
    .join(', ')
  const metadata = `struct_pack("file_path" := m.path, "file_name" := m.name, "file_size" := CAST(m.size AS BIGINT), "file_modification_time" := m.changed)`
  return `SELECT r.* EXCLUDE ("__file"), ${metadata} AS ${quoteName(metadataColumn)} FROM ${read} AS r JOIN (VALUES ${known}) AS m(local, path, name, size, changed) ON r."__file" = m.local`
}

/** The hidden column of files. */
export const metadataColumn = '_metadata'

async function reader(connection: DuckDBConnection, paths: string, { name, options }: FileFormat) {
  const file = "filename = '__file', union_by_name = true, hive_partitioning = false"
  if (name === 'PARQUET') return `read_parquet(${paths}, ${file})`
  if (name === 'CSV') return `read_csv(${paths}, ${file}, ${csvOptions(options).join(', ')})`
  if (name !== 'JSON') throw unsupported(`COPY INTO of the format ${name}`)
  if (options.multiLine === 'true') throw unsupported('multiLine JSON')
  const lines = `read_json(${paths}, format = 'newline_delimited', sample_size = -1`
  const found = await resultColumns(connection, `SELECT * FROM ${lines}, union_by_name = true)`)
  const columns = found.map(({ name, own }) => {
    // Spark takes whatever JSON has in quotes for text; DuckDB would take some of it for dates.
    const type = own.replace(
      /\b(?:TIMESTAMP WITH TIME ZONE|TIMESTAMP|DATE|TIME|UUID|JSON)\b/g,
      'VARCHAR',
    )
    return `${stringLiteral(name)}: ${stringLiteral(type)}`
  })
  return `${lines}, filename = '__file', columns = {${columns.join(', ')}})`
}

/** Every column is text, unless the header says otherwise: Spark infers no types by default. */
function csvOptions(options: Readonly<Record<string, string>>): string[] {
  for (const key of Object.keys(options)) {
    if (!/^(?:header|sep|delimiter|mergeSchema|inferSchema)$/i.test(key)) {
      throw unsupported(`the CSV option ${key}`)
    }
  }
  if (options.inferSchema === 'true') throw unsupported('inferSchema of CSV files')
  const header = options.header?.toLowerCase() === 'true'
  if (!header) throw unsupported('CSV files without a header')
  const separator = options.sep ?? options.delimiter ?? ','
  return ['all_varchar = true', 'header = true', `delim = ${stringLiteral(separator)}`]
}

/** DuckDB reads globs where Spark has found single files already. */
function escapeGlob(path: string): string {
  return path.replace(/[*?[\]]/g, (char) => `[${char}]`)
}
