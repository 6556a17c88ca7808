import type { Column } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { sqlError, unsupported } from './errors.ts'
import { detailQuery, historyQuery } from './history.ts'
import { readTable, showTable } from './names.ts'
import type { Operation, Statement } from './operation.ts'
import { readHistory } from './relations.ts'
import { type RowValue, rowsQuery } from './rows.ts'
import type { Scope } from './scope.ts'

const columnsShown = { col_name: 'VARCHAR', data_type: 'VARCHAR', comment: 'VARCHAR' }

/** DESCRIBE [TABLE] [EXTENDED] t, DESCRIBE HISTORY t, DESCRIBE DETAIL t. */
export function readDescribe(cursor: Cursor, scope: Scope): Statement {
  if (/^HISTORY$/i.test(cursor.peek(1).text) && cursor.peek(2).kind !== 'end') {
    return readDescribeHistory(cursor, scope)
  }
  cursor.next()
  if (cursor.sees('DETAIL') && cursor.peek(1).kind !== 'end') return readDetail(cursor, scope)
  for (const word of ['SCHEMA', 'DATABASE', 'CATALOG', 'VOLUME', 'FUNCTION', 'QUERY']) {
    if (cursor.sees(word)) throw unsupported(`DESCRIBE ${word}`)
  }
  cursor.accept('TABLE')
  const isExtended = cursor.accept('EXTENDED') || cursor.accept('FORMATTED')
  const name = readTable(cursor, scope.defaults)
  if (cursor.sees('AS')) throw unsupported('DESCRIBE … AS JSON')
  cursor.finish()
  return async (operation) => {
    operation.permit(name)
    const view = operation.lake.view(name)
    const columns = view?.columns ?? (await operation.table(name).snapshot()).columns
    const rows = columns.map(shown)
    if (isExtended) {
      rows.push(['', '', ''], ['# Detailed Table Information', '', ''])
      rows.push(
        ['Catalog', name.catalog, ''],
        ['Database', name.schema, ''],
        ['Table', name.table, ''],
      )
      rows.push(...(view === undefined ? await tableFacts(operation, name) : viewFacts(view.sql)))
    }
    return { query: rowsQuery(columnsShown, rows) }
  }
}

function readDescribeHistory(cursor: Cursor, scope: Scope): Statement {
  const relation = readHistory(cursor, scope)
  cursor.finish()
  return async (operation) => {
    if (relation.kind !== 'history') return {}
    const history = await operation.table(relation.name).history(relation.limit)
    return { query: historyQuery(history) }
  }
}

function readDetail(cursor: Cursor, scope: Scope): Statement {
  cursor.expect('DETAIL')
  const name = readTable(cursor, scope.defaults)
  cursor.finish()
  return async (operation) => {
    operation.permit(name)
    if (operation.lake.view(name) !== undefined) {
      throw sqlError(
        'EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE',
        `'DESCRIBE DETAIL' expects a table but ${showTable(name)} is a view.`,
        '42809',
      )
    }
    return { query: detailQuery(await operation.table(name).detail()) }
  }
}

type Row = readonly RowValue[]

function shown(column: Column): Row {
  return [column.name, typeText(column.type), column.comment]
}

/** A type as DESCRIBE writes it: in lower case without spaces; field names stay as they are. */
export function typeText(type: string): string {
  return type
    .replace(/`[^`]*`|\b[A-Z_]+\b(?!:)/g, (word) =>
      word.startsWith('`') ? word : word.toLowerCase(),
    )
    .replaceAll(': ', ':')
    .replaceAll(', ', ',')
}

async function tableFacts(
  operation: Operation,
  name: Parameters<Operation['table']>[0],
): Promise<Row[]> {
  const detail = await operation.table(name).detail()
  const properties = Object.entries(detail.properties).map(([key, value]) => `${key}=${value}`)
  return [
    ['Type', 'MANAGED', ''],
    ['Comment', detail.description, ''],
    ['Location', detail.location, ''],
    ['Provider', 'delta', ''],
    ['Table Properties', `[${properties.join(',')}]`, ''],
  ]
}

function viewFacts(sql: string): Row[] {
  return [
    ['Type', 'VIEW', ''],
    ['View Text', sql, ''],
  ]
}
