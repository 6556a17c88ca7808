import {
  type Column,
  type CreateOptions,
  fromDuckDb,
  type TableDefinition,
  type TableName,
} from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { sqlError, unsupported } from './errors.ts'
import { readTable, showTable } from './names.ts'
import type { Operation, Statement } from './operation.ts'
import { readQuery } from './query.ts'
import { projected, resultColumns } from './result-types.ts'
import type { Scope } from './scope.ts'
import { readProperties } from './table-properties.ts'
import { readType } from './types.ts'

/**
 * Reads CREATE [OR REPLACE] TABLE from behind the word TABLE, with or without AS SELECT; `mustExist` makes it
 * REPLACE TABLE.
 */
export function readCreateTable(
  cursor: Cursor,
  scope: Scope,
  { replace = false, mustExist = false }: { replace?: boolean; mustExist?: boolean },
): Statement {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = readTable(cursor, scope.defaults)
  const columns = cursor.sees('(') ? cursor.inParentheses(() => readColumn(cursor)) : []
  const options = readOptions(cursor)
  const query = cursor.accept('AS') ? readQuery(cursor, scope) : undefined
  cursor.finish()
  if (query !== undefined && columns.length > 0) {
    throw sqlError('PARSE_SYNTAX_ERROR', 'CREATE TABLE AS takes no column list.', '42601')
  }
  return async (operation) => {
    operation.permit(name)
    operation.requireSchema(name)
    if (isTaken(operation, name, replace)) {
      if (ifNotExists) return {}
      throw sqlError(
        'TABLE_OR_VIEW_ALREADY_EXISTS',
        `Cannot create table or view ${showTable(name)} because it already exists.`,
        '42P07',
      )
    }
    if (mustExist) operation.table(name)
    const flags = { replace, ifNotExists, mustExist }
    if (query === undefined) {
      await operation.lake.createTable(name, { ...options, columns }, flags)
      return {}
    }
    await operation.bind(scope)
    await createFrom(operation, name, options, query, flags)
    return {}
  }
}

function isTaken(operation: Operation, name: TableName, replace: boolean): boolean {
  if (operation.lake.view(name) !== undefined) return true
  return !replace && operation.lake.table(name) !== undefined
}

async function createFrom(
  operation: Operation,
  name: TableName,
  options: Omit<TableDefinition, 'columns'>,
  query: string,
  flags: CreateOptions,
): Promise<void> {
  const { connection, lake } = operation
  const found = await resultColumns(connection, query)
  const columns = found.map((c) => ({ name: c.name, type: fromDuckDb(c.type), nullable: true }))
  const rows = { connection, select: projected(query, found) }
  await lake.createTable(name, { ...options, columns }, { ...flags, rows })
}

/** One column of CREATE TABLE or ADD COLUMNS. */
export function readColumn(cursor: Cursor): Column {
  for (const word of ['CONSTRAINT', 'PRIMARY', 'FOREIGN']) {
    if (cursor.sees(word)) throw unsupported('table constraints')
  }
  const name = cursor.identifier()
  const type = readType(cursor)
  let nullable = true
  let comment: string | undefined
  for (;;) {
    if (cursor.accept('NOT', 'NULL')) nullable = false
    else if (cursor.accept('COMMENT')) comment = cursor.string()
    else if (isOver(cursor)) break
    else throw unsupported(`the column option ${cursor.peek().text.toUpperCase()}`)
  }
  return comment === undefined ? { name, type, nullable } : { name, type, nullable, comment }
}

/** What may stand behind a column: the next one, the end, or the place that ADD COLUMNS gives it. */
function isOver(cursor: Cursor): boolean {
  if (cursor.sees('FIRST') || cursor.sees('AFTER') || cursor.sees(';')) return true
  return cursor.sees(',') || cursor.sees(')') || cursor.peek().kind === 'end'
}

/** The clauses behind the columns, in any order. */
function readOptions(cursor: Cursor): Omit<TableDefinition, 'columns'> {
  let options: Omit<TableDefinition, 'columns'> = {}
  for (;;) {
    if (cursor.accept('USING')) {
      const format = cursor.identifier().toLowerCase()
      if (format !== 'delta') throw unsupported(`tables of the format ${format}`)
    } else if (cursor.accept('CLUSTER', 'BY')) {
      const clusterBy = readClustering(cursor)
      if (clusterBy !== undefined) options = { ...options, clusterBy }
    } else if (cursor.accept('COMMENT')) options = { ...options, comment: cursor.string() }
    else if (cursor.accept('TBLPROPERTIES')) {
      options = { ...options, properties: readProperties(cursor) }
    } else if (cursor.sees('AS') || cursor.sees(';') || cursor.peek().kind === 'end') return options
    else throw unsupported(`the table option ${cursor.peek().text.toUpperCase()}`)
  }
}

/** The clustering columns; undefined where the service is to choose. */
function readClustering(cursor: Cursor): string[] | undefined {
  if (cursor.accept('AUTO') || cursor.accept('NONE')) return undefined
  return cursor.inParentheses(() => cursor.identifier())
}
