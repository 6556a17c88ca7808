import { DeltaError } from './errors.ts'
import type { TableName } from './model.ts'

/** `catalog.schema.table`, as messages show it. */
export function fullName(name: TableName): string {
  return `${name.catalog}.${name.schema}.${name.table}`
}

/** A name as a DuckDB identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * An object name as a folder name: lower case. Unity Catalog refuses periods, spaces, slashes and control
 * characters in names, and so do we, which also keeps every name inside its folder.
 */
export function folderName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (name === '' || name.length > 255 || /[.\s/\\\u0000-\u001f\u007f]/.test(name)) {
    throw new DeltaError(
      'INVALID_OBJECT_NAME',
      'An object name must have 1 to 255 characters and no period, space, slash or control character. Rename the object.',
    )
  }
  return name.toLowerCase()
}
