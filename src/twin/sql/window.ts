import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import type { Read } from './primaries.ts'
import type { Scope } from './scope.ts'

/** Reads the window after OVER, in its parentheses. */
export function readWindow(cursor: Cursor, scope: Scope, read: Read): string {
  if (!cursor.sees('(')) throw unsupported('named windows')
  cursor.expect('(')
  const parts: string[] = []
  if (cursor.accept('PARTITION', 'BY')) {
    parts.push(`PARTITION BY ${cursor.list(() => read(cursor, scope).sql).join(', ')}`)
  }
  const order = readOrder(cursor, scope, read)
  if (order !== undefined) parts.push(order)
  const unit = ['ROWS', 'RANGE'].find((word) => cursor.accept(word))
  if (unit !== undefined) parts.push(`${unit} ${readFrame(cursor)}`)
  cursor.expect(')')
  return `(${parts.join(' ')})`
}

/** Reads ORDER BY if it comes next; NULL comes first upwards and last downwards, as in Spark. */
export function readOrder(cursor: Cursor, scope: Scope, read: Read): string | undefined {
  if (!cursor.accept('ORDER', 'BY')) return undefined
  if (cursor.accept('ALL')) return 'ORDER BY ALL ASC NULLS FIRST'
  const items = cursor.list(() => {
    const value = read(cursor, scope).sql
    const isDown = cursor.accept('DESC')
    if (!isDown) cursor.accept('ASC')
    let isFirst = !isDown
    if (cursor.accept('NULLS')) {
      isFirst = cursor.accept('FIRST')
      if (!isFirst) cursor.expect('LAST')
    }
    return `${value} ${isDown ? 'DESC' : 'ASC'} NULLS ${isFirst ? 'FIRST' : 'LAST'}`
  })
  return `ORDER BY ${items.join(', ')}`
}

function readFrame(cursor: Cursor): string {
  if (!cursor.accept('BETWEEN')) return readBound(cursor)
  const from = readBound(cursor)
  cursor.expect('AND')
  return `BETWEEN ${from} AND ${readBound(cursor)}`
}

function readBound(cursor: Cursor): string {
  if (cursor.accept('CURRENT', 'ROW')) return 'CURRENT ROW'
  const amount = cursor.accept('UNBOUNDED') ? 'UNBOUNDED' : String(cursor.integer())
  if (cursor.accept('PRECEDING')) return `${amount} PRECEDING`
  cursor.expect('FOLLOWING')
  return `${amount} FOLLOWING`
}
