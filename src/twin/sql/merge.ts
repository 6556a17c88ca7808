import type { Column, MergeClause } from '../delta/index.ts'
import { type Assignments, assigned, readAssignments, readTargetAlias } from './change.ts'
import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { expr } from './expr.ts'
import { readExpression } from './expression.ts'
import { counted } from './insert.ts'
import { quoteName } from './literals.ts'
import { readTable } from './names.ts'
import type { Statement } from './operation.ts'
import { readSource } from './relations.ts'
import { resultColumns } from './result-types.ts'
import type { Scope } from './scope.ts'

/** A clause as it is read; `*` stands for all columns of the target, from the source. */
interface Clause {
  readonly when: MergeClause['when']
  readonly and?: string
  readonly action: MergeClause['action']
  readonly set?: Assignments | '*'
}

/** MERGE INTO t USING s ON … WHEN …, from behind MERGE. */
export function readMerge(cursor: Cursor, scope: Scope): Statement {
  if (cursor.sees('WITH')) throw unsupported('MERGE WITH SCHEMA EVOLUTION')
  cursor.expect('INTO')
  const name = readTable(cursor, scope.defaults)
  const targetAlias = readTargetAlias(cursor) ?? name.table
  cursor.expect('USING')
  const source = readSource(cursor, scope)
  cursor.expect('ON')
  const on = readExpression(cursor, scope).sql
  const clauses: Clause[] = []
  while (cursor.accept('WHEN')) clauses.push(readClause(cursor, scope, targetAlias))
  if (clauses.length === 0) throw cursor.fail()
  cursor.finish()
  const sourceAlias = source.alias ?? '__source'
  return async (operation) => {
    const { connection } = operation
    const table = operation.table(name)
    await operation.bind(scope)
    const { columns } = await table.snapshot()
    const found = await resultColumns(connection, `SELECT * FROM ${source.sql}`)
    const all = fromSource(
      columns,
      found.map((c) => c.name),
      sourceAlias,
    )
    const result = await table.merge(
      connection,
      {
        source: source.sql,
        sourceAlias,
        targetAlias,
        on,
        clauses: clauses.map((clause) => written(clause, columns, all)),
      },
      { operation: 'MERGE' },
    )
    const { inserted, updated, deleted } = result
    return counted({
      num_affected_rows: inserted + updated + deleted,
      num_updated_rows: updated,
      num_deleted_rows: deleted,
      num_inserted_rows: inserted,
    })
  }
}

function written(clause: Clause, columns: readonly Column[], all: Assignments): MergeClause {
  const { when, and, action, set } = clause
  return {
    when,
    action,
    ...(and !== undefined && { and }),
    ...(set !== undefined && { set: assigned(set === '*' ? all : set, columns) }),
  }
}

/** Every column of the target from the source's column of that name; one that is not there fails when it is run. */
function fromSource(
  columns: readonly Column[],
  found: readonly string[],
  alias: string,
): Assignments {
  const names = new Map(found.map((name) => [name.toLowerCase(), name]))
  return columns.map((column) => {
    const name = names.get(column.name.toLowerCase()) ?? column.name
    return [column.name, expr(`${quoteName(alias)}.${quoteName(name)}`)] as const
  })
}

function readClause(cursor: Cursor, scope: Scope, targetAlias: string): Clause {
  const when = readWhen(cursor)
  const and = cursor.accept('AND') ? { and: readExpression(cursor, scope).sql } : {}
  cursor.expect('THEN')
  if (when === 'notMatched')
    return { when, ...and, action: 'insert', set: readInsertSet(cursor, scope) }
  if (cursor.accept('DELETE')) return { when, ...and, action: 'delete' }
  cursor.expect('UPDATE', 'SET')
  if (cursor.accept('*')) {
    if (when === 'notMatchedBySource') throw cursor.fail()
    return { when, ...and, action: 'update', set: '*' }
  }
  const set = readAssignments(cursor, scope, targetAlias)
  return { when, ...and, action: 'update', set }
}

function readWhen(cursor: Cursor): MergeClause['when'] {
  if (cursor.accept('MATCHED')) return 'matched'
  cursor.expect('NOT', 'MATCHED')
  if (cursor.accept('BY', 'SOURCE')) return 'notMatchedBySource'
  cursor.accept('BY', 'TARGET')
  return 'notMatched'
}

function readInsertSet(cursor: Cursor, scope: Scope): Assignments | '*' {
  cursor.expect('INSERT')
  if (cursor.accept('*')) return '*'
  const names = cursor.inParentheses(() => cursor.identifier())
  cursor.expect('VALUES')
  const values = cursor.inParentheses(() => readExpression(cursor, scope))
  if (values.length !== names.length) throw cursor.fail()
  return names.flatMap((name, i) => {
    const value = values[i]
    return value === undefined ? [] : [[name, value] as const]
  })
}
