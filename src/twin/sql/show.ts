import type { TableName } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { type Defaults, readParts, readTable, resolveSchema } from './names.ts'
import type { Operation, Statement } from './operation.ts'
import { type RowColumns, type RowValue, rowsQuery } from './rows.ts'
import type { Scope } from './scope.ts'

/** SHOW CATALOGS, SCHEMAS, TABLES, VIEWS, VOLUMES, COLUMNS, TBLPROPERTIES. */
export function readShow(cursor: Cursor, scope: Scope): Statement {
  cursor.expect('SHOW')
  const what = cursor.identifier().toUpperCase()
  switch (what) {
    case 'CATALOGS':
      return readList(cursor, ['catalog'], ({ lake }) => lake.catalogs().map((c) => [c]))
    case 'SCHEMAS':
    case 'DATABASES':
      return readSchemas(cursor, scope)
    case 'TABLES':
      return readInSchema(
        cursor,
        scope,
        { database: 'VARCHAR', tableName: 'VARCHAR', isTemporary: 'BOOLEAN' },
        tables,
      )
    case 'VIEWS':
      return readInSchema(
        cursor,
        scope,
        { namespace: 'VARCHAR', viewName: 'VARCHAR', isTemporary: 'BOOLEAN' },
        views,
      )
    case 'VOLUMES':
      return readInSchema(
        cursor,
        scope,
        { database: 'VARCHAR', volume_name: 'VARCHAR' },
        ({ lake }, s) => lake.volumes(s.catalog, s.schema).map((volume) => [s.schema, volume]),
      )
    case 'COLUMNS':
      return readOfTable(cursor, scope, ['col_name'], async (operation, name) => {
        const { columns } = await operation.table(name).snapshot()
        return columns.map((column) => [column.name])
      })
    case 'TBLPROPERTIES':
      return readOfTable(cursor, scope, ['key', 'value'], async (operation, name) => {
        const { properties } = await operation.table(name).detail()
        return Object.entries(properties)
      })
    default:
      throw unsupported(`SHOW ${what}`)
  }
}

type Rows = readonly (readonly RowValue[])[]

function tables({ lake }: Operation, { catalog, schema }: Defaults): Rows {
  const names = [...lake.listTables(catalog, schema), ...lake.listViews(catalog, schema)]
  return names.map(({ table }) => [schema, table, false])
}

function views({ lake }: Operation, { catalog, schema }: Defaults): Rows {
  return lake.listViews(catalog, schema).map(({ table }) => [schema, table, false])
}

function readSchemas(cursor: Cursor, scope: Scope): Statement {
  const catalog = acceptIn(cursor) ? cursor.identifier().toLowerCase() : scope.defaults.catalog
  return readList(cursor, ['databaseName'], ({ lake }) => lake.schemas(catalog).map((s) => [s]))
}

function readInSchema(
  cursor: Cursor,
  scope: Scope,
  columns: RowColumns,
  rows: (operation: Operation, schema: Defaults) => Rows,
): Statement {
  const schema = acceptIn(cursor)
    ? resolveSchema(readParts(cursor), scope.defaults)
    : scope.defaults
  const keep = readPattern(cursor)
  cursor.finish()
  return async (operation) => {
    operation.requireSchema(schema)
    const kept = rows(operation, schema).filter((row) => keep(String(row[1])))
    return { query: rowsQuery(columns, kept) }
  }
}

function readList(
  cursor: Cursor,
  columns: readonly string[],
  rows: (operation: Operation) => Rows,
): Statement {
  const keep = readPattern(cursor)
  cursor.finish()
  return async (operation) => ({
    query: rowsQuery(
      texts(columns),
      rows(operation).filter((row) => keep(String(row[0]))),
    ),
  })
}

function readOfTable(
  cursor: Cursor,
  scope: Scope,
  columns: readonly string[],
  rows: (operation: Operation, name: TableName) => Promise<Rows>,
): Statement {
  acceptIn(cursor)
  const name = readTable(cursor, scope.defaults)
  cursor.finish()
  return async (operation) => ({ query: rowsQuery(texts(columns), await rows(operation, name)) })
}

function texts(columns: readonly string[]): RowColumns {
  return Object.fromEntries(columns.map((column) => [column, 'VARCHAR']))
}

function acceptIn(cursor: Cursor): boolean {
  return cursor.accept('IN') || cursor.accept('FROM')
}

/** `[LIKE] 'a*|b*'`: a star for any text, a bar between patterns, without regard to case. */
function readPattern(cursor: Cursor): (name: string) => boolean {
  const isGiven = cursor.accept('LIKE')
  if (!isGiven && cursor.peek().kind !== 'string') return () => true
  const parts = cursor.string().split('|')
  const patterns = parts.map((part) => {
    const source = part
      .trim()
      .replace(/[.+?^${}()[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
    return new RegExp(`^${source}$`, 'i')
  })
  return (name) => patterns.some((pattern) => pattern.test(name))
}
