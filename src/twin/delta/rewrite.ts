import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Action, Add, Remove } from './actions.ts'
import { DeltaError } from './errors.ts'
import { decodePath } from './files.ts'
import { identifier } from './names.ts'
import type { NewFiles } from './new-files.ts'
import { type ScanFile, scanFiles } from './scan.ts'
import { fieldNamed } from './schema.ts'
import { duckDbText, type Field } from './types.ts'

/** Rows of the feed, by what happened to them. */
export interface RowCounts {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
}

/** A rewrite, ready to be committed. */
export interface Rewritten extends RowCounts {
  readonly actions: readonly Action[]
  readonly copied: number
  readonly removedFiles: number
  readonly addedFiles: number
  readonly changeFiles: number
}

/** The table as a rewrite finds it. */
export interface Target {
  readonly folder: string
  readonly table: string
  readonly fields: readonly Field[]
  readonly adds: readonly Add[]
  /** True when changed rows are recorded for the change feed. */
  readonly feed: boolean
  readonly now: number
}

/**
 * What is to become of single rows, in a temporary table: kind (`update`, `delete`, `insert`), the row's file and
 * position, the new values `n0 …` and, for the change feed, the old ones `o0 …`. Any UPDATE, DELETE or MERGE
 * comes down to such a list; {@link apply} turns it into files.
 */
export class RowChanges {
  readonly #connection: DuckDBConnection
  readonly #target: Target
  /** The temporary table's name. */
  readonly name = temporaryName('changes')

  constructor(connection: DuckDBConnection, target: Target) {
    this.#connection = connection
    this.#target = target
  }

