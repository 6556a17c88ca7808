import { type Column, fromDuckDb, type TableName } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { sqlError } from './errors.ts'
import { readTable, showTable } from './names.ts'
import type { Operation, Statement } from './operation.ts'
import { readQuery } from './query.ts'
import { resultColumns } from './result-types.ts'
import type { Mention, Scope } from './scope.ts'

/** Reads CREATE [OR REPLACE] VIEW from behind the word VIEW. The query is checked and saved with full names. */
export function readCreateView(cursor: Cursor, scope: Scope, replace: boolean): Statement {
  const ifNotExists = cursor.accept('IF', 'NOT', 'EXISTS')
  const name = readTable(cursor, scope.defaults)
  const names = cursor.sees('(') ? cursor.inParentheses(() => readName(cursor)) : []
  const comment = cursor.accept('COMMENT') ? { comment: cursor.string() } : {}
  cursor.expect('AS')
  const mark = cursor.mark()
  const inner: Scope = { ...scope, parameters: new Map() }
  const query = readQuery(cursor, inner)
  const sql = qualified(cursor.textSince(mark), mark, inner.mentions)
  cursor.finish()
  return async (operation) => {
    operation.permit(name)
    operation.requireSchema(name)
    if (isTaken(operation, name, replace)) {
      if (ifNotExists) return {}
      throw sqlError(
        'TABLE_OR_VIEW_ALREADY_EXISTS',
        `Cannot create view ${showTable(name)} because it already exists.`,
        '42P07',
      )
    }
    await operation.bind(inner)
    const columns = await columnsOf(operation, query, names)
    operation.lake.saveView(name, { sql, columns, ...comment })
    return {}
  }
}

type NamedColumn = Pick<Column, 'name' | 'comment'>

function readName(cursor: Cursor): NamedColumn {
  const name = cursor.identifier()
  return cursor.accept('COMMENT') ? { name, comment: cursor.string() } : { name }
}

function isTaken(operation: Operation, name: TableName, replace: boolean): boolean {
  if (operation.lake.table(name) !== undefined) return true
  return !replace && operation.lake.view(name) !== undefined
}

async function columnsOf(
  operation: Operation,
  query: string,
  names: readonly NamedColumn[],
): Promise<Column[]> {
  const found = await resultColumns(operation.connection, query)
  if (names.length > 0 && names.length !== found.length) {
    throw sqlError(
      'CREATE_VIEW_COLUMN_ARITY_MISMATCH',
      'The number of columns of the view and of its query differ.',
      '21S01',
    )
  }
  return found.map((column, i) => ({
    name: column.name,
    type: fromDuckDb(column.type),
    nullable: true,
    ...names[i],
  }))
}

/** The text with every table name written in full, so that it means the same in every session. */
function qualified(text: string, offset: number, mentions: readonly Mention[]): string {
  const backwards = [...mentions].sort((a, b) => b.start - a.start)
  return backwards.reduce(
    (sql, { start, end, name }) =>
      sql.slice(0, start - offset) + showTable(name) + sql.slice(end - offset),
    text,
  )
}
