import { isAbsolute, join } from 'node:path'
import { DeltaError } from './errors.ts'
import { literal } from './names.ts'

/**
 * A path of the log as a path below the table's folder. Log paths are percent-encoded. Refuses what points
 * elsewhere: other storage, absolute paths, parents.
 */
export function decodePath(path: string, table: string): string {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    decoded = path
  }
  const elsewhere =
    /^[a-z][a-z0-9+.-]*:/i.test(path) || isAbsolute(decoded) || decoded.split('/').includes('..')
  if (elsewhere) {
    throw new DeltaError(
      'DELTA_FILE_OUTSIDE_TABLE',
      `The log of ${table} names files outside the table's folder. Copy its rows into a table of its own, by CREATE TABLE … AS SELECT.`,
      { table },
    )
  }
  return decoded
}

/** A path below the table's folder as the log writes it. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** An absolute path as a literal for a DuckDB reader, which would otherwise take `*`, `?` and `[` for patterns. */
export function fileLiteral(path: string): string {
  return literal(path.replaceAll(/[*?[]/g, '[$&]'))
}

/** The folder of a table's log. */
export function logFolder(tableFolder: string): string {
  return join(tableFolder, '_delta_log')
}
