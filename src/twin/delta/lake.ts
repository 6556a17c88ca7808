import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Clock, systemClock } from '../../core/index.ts'
import { ColumnTags } from './column-tags.ts'
import { type CreateOptions, createTable } from './create.ts'
import { Engine } from './engine.ts'
import { DeltaError } from './errors.ts'
import { logFolder } from './files.ts'
import { JsonFiles } from './json-files.ts'
import { TableLog } from './log.ts'
import type { TableDefinition, TableName, View } from './model.ts'
import { folderName, fullName } from './names.ts'
import type { TableParts } from './parts.ts'
import { DeltaTable } from './table.ts'
import { alreadyThere, notThere } from './table-errors.ts'
import { Volumes } from './volumes.ts'

/**
 * A folder that holds catalogs, schemas, Delta tables, views, tags of columns and volumes:
 * `tables/<catalog>/<schema>/<table>`, `views/…`, `tags/…`, `volumes/<catalog>/<schema>/<volume>/`. Names are kept in
 * lower case. Several processes may use one folder at the same time.
 */
export class Lake {
  readonly folder: string
  /** The tags of the tables' columns. */
  readonly tags: ColumnTags
  readonly #clock: Clock
  readonly #engine = new Engine()
  /** By folder, so that each log is replayed once. */
  readonly #tables = new Map<string, { readonly parts: TableParts; readonly table: DeltaTable }>()
  readonly #views: JsonFiles<View>
  readonly #volumes: Volumes

  private constructor(folder: string, clock: Clock) {
    this.folder = resolve(folder)
    this.#clock = clock
    this.#views = new JsonFiles(join(this.folder, 'views'))
    this.tags = new ColumnTags(join(this.folder, 'tags'))
    this.#volumes = new Volumes(join(this.folder, 'volumes'))
  }

  /** Opens the lake in a folder, which is created when it is not there. */
  static open(folder: string, clock: Clock = systemClock): Lake {
    const lake = new Lake(folder, clock)
    mkdirSync(join(lake.folder, 'tables'), { recursive: true })
    return lake
  }

  /** Lets go of what the lake holds in memory. */
  close(): void {
    this.#engine.close()
  }

  /** The catalogs. */
  catalogs(): string[] {
    return folders(join(this.folder, 'tables'))
  }

  /** True when the catalog is there. */
  hasCatalog(catalog: string): boolean {
    return existsSync(join(this.folder, 'tables', folderName(catalog)))
  }

  /** Creates a catalog; one that is there stays as it is. */
  createCatalog(catalog: string): void {
    mkdirSync(join(this.folder, 'tables', folderName(catalog)), { recursive: true })
  }

  /** The schemas of a catalog. */
  schemas(catalog: string): string[] {
    return folders(join(this.folder, 'tables', folderName(catalog)))
  }

