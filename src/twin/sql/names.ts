import type { TableName } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { sqlError } from './errors.ts'

/** The catalog and schema that complete a short name. */
export interface Defaults {
  readonly catalog: string
  readonly schema: string
}

/** The parts of a dotted name. */
export function readParts(cursor: Cursor): string[] {
  const parts = [cursor.identifier()]
  while (cursor.accept('.')) parts.push(cursor.identifier())
  return parts
}

/** A table's full name from one, two or three parts. Unity Catalog keeps names in lower case. */
export function resolveTable(parts: readonly string[], defaults: Defaults): TableName {
  const [table, schema, catalog] = [...parts].reverse()
  if (table === undefined || parts.length > 3) throw tooManyParts(parts, 3)
  return lower({
    catalog: catalog ?? defaults.catalog,
    schema: schema ?? defaults.schema,
    table,
  })
}

/** A schema's full name from one or two parts. */
export function resolveSchema(parts: readonly string[], defaults: Defaults): Defaults {
  const [schema, catalog] = [...parts].reverse()
  if (schema === undefined || parts.length > 2) throw tooManyParts(parts, 2)
  return {
    catalog: (catalog ?? defaults.catalog).toLowerCase(),
    schema: schema.toLowerCase(),
  }
}

/** Reads a table name and completes it. */
export function readTable(cursor: Cursor, defaults: Defaults): TableName {
  return resolveTable(readParts(cursor), defaults)
}

/** A name as error messages and qualified texts show it. */
export function showTable(name: TableName): string {
  return [name.catalog, name.schema, name.table].map(tick).join('.')
}

/** A schema as error messages show it. */
export function showSchema(name: Defaults): string {
  return [name.catalog, name.schema].map(tick).join('.')
}

/** A name in backticks. */
export function tick(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}

function lower(name: TableName): TableName {
  return {
    catalog: name.catalog.toLowerCase(),
    schema: name.schema.toLowerCase(),
    table: name.table.toLowerCase(),
  }
}

function tooManyParts(parts: readonly string[], limit: number) {
  return sqlError(
    'IDENTIFIER_TOO_MANY_NAME_PARTS',
    `${parts.map(tick).join('.')} is not a valid identifier as it has more than ${limit} name parts.`,
    '42601',
  )
}
