import type { ColumnChange, Place, PlacedColumn } from '../delta/index.ts'
import { DeltaError, type TableName } from '../delta/index.ts'
import { readColumn } from './create-table.ts'
import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { tick } from './names.ts'
import type { Operation, Statement } from './operation.ts'
import { readKey, readProperties } from './table-properties.ts'
import { readType } from './types.ts'

/** ADD COLUMN[S] …, from behind these words. */
export function readAddColumns(cursor: Cursor, name: TableName): Statement {
  const columns = cursor.sees('(')
    ? cursor.inParentheses(() => readPlacedColumn(cursor))
    : cursor.list(() => readPlacedColumn(cursor))
  cursor.finish()
  return async (operation) => {
    await operation.table(name).addColumns(columns)
    return {}
  }
}

/** ALTER [COLUMN] c COMMENT …, FIRST, AFTER …, TYPE …, DROP NOT NULL, SET or UNSET TAGS, from behind ALTER COLUMN. */
export function readAlterColumn(cursor: Cursor, name: TableName): Statement {
  const column = readOwnName(cursor)
  if (cursor.accept('SET', 'TAGS')) {
    const tags = readProperties(cursor)
    cursor.finish()
    return tagging(name, column, (operation) => operation.lake.tags.set(name, column, tags))
  }
  if (cursor.accept('UNSET', 'TAGS')) {
    const tags = cursor.inParentheses(() => readKey(cursor))
    cursor.finish()
    return tagging(name, column, (operation) => operation.lake.tags.unset(name, column, tags))
  }
  const change = readChange(cursor)
  cursor.finish()
  return changing(name, column, change)
}

/** CHANGE [COLUMN] c c TYPE [COMMENT …] [FIRST | AFTER …], from behind CHANGE COLUMN. */
export function readChangeColumn(cursor: Cursor, name: TableName): Statement {
  const column = readOwnName(cursor)
  if (/^(?:TYPE|COMMENT|FIRST|AFTER|SET|DROP)$/i.test(cursor.peek().text)) {
    const change = readChange(cursor)
    cursor.finish()
    return changing(name, column, change)
  }
  const renamed = cursor.identifier()
  if (renamed.toLowerCase() !== column.toLowerCase()) {
    throw unsupported('CHANGE COLUMN with another name')
  }
  const type = readType(cursor)
  const comment = cursor.accept('COMMENT') ? { comment: cursor.string() } : {}
  const place = readPlace(cursor)
  cursor.finish()
  return changing(name, column, { type, ...comment, ...(place && { place }) })
}

/** DROP COLUMN[S] …, which needs column mapping: read, and refused as Delta refuses it. */
export function readDropColumns(cursor: Cursor, name: TableName): Statement {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const columns = cursor.sees('(')
    ? cursor.inParentheses(() => cursor.identifier())
    : [cursor.identifier()]
  cursor.finish()
  return async (operation) => {
    const there = await known(operation, name, columns, ifExists)
    if (there.length === 0) return {}
    throw needsMapping('DELTA_UNSUPPORTED_DROP_COLUMN', 'DROP COLUMN')
  }
}

/** RENAME COLUMN a TO b, which needs column mapping too. */
export function readRenameColumn(cursor: Cursor, name: TableName): Statement {
  const column = cursor.identifier()
  cursor.expect('TO')
  cursor.identifier()
  cursor.finish()
  return async (operation) => {
    await known(operation, name, [column], false)
    throw needsMapping('DELTA_UNSUPPORTED_RENAME_COLUMN', 'Column rename')
  }
}

function tagging(name: TableName, column: string, tag: (operation: Operation) => void): Statement {
  return async (operation) => {
    await known(operation, name, [column], false)
    tag(operation)
    return {}
  }
}

function changing(name: TableName, column: string, change: ColumnChange): Statement {
  return async (operation) => {
    await operation.table(name).changeColumn(column, change)
    return {}
  }
}

function readChange(cursor: Cursor): ColumnChange {
  if (cursor.accept('TYPE')) return { type: readType(cursor) }
  if (cursor.accept('COMMENT')) return { comment: cursor.string() }
  if (cursor.accept('DROP', 'NOT', 'NULL')) return { nullable: true }
  const place = readPlace(cursor)
  if (place !== undefined) return { place }
  throw unsupported(
    `ALTER COLUMN … ${cursor.peek().text.toUpperCase()} ${cursor.peek(1).text.toUpperCase()}`,
  )
}

function readPlacedColumn(cursor: Cursor): PlacedColumn {
  const column = readColumn(cursor)
  const place = readPlace(cursor)
  return place === undefined ? column : { ...column, place }
}

function readPlace(cursor: Cursor): Place | undefined {
  if (cursor.accept('FIRST')) return 'first'
  return cursor.accept('AFTER') ? { after: cursor.identifier() } : undefined
}

function readOwnName(cursor: Cursor): string {
  const column = cursor.identifier()
  if (cursor.sees('.')) throw unsupported('changes of struct fields')
  return column
}

/** Those of the columns that the table has; all of them must be there unless `ifExists`. */
async function known(
  operation: Operation,
  name: TableName,
  columns: readonly string[],
  ifExists: boolean,
): Promise<string[]> {
  const { columns: own } = await operation.table(name).snapshot()
  const names = new Set(own.map((column) => column.name.toLowerCase()))
  const there = columns.filter((column) => names.has(column.toLowerCase()))
  const missing = columns.find((column) => !there.includes(column))
  if (missing === undefined || ifExists) return there
  const near = own.map((column) => tick(column.name)).join(', ')
  throw new DeltaError(
    'UNRESOLVED_COLUMN.WITH_SUGGESTION',
    `A column, variable, or function parameter with name ${tick(missing)} cannot be resolved. Did you mean one of the following? [${near}].`,
  )
}

function needsMapping(code: string, what: string): DeltaError {
  return new DeltaError(
    code,
    `${what} is not supported for your Delta table. Please enable Column Mapping on your Delta table with mapping mode 'name', which local tables do not have; CREATE OR REPLACE the table instead.`,
  )
}