  /** Creates the list, empty. */
  async open(): Promise<void> {
    const values = this.#target.fields.flatMap(({ type }, i) => {
      const column = `n${i} ${duckDbText(type)}`
      return this.#target.feed ? [column, `o${i} ${duckDbText(type)}`] : [column]
    })
    await this.#connection.run(
      `CREATE TEMP TABLE ${this.name} (kind VARCHAR, file VARCHAR, "row" BIGINT, ${values.join(', ')})`,
    )
  }

  /**
   * Adds rows to the list. `kind` is an SQL expression; `values` gives a field's new value; `old` is the alias of
   * the target's rows in `from`, absent for rows that are new.
   */
  async add(change: {
    readonly kind: string
    readonly values: (field: Field) => string
    readonly old?: string
    readonly from: string
  }): Promise<void> {
    const { old } = change
    const columns = this.#target.fields.flatMap((field) => {
      const type = duckDbText(field.type)
      const value = `CAST(${change.values(field)} AS ${type})`
      if (!this.#target.feed) return [value]
      return [value, old === undefined ? `NULL::${type}` : `${old}.${identifier(field.name)}`]
    })
    const at = old === undefined ? 'NULL, NULL' : `${old}.__delta_file, ${old}.__delta_row`
    await this.#connection.run(
      `INSERT INTO ${this.name} SELECT ${change.kind}, ${at}, ${columns.join(', ')} ${change.from}`,
    )
  }

  /** Writes what the list asks for: touched files anew without the rows concerned, new values, the feed. */
  async apply(files: NewFiles): Promise<Rewritten> {
    const counts = await this.#counts()
    const touched = await this.#touched()
    const { fields, feed, now } = this.#target
    const data = await files.data(this.#newRows(touched), fields)
    const changes = feed && touched.length > 0 ? await files.changes(this.#feedRows()) : undefined
    const removes = touched.map((add) => ({ remove: toRemove(add, now) }))
    const adds = data ? [{ add: data.action }] : []
    const cdc = changes ? [{ cdc: changes.action }] : []
    return {
      ...counts,
      actions: [...removes, ...adds, ...cdc],
      copied: (data?.rows ?? 0) - counts.updated - counts.inserted,
      removedFiles: removes.length,
      addedFiles: adds.length,
      changeFiles: cdc.length,
    }
  }

  /** Drops the list. */
  async close(): Promise<void> {
    await this.#connection.run(`DROP TABLE IF EXISTS ${this.name}`)
  }

  async #counts(): Promise<RowCounts> {
    const sql = `SELECT kind, count(*) FROM ${this.name} GROUP BY kind`
    const rows = (await this.#connection.runAndReadAll(sql)).getRows()
    const count = (kind: string) => Number(rows.find(([name]) => name === kind)?.[1] ?? 0)
    return { inserted: count('insert'), updated: count('update'), deleted: count('delete') }
  }

  async #touched(): Promise<Add[]> {
    const { folder, table, adds } = this.#target
    const sql = `SELECT DISTINCT file FROM ${this.name} WHERE file IS NOT NULL`
    const paths = new Set((await this.#connection.runAndReadAll(sql)).getColumns()[0]?.map(String))
    const touched = adds.filter((add) => paths.has(join(folder, decodePath(add.path, table))))
    if (touched.length !== paths.size) {
      throw new DeltaError(
        'DELTA_FILE_NOT_FOUND',
        `A data file of ${table} could not be told by its path.`,
      )
    }
    return touched
  }

  #newRows(touched: readonly Add[]): string {
    const columns = this.#target.fields.map(({ name }) => identifier(name))
    const changed = this.#target.fields.map(({ name }, i) => `n${i} AS ${identifier(name)}`)
    const rewritten = `SELECT ${changed.join(', ')} FROM ${this.name} WHERE kind <> 'delete'`
    if (touched.length === 0) return rewritten
    return `SELECT ${columns.join(', ')} FROM ${targetRows(this.#target, touched)} AS t
      WHERE NOT EXISTS (SELECT 1 FROM ${this.name} AS c WHERE c.file = t.__delta_file AND c."row" = t.__delta_row)
      UNION ALL ${rewritten}`
  }

  #feedRows(): string {
    const values = (side: 'n' | 'o') =>
      this.#target.fields.map(({ name }, i) => `${side}${i} AS ${identifier(name)}`).join(', ')
    const rows = (side: 'n' | 'o', type: string, kind: string) =>
      `SELECT ${values(side)}, '${type}' AS _change_type FROM ${this.name} WHERE kind = '${kind}'`
    return [
      rows('o', 'update_preimage', 'update'),
      rows('n', 'update_postimage', 'update'),
      rows('o', 'delete', 'delete'),
      rows('n', 'insert', 'insert'),
    ].join(' UNION ALL ')
  }
}

/** The target's rows with `__delta_file` and `__delta_row`. */
export function targetRows(target: Target, adds: readonly Add[] = target.adds): string {
  const files: ScanFile[] = adds.map(({ path, partitionValues }) => {
    return { path: decodePath(path, target.table), partitionValues }
  })
  return scanFiles(target.folder, target.fields, files, { rowIds: true })
}

/** The end of a file. */
export function toRemove(add: Add, now: number, dataChange = true): Remove {
  return {
    path: add.path,
    deletionTimestamp: now,
    dataChange,
    extendedFileMetadata: true,
    partitionValues: add.partitionValues,
    size: add.size,
  }
}

/** A name for a temporary table that no other statement has. */
export function temporaryName(what: string): string {
  return `__delta_${what}_${randomUUID().replaceAll('-', '')}`
}

/** Looks up SET expressions by field, in any case. Refuses columns that the table lacks. */
export function assignments(
  set: Readonly<Record<string, string>>,
  fields: readonly Field[],
): ReadonlyMap<Field, string> {
  const found = new Map<Field, string>()
  for (const [name, expression] of Object.entries(set)) {
    const field = fieldNamed(fields, name)
    if (field === undefined) {
      throw new DeltaError(
        'DELTA_COLUMN_NOT_FOUND',
        `The table has no column ${name}. Set one of its own columns.`,
        { column: name },
      )
    }
    found.set(field, expression)
  }
  return found
}