  /** True when the schema is there. */
  hasSchema(catalog: string, schema: string): boolean {
    return existsSync(this.#schemaFolder('tables', catalog, schema))
  }

  /** Creates a schema, and its catalog with it; one that is there stays as it is. */
  createSchema(catalog: string, schema: string): void {
    mkdirSync(this.#schemaFolder('tables', catalog, schema), { recursive: true })
  }

  /** Removes a schema. One with tables, views or volumes in it only by `cascade`. */
  dropSchema(catalog: string, schema: string, options: { cascade?: boolean } = {}): void {
    const objects = [
      ...this.listTables(catalog, schema),
      ...this.listViews(catalog, schema),
      ...this.volumes(catalog, schema),
    ]
    if (objects.length > 0 && options.cascade !== true) {
      throw new DeltaError(
        'SCHEMA_NOT_EMPTY',
        `Cannot drop schema ${catalog}.${schema}: it holds ${objects.length} objects. Use DROP SCHEMA … CASCADE to drop them too.`,
      )
    }
    for (const kind of ['tables', 'views', 'tags', 'volumes'] as const) {
      rmSync(this.#schemaFolder(kind, catalog, schema), { recursive: true, force: true })
    }
  }

  /** The tables of a schema, by name. */
  listTables(catalog: string, schema: string): TableName[] {
    const names = folders(this.#schemaFolder('tables', catalog, schema))
    const tables = names.map((table) => ({ catalog, schema, table }))
    return tables.filter((name) => hasLog(this.#tableFolder(name)))
  }

  /** A table, or undefined when there is none of that name. */
  table(name: TableName): DeltaTable | undefined {
    return hasLog(this.#tableFolder(name)) ? this.#open(name).table : undefined
  }

  /** Creates or replaces a table. Throws `TABLE_OR_VIEW_ALREADY_EXISTS` unless the options say otherwise. */
  async createTable(
    name: TableName,
    definition: TableDefinition,
    options: CreateOptions = {},
  ): Promise<DeltaTable> {
    this.#checkSchema(name)
    if (this.view(name) !== undefined) throw alreadyThere(name)
    const { parts, table } = this.#open(name)
    const created = await createTable(parts, definition, options)
    if (!created && options.ifNotExists !== true) throw alreadyThere(name)
    return table
  }

  /** Removes a table with its files. Readers of it in other processes fail from then on. */
  async dropTable(name: TableName): Promise<void> {
    const folder = this.#tableFolder(name)
    if (!hasLog(folder)) throw notThere(name)
    const dropped = join(this.folder, 'dropped', randomUUID())
    await mkdir(dirname(dropped), { recursive: true })
    await rename(folder, dropped)
    this.#tables.delete(folder)
    this.tags.drop(name)
    await rm(dropped, { recursive: true, force: true })
  }

  /** Gives a table another name; its log and id stay. */
  async renameTable(from: TableName, to: TableName): Promise<void> {
    const folder = this.#tableFolder(from)
    if (!hasLog(folder)) throw notThere(from)
    this.#checkSchema(to)
    if (this.table(to) !== undefined || this.view(to) !== undefined) throw alreadyThere(to)
    await rename(folder, this.#tableFolder(to))
    this.#tables.delete(folder)
    this.tags.rename(from, to)
  }

  /** The views of a schema, by name. */
  listViews(catalog: string, schema: string): TableName[] {
    return this.#views.list(catalog, schema)
  }

  /** A view, or undefined when there is none of that name. */
  view(name: TableName): View | undefined {
    return this.#views.get(name)
  }

  /** Saves a view, in place of one of the same name. Refuses the name of a table. */
  saveView(name: TableName, view: View): void {
    this.#checkSchema(name)
    if (this.table(name) !== undefined) throw alreadyThere(name)
    this.#views.save(name, view)
  }

  /** Removes a view, if it is there. */
  dropView(name: TableName): void {
    this.#views.drop(name)
  }

  /** The volumes of a schema. */
  volumes(catalog: string, schema: string): string[] {
    return this.#volumes.list(catalog, schema)
  }

  /** True when the volume is there. */
  hasVolume(catalog: string, schema: string, volume: string): boolean {
    return this.#volumes.has(catalog, schema, volume)
  }

  /** Creates a volume; one that is there stays as it is. */
  createVolume(catalog: string, schema: string, volume: string): void {
    this.#checkSchema({ catalog, schema })
    this.#volumes.create(catalog, schema, volume)
  }

  /** Removes a volume and its files. */
  dropVolume(catalog: string, schema: string, volume: string): void {
    this.#volumes.drop(catalog, schema, volume)
  }

  /** `/Volumes/c/s/v/rest` as a local path. Throws when there is no such volume or the path would leave it. */
  volumePath(path: string): string {
    return this.#volumes.resolve(path)
  }

  #open(name: TableName): { readonly parts: TableParts; readonly table: DeltaTable } {
    const folder = this.#tableFolder(name)
    const known = this.#tables.get(folder)
    if (known !== undefined) return known
    const kept = {
      catalog: folderName(name.catalog),
      schema: folderName(name.schema),
      table: folderName(name.table),
    }
    const log = new TableLog(fullName(kept), folder, this.#engine)
    const parts = { name: kept, folder, log, clock: this.#clock }
    const opened = { parts, table: new DeltaTable(parts) }
    this.#tables.set(folder, opened)
    return opened
  }

  #tableFolder(name: TableName): string {
    return join(this.#schemaFolder('tables', name.catalog, name.schema), folderName(name.table))
  }

  #schemaFolder(
    kind: 'tables' | 'views' | 'tags' | 'volumes',
    catalog: string,
    schema: string,
  ): string {
    return join(this.folder, kind, folderName(catalog), folderName(schema))
  }

  #checkSchema(name: { readonly catalog: string; readonly schema: string }): void {
    if (this.hasSchema(name.catalog, name.schema)) return
    throw new DeltaError(
      'SCHEMA_NOT_FOUND',
      `Schema ${name.catalog}.${name.schema} is not there. Create it first.`,
    )
  }
}

function folders(folder: string): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
}

/** A folder is a table once its log holds a commit or a checkpoint. */
function hasLog(folder: string): boolean {
  const log = logFolder(folder)
  return existsSync(log) && readdirSync(log).some((name) => /^\d{20}\./.test(name))
}
