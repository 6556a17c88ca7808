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
import type { TableName, View } from './model.ts'
import { folderName } from './names.ts'

/** The saved queries of a lake, one JSON file each. */
export class Views {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The views of a schema. */
  list(catalog: string, schema: string): TableName[] {
    const folder = join(this.#folder, folderName(catalog), folderName(schema))
    if (!existsSync(folder)) return []
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    return names.sort().map((name) => ({ catalog, schema, table: name.slice(0, -'.json'.length) }))
  }

  /** A view, or undefined when there is none of that name. */
  get(name: TableName): View | undefined {
    const path = this.#path(name)
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as View) : undefined
  }

  /** Saves a view, in place of one of the same name. It is there whole or not at all. */
  save(name: TableName, view: View): void {
    const path = this.#path(name)
    mkdirSync(dirname(path), { recursive: true })
    const temporary = `${path}.${randomUUID()}.tmp`
    writeFileSync(temporary, JSON.stringify(view, undefined, 2))
    renameSync(temporary, path)
  }

  /** Removes a view, if it is there. */
  drop(name: TableName): void {
    rmSync(this.#path(name), { force: true })
  }

  #path(name: TableName): string {
    const folder = join(this.#folder, folderName(name.catalog), folderName(name.schema))
    return join(folder, `${folderName(name.table)}.json`)
  }
}
