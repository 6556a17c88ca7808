import type { Column } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { sqlError, unsupported } from './errors.ts'
import type { Expr } from './expr.ts'
import { readExpression } from './expression.ts'
import { counted } from './insert.ts'
import { readTable, tick } from './names.ts'
import type { Statement } from './operation.ts'
import { castTo } from './primaries.ts'
import type { Scope } from './scope.ts'

/** Column name, in the statement's own spelling → its new value. */
export type Assignments = readonly (readonly [column: string, value: Expr])[]

/** UPDATE t [AS a] SET … [WHERE …], from behind UPDATE. */
export function readUpdate(cursor: Cursor, scope: Scope): Statement {
  const name = readTable(cursor, scope.defaults)
  const alias = readTargetAlias(cursor) ?? name.table
  cursor.expect('SET')
  const assignments = readAssignments(cursor, scope, alias)
  const { predicate, ...where } = readWhere(cursor, scope)
  cursor.finish()
  return async (operation) => {
    const table = operation.table(name)
    await operation.bind(scope)
    const set = assigned(assignments, (await table.snapshot()).columns)
    const result = await table.update(
      operation.connection,
      { set, alias, ...where },
      { operation: 'UPDATE', parameters: predicate },
    )
    return counted({ num_affected_rows: result.updated })
  }
}

/** DELETE FROM t [AS a] [WHERE …], from behind DELETE. */
export function readDelete(cursor: Cursor, scope: Scope): Statement {
  cursor.expect('FROM')
  const name = readTable(cursor, scope.defaults)
  const alias = readTargetAlias(cursor) ?? name.table
  const { predicate, ...where } = readWhere(cursor, scope)
  cursor.finish()
  return async (operation) => {
    const table = operation.table(name)
    await operation.bind(scope)
    const options = { operation: 'DELETE', parameters: predicate }
    const result = await table.delete(operation.connection, { alias, ...where }, options)
    return counted({ num_affected_rows: result.deleted })
  }
}

/** TRUNCATE TABLE t, from behind TRUNCATE. */
export function readTruncate(cursor: Cursor, scope: Scope): Statement {
  cursor.expect('TABLE')
  const name = readTable(cursor, scope.defaults)
  cursor.finish()
  return async (operation) => {
    await operation.table(name).delete(operation.connection, {}, { operation: 'TRUNCATE' })
    return {}
  }
}

/** The alias of the table that a statement changes. */
export function readTargetAlias(cursor: Cursor): string | undefined {
  if (cursor.accept('AS')) return cursor.identifier()
  const { kind, text } = cursor.peek()
  const isName = kind === 'name' || (kind === 'word' && !/^(?:SET|WHERE|USING)$/i.test(text))
  return isName ? cursor.identifier() : undefined
}

/** `a = 1, t.b = 2`. A qualifier on the left can only be the table's own. */
export function readAssignments(cursor: Cursor, scope: Scope, qualifier: string): Assignments {
  return cursor.list(() => {
    let column = cursor.identifier()
    if (cursor.accept('.')) {
      if (column.toLowerCase() !== qualifier.toLowerCase())
        throw unsupported('assignments to struct fields')
      column = cursor.identifier()
    }
    if (cursor.sees('.')) throw unsupported('assignments to struct fields')
    cursor.expect('=')
    if (cursor.sees('DEFAULT')) throw unsupported('DEFAULT as a value')
    return [column, readExpression(cursor, scope)] as const
  })
}

/** The assignments by the table's own column names, cast to its types. */
export function assigned(
  assignments: Assignments,
  columns: readonly Column[],
): Record<string, string> {
  return Object.fromEntries(
    assignments.map(([name, value]) => {
      const column = columns.find((c) => c.name.toLowerCase() === name.toLowerCase())
      if (column === undefined) {
        const near = columns.map((c) => tick(c.name)).join(', ')
        throw sqlError(
          'UNRESOLVED_COLUMN.WITH_SUGGESTION',
          `A column, variable, or function parameter with name ${tick(name)} cannot be resolved. Did you mean one of the following? [${near}].`,
          '42703',
        )
      }
      return [column.name, castTo(value, column.type)]
    }),
  )
}

/** The condition as DuckDB takes it, and as the history shows it: a JSON list of its own text. */
function readWhere(
  cursor: Cursor,
  scope: Scope,
): { readonly where?: string; readonly predicate: { readonly predicate: string } } {
  if (!cursor.accept('WHERE')) return { predicate: { predicate: '["true"]' } }
  const mark = cursor.mark()
  const where = readExpression(cursor, scope).sql
  return { where, predicate: { predicate: JSON.stringify([`(${cursor.textSince(mark)})`]) } }
}
