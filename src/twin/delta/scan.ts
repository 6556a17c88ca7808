import { join } from 'node:path'
import { DeltaError } from './errors.ts'
import { fileLiteral } from './files.ts'
import { identifier, literal } from './names.ts'
import { duckDbText, type Field } from './types.ts'

/** A file to read: a path below the table's folder and the values that stand in the log only. */
export interface ScanFile {
  readonly path: string
  readonly partitionValues: Readonly<Record<string, string | null>>
  /** SQL literals for {@link ScanOptions.marks}. */
  readonly marks?: readonly string[]
}

/** What a scan yields besides the fields. */
export interface ScanOptions {
  readonly partitionColumns?: readonly string[]
  /** Further columns whose values come with each file, as `name type`. */
  readonly marks?: readonly { readonly name: string; readonly type: string }[]
  /** Adds `__delta_file` (absolute path) and `__delta_row` (position in the file). */
  readonly rowIds?: boolean
}

/**
 * A DuckDB query in parentheses over files: every field by name, cast to its type, NULL where a file lacks it,
 * partition values from the log and never from a path.
 */
export function scanFiles(
  tableFolder: string,
  fields: readonly Field[],
  files: readonly ScanFile[],
  options: ScanOptions = {},
): string {
  const partitions = fields.filter((f) => options.partitionColumns?.includes(f.name))
  const marks = options.marks ?? []
  const columns = fields.map((field) => {
    const at = partitions.indexOf(field)
    const value = at < 0 ? `r.${identifier(field.name)}` : `p.__delta_partition_${at}`
    return `CAST(${value} AS ${duckDbText(field.type)}) AS ${identifier(field.name)}`
  })
  for (const { name, type } of marks) {
    columns.push(`CAST(p.${identifier(name)} AS ${type}) AS ${identifier(name)}`)
  }
  if (options.rowIds) columns.push('r.__delta_file', 'r.file_row_number AS __delta_row')
  const joined = partitions.length > 0 || marks.length > 0
  const named = joined || options.rowIds === true
  const stored = fields.filter((field) => !partitions.includes(field))
  const rows = readRows(tableFolder, stored, files, named, options.rowIds === true)
  const values = joined && ` JOIN ${fileValues(tableFolder, files, partitions, marks)}`
  return `(SELECT ${columns.join(', ')} FROM ${rows} AS r${values || ''})`
}

/** The files' rows under an empty relation of the table's own columns, which stand in where a file lacks one. */
function readRows(
  tableFolder: string,
  fields: readonly Field[],
  files: readonly ScanFile[],
  named: boolean,
  numbered: boolean,
): string {
  const nothing = fields.map((f) => `NULL::${duckDbText(f.type)} AS ${identifier(f.name)}`)
  if (named) nothing.push('NULL::VARCHAR AS __delta_file')
  if (numbered) nothing.push('NULL::BIGINT AS file_row_number')
  if (nothing.length === 0) nothing.push('NULL AS __delta_nothing')
  const empty = `SELECT ${nothing.join(', ')} WHERE false`
  if (files.length === 0) return `(${empty})`
  const paths = new Set(files.map((file) => fileLiteral(join(tableFolder, file.path))))
  const options = ['union_by_name = true', 'hive_partitioning = false']
  if (named) options.push("filename = '__delta_file'")
  if (numbered) options.push('file_row_number = true')
  return `(${empty} UNION ALL BY NAME SELECT * FROM read_parquet([${[...paths].join(', ')}], ${options.join(', ')}))`
}

/** What the log says about each file, to be joined by path. */
function fileValues(
  tableFolder: string,
  files: readonly ScanFile[],
  partitions: readonly Field[],
  marks: readonly { readonly name: string }[],
): string {
  const names = [
    '__delta_path',
    ...partitions.map((_, i) => `__delta_partition_${i}`),
    ...marks.map(({ name }) => identifier(name)),
  ]
  const lines = files.map((file) => {
    const values = partitions.map((field) => partitionValue(file, field))
    return `(${[literal(join(tableFolder, file.path)), ...values, ...(file.marks ?? [])].join(', ')})`
  })
  const none = `(SELECT ${names.map((name) => `NULL AS ${name}`).join(', ')} WHERE false)`
  const rows = lines.length === 0 ? none : `(VALUES ${lines.join(', ')})`
  return `${rows} AS p(${names.join(', ')}) ON r.__delta_file = p.__delta_path`
}

/** An empty partition value is NULL, says the protocol. */
function partitionValue(file: ScanFile, field: Field): string {
  if (field.type === 'binary') {
    throw new DeltaError(
      'DELTA_UNSUPPORTED_TYPE',
      `Local tables do not read the partition column ${field.name} of type BINARY. Copy its rows into a table without it.`,
    )
  }
  const value = file.partitionValues[field.name]
  return value === null || value === undefined || value === ''
    ? 'NULL::VARCHAR'
    : `${literal(value)}::VARCHAR`
}
