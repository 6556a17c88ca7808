import { randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { TableName } from './model.ts'
import { folderName } from './names.ts'

/** What a catalog keeps beside its tables, one JSON file for each name: `<catalog>/<schema>/<name>.json`. */
export class JsonFiles<T> {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The names in a schema. */
  list(catalog: string, schema: string): TableName[] {
    const folder = join(this.#folder, folderName(catalog), folderName(schema))
    if (!existsSync(folder)) return []
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    return names.sort().map((name) => ({ catalog, schema, table: name.slice(0, -'.json'.length) }))
  }

  /** What is kept under a name, or undefined when nothing is. */
  get(name: TableName): T | undefined {
    const path = this.#path(name)
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined
  }

  /** Keeps a value, in place of one of the same name. It is there whole or not at all. */
  save(name: TableName, value: T): void {
    const path = this.#path(name)
    mkdirSync(dirname(path), { recursive: true })
    const temporary = `${path}.${randomUUID()}.tmp`
    writeFileSync(temporary, JSON.stringify(value, undefined, 2))
    renameSync(temporary, path)
  }

  /** Removes what is kept under a name, if anything is. */
  drop(name: TableName): void {
    rmSync(this.#path(name), { force: true })
  }

  #path(name: TableName): string {
    const folder = join(this.#folder, folderName(name.catalog), folderName(name.schema))
    return join(folder, `${folderName(name.table)}.json`)
  }
}
