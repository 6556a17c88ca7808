import type { TableName } from '../delta/index.ts'
import {
  readAddColumns,
  readAlterColumn,
  readChangeColumn,
  readDropColumns,
  readRenameColumn,
} from './alter-column.ts'
import type { Cursor } from './cursor.ts'
import { sqlError, tableNotFound, unsupported } from './errors.ts'
import { readTable, showTable } from './names.ts'
import type { Statement } from './operation.ts'
import type { Scope } from './scope.ts'
import { readKey, readProperties } from './table-properties.ts'

const columnChanges: readonly (readonly [
  words: readonly string[],
  read: (cursor: Cursor, name: TableName) => Statement,
])[] = [
  [['ALTER', 'COLUMN'], readAlterColumn],
  [['CHANGE', 'COLUMN'], readChangeColumn],
  [['CHANGE'], readChangeColumn],
  [['DROP', 'COLUMNS'], readDropColumns],
  [['DROP', 'COLUMN'], readDropColumns],
  [['RENAME', 'COLUMN'], readRenameColumn],
]

/** ALTER TABLE t …, from behind the word TABLE. */
export function readAlterTable(cursor: Cursor, scope: Scope): Statement {
  const name = readTable(cursor, scope.defaults)
  if (cursor.accept('ADD', 'COLUMNS') || cursor.accept('ADD', 'COLUMN')) {
    return readAddColumns(cursor, name)
  }
  for (const [words, read] of columnChanges) if (cursor.accept(...words)) return read(cursor, name)
  if (cursor.accept('SET', 'TBLPROPERTIES')) {
    const properties = readProperties(cursor)
    cursor.finish()
    return async (operation) => {
      await operation.table(name).setProperties(properties)
      return {}
    }
  }
  if (cursor.accept('UNSET', 'TBLPROPERTIES')) {
    cursor.accept('IF', 'EXISTS')
    const keys = cursor.inParentheses(() => readKey(cursor))
    cursor.finish()
    return async (operation) => {
      await operation.table(name).setProperties({}, keys)
      return {}
    }
  }
  if (cursor.accept('RENAME', 'TO')) {
    const to = readTable(cursor, { ...scope.defaults, catalog: name.catalog, schema: name.schema })
    cursor.finish()
    return async (operation) => {
      operation.table(name)
      operation.requireSchema(to)
      await operation.lake.renameTable(name, to)
      return {}
    }
  }
  throw unsupported(
    `ALTER TABLE … ${cursor.peek().text.toUpperCase()} ${cursor.peek(1).text.toUpperCase()}`,
  )
}

/** COMMENT ON TABLE t IS '…', from behind the word COMMENT. */
export function readCommentOn(cursor: Cursor, scope: Scope): Statement {
  cursor.expect('ON')
  if (!cursor.accept('TABLE')) throw unsupported(`COMMENT ON ${cursor.peek().text.toUpperCase()}`)
  const name = readTable(cursor, scope.defaults)
  cursor.expect('IS')
  const comment = cursor.accept('NULL') ? undefined : cursor.string()
  cursor.finish()
  return async (operation) => {
    await operation.table(name).setComment(comment)
    return {}
  }
}

/** DROP TABLE and DROP VIEW, from behind the word. */
export function readDrop(cursor: Cursor, scope: Scope, kind: 'table' | 'view'): Statement {
  const ifExists = cursor.accept('IF', 'EXISTS')
  const name = readTable(cursor, scope.defaults)
  cursor.finish()
  return async (operation) => {
    const { lake } = operation
    operation.permit(name)
    const isTable = lake.table(name) !== undefined
    const isView = lake.view(name) !== undefined
    if (!isTable && !isView) {
      if (ifExists) return {}
      throw tableNotFound(showTable(name))
    }
    if (isTable !== (kind === 'table')) {
      const [command, other] = kind === 'table' ? ['DROP TABLE', 'VIEW'] : ['DROP VIEW', 'TABLE']
      throw sqlError(
        'WRONG_COMMAND_FOR_OBJECT_TYPE',
        `The operation ${command} does not apply to ${showTable(name)}, which is a ${other}.`,
        '42809',
      )
    }
    if (isTable) await lake.dropTable(name)
    else lake.dropView(name)
    return {}
  }
}
