import { JsonFiles } from './json-files.ts'
import type { TableName } from './model.ts'

/** The tags of a table's columns: column → tag → value. */
export type Tags = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * Tags of columns. They are the catalog's, not the table's: no log knows of them, and rebuilding a table under the same
 * name leaves them where they are. Columns are named without regard to case.
 */
export class ColumnTags {
  readonly #files: JsonFiles<Tags>

  constructor(folder: string) {
    this.#files = new JsonFiles(folder)
  }

  /** The tags of a table's columns, also of columns it no longer has. */
  of(table: TableName): Tags {
    return this.#files.get(table) ?? {}
  }

  /** Gives a column tags, or other values of those it has. */
  set(table: TableName, column: string, tags: Readonly<Record<string, string>>): void {
    const all = this.of(table)
    const name = column.toLowerCase()
    this.#files.save(table, { ...all, [name]: { ...all[name], ...tags } })
  }

  /** Takes tags off a column; those it has not are passed over. */
  unset(table: TableName, column: string, tags: readonly string[]): void {
    const all = this.of(table)
    const name = column.toLowerCase()
    const left = Object.entries(all[name] ?? {}).filter(([tag]) => !tags.includes(tag))
    this.#files.save(table, { ...all, [name]: Object.fromEntries(left) })
  }

  /** Forgets a table. */
  drop(table: TableName): void {
    this.#files.drop(table)
  }

  /** Follows a table to another name. */
  rename(from: TableName, to: TableName): void {
    const tags = this.of(from)
    this.drop(from)
    if (Object.keys(tags).length > 0) this.#files.save(to, tags)
  }
}
