import { randomUUID } from 'node:crypto'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBMapValue } from '@duckdb/node-api'
import { codesOf } from '../../core/index.ts'
import type { Add, ChangeFile, Metadata } from './actions.ts'
import { DeltaError } from './errors.ts'
import { encodePath } from './files.ts'
import { identifier, literal } from './names.ts'
import { fieldNamed } from './schema.ts'
import { fileStats, type LeafStats } from './stats.ts'
import { duckDbText, type Field } from './types.ts'

/** Stands before the column name in the error that a NULL raises inside DuckDB. */
const nullMark = 'DELTA_NOT_NULL_CONSTRAINT_VIOLATED column '

/** A file written: what the log says about it, and its rows. */
export interface Written<T> {
  readonly action: T
  readonly rows: number
}

/** The files that one change writes. They are nothing until a commit names them; {@link discard} removes them. */
export class NewFiles {
  readonly #connection: DuckDBConnection
  readonly #folder: string
  readonly #properties: Readonly<Record<string, string>>
  readonly #paths: string[] = []

  constructor(connection: DuckDBConnection, tableFolder: string, metadata: Metadata) {
    this.#connection = connection
    this.#folder = tableFolder
    this.#properties = metadata.configuration
  }

  /**
   * Writes the rows of a query as one data file. Its columns are matched by name and cast; one that is missing is
   * NULL, one that the table lacks is refused, as is NULL where the table forbids it. Undefined for no rows.
   */
  async data(
    select: string,
    fields: readonly Field[],
    dataChange = true,
  ): Promise<Written<Add> | undefined> {
    const path = `part-00000-${randomUUID()}-c000.snappy.parquet`
    const copied = await this.#copy(path, await this.#conform(select, fields))
    if (copied === undefined) return undefined
    const { rows, size, columns } = copied
    const action: Add = {
      path: encodePath(path),
      partitionValues: {},
      size,
      modificationTime: copied.modifiedAt,
      dataChange,
      stats: fileStats(rows, fields, columns, this.#properties),
    }
    return { action, rows }
  }

  /** Writes the rows of a query, which has `_change_type`, as a file of the change feed. */
  async changes(select: string): Promise<Written<ChangeFile> | undefined> {
    const path = `_change_data/cdc-00000-${randomUUID()}.c000.snappy.parquet`
    await mkdir(join(this.#folder, '_change_data')).catch(ignoreExisting)
    const copied = await this.#copy(path, select)
    if (copied === undefined) return undefined
    const action: ChangeFile = {
      path: encodePath(path),
      partitionValues: {},
      size: copied.size,
      dataChange: false,
    }
    return { action, rows: copied.rows }
  }

  /** Removes what was written, because nothing will name it. */
  async discard(): Promise<void> {
    for (const path of this.#paths) await rm(join(this.#folder, path), { force: true })
  }

  async #conform(select: string, fields: readonly Field[]): Promise<string> {
    const described = await this.#connection.runAndReadAll(`DESCRIBE ${select}`)
    const names = (described.getColumns()[0] ?? []).map(String)
    for (const name of names) {
      if (fieldNamed(fields, name) === undefined) {
        throw new DeltaError(
          'DELTA_COLUMN_NOT_FOUND',
          `The table has no column ${name}. Add it, or leave it out of the query.`,
          { column: name },
        )
      }
    }
    const present = new Set(names.map((name) => name.toLowerCase()))
    const columns = fields.map((field) => {
      const name = identifier(field.name)
      const type = duckDbText(field.type)
      const value = present.has(field.name.toLowerCase()) ? `s.${name}` : 'NULL'
      const cast = `CAST(${value} AS ${type})`
      const kept = field.nullable
        ? cast
        : `CASE WHEN ${value} IS NULL THEN error(${literal(nullMark + field.name)}) ELSE ${cast} END`
      return `${kept} AS ${name}`
    })
    return `SELECT ${columns.join(', ')} FROM (${select}\n) AS s`
  }

  async #copy(path: string, select: string): Promise<Copied | undefined> {
    const absolute = join(this.#folder, path)
    this.#paths.push(path)
    const copy = `COPY (${select}) TO ${literal(absolute)} (FORMAT parquet, RETURN_STATS)`
    const result = await this.#connection.runAndReadAll(copy).catch((error: unknown) => {
      throw nullRefused(error) ?? error
    })
    const row = result.getRowObjects()[0]
    const rows = Number(row?.count ?? 0)
    if (rows === 0) {
      await rm(absolute, { force: true })
      return undefined
    }
    const file = await open(absolute, 'r')
    try {
      await file.sync()
      const { size, mtimeMs } = await file.stat()
      const columns = leafStats(row?.column_statistics)
      return { rows, size, modifiedAt: Math.round(mtimeMs), columns }
    } finally {
      await file.close()
    }
  }
}

interface Copied {
  readonly rows: number
  readonly size: number
  readonly modifiedAt: number
  readonly columns: ReadonlyMap<string, LeafStats>
}

function ignoreExisting(error: unknown): void {
  if (!codesOf(error).includes('EEXIST')) throw error
}

function leafStats(value: unknown): Map<string, LeafStats> {
  const columns = new Map<string, LeafStats>()
  if (!(value instanceof DuckDBMapValue)) return columns
  for (const { key, value: stats } of value.entries) {
    const leaf = new Map<string, string>()
    if (stats instanceof DuckDBMapValue) {
      for (const entry of stats.entries) leaf.set(String(entry.key), String(entry.value))
    }
    columns.set(String(key), leaf)
  }
  return columns
}

function nullRefused(error: unknown): DeltaError | undefined {
  const message = String((error as { message?: unknown } | undefined)?.message)
  const at = message.indexOf(nullMark)
  if (at < 0) return undefined
  const column = message.slice(at + nullMark.length).split('\n')[0] ?? ''
  return new DeltaError(
    'DELTA_NOT_NULL_CONSTRAINT_VIOLATED',
    `NOT NULL constraint violated for column: ${column}. Give it a value in every row.`,
    { column },
  )
}
