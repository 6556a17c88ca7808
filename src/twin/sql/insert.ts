import { type Column, type TableName, toDuckDb } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { sqlError, unsupported } from './errors.ts'
import { expr } from './expr.ts'
import { quoteName } from './literals.ts'
import { readTable, showTable, tick } from './names.ts'
import type { Operation, Outcome, Statement } from './operation.ts'
import { castTo } from './primaries.ts'
import { readQuery } from './query.ts'
import { type ResultColumn, resultColumns } from './result-types.ts'
import { rowsQuery } from './rows.ts'
import type { Scope } from './scope.ts'

/** How the columns of a query find those of the table. */
type Matching =
  | { readonly by: 'position' | 'name' }
  | { readonly by: 'list'; readonly names: readonly string[] }

/** INSERT INTO and INSERT OVERWRITE, from behind INSERT. */
export function readInsert(cursor: Cursor, scope: Scope): Statement {
  const isOverwrite = cursor.accept('OVERWRITE')
  if (!isOverwrite) cursor.expect('INTO')
  cursor.accept('TABLE')
  const name = readTable(cursor, scope.defaults)
  if (cursor.sees('PARTITION') || cursor.sees('REPLACE')) {
    throw unsupported(`INSERT … ${cursor.peek().text.toUpperCase()}`)
  }
  const matching = readMatching(cursor)
  const query = readQuery(cursor, scope)
  cursor.finish()
  return async (operation) => {
    const table = operation.table(name)
    await operation.bind(scope)
    const { columns } = await table.snapshot()
    const select = await alignedQuery(operation, name, columns, query, matching)
    const mode = isOverwrite ? 'Overwrite' : 'Append'
    const options = { operation: 'WRITE', parameters: { mode, partitionBy: '[]' } }
    const { inserted } = isOverwrite
      ? await table.overwrite(operation.connection, select, options)
      : await table.append(operation.connection, select, options)
    return counted({ num_affected_rows: inserted, num_inserted_rows: inserted })
  }
}

function readMatching(cursor: Cursor): Matching {
  if (cursor.accept('BY', 'NAME')) return { by: 'name' }
  const isList = cursor.sees('(') && !/^(?:SELECT|WITH|VALUES|\()$/i.test(cursor.peek(1).text)
  return isList
    ? { by: 'list', names: cursor.inParentheses(() => cursor.identifier()) }
    : { by: 'position' }
}

/** The row of counters that a change leaves; the first one is what the statement reports as changed. */
export function counted(counters: Readonly<Record<string, number>>): Outcome {
  const names = Object.keys(counters)
  const query = rowsQuery(Object.fromEntries(names.map((n) => [n, 'BIGINT'])), [
    Object.values(counters),
  ])
  return { query, modifiedRows: counters.num_affected_rows ?? 0 }
}

/** A query whose columns are the table's, in order and type; columns it does not give are NULL. */
export async function alignedQuery(
  operation: Operation,
  name: TableName,
  columns: readonly Column[],
  query: string,
  matching: Matching,
): Promise<string> {
  const found = await resultColumns(operation.connection, query)
  const targets =
    matching.by === 'list'
      ? matching.names
      : matching.by === 'name'
        ? found.map((c) => c.name)
        : columns.map((c) => c.name)
  if (targets.length !== found.length) throw arityMismatch(name, targets.length, found.length)
  const sources = new Map(targets.map((target, i) => [target.toLowerCase(), i]))
  const known = new Set(columns.map((c) => c.name.toLowerCase()))
  const unknown = targets.find((target) => !known.has(target.toLowerCase()))
  if (unknown !== undefined || sources.size !== targets.length)
    throw unknownColumn(unknown ?? targets.join(', '))
  const items = columns.map((column) => {
    const at = sources.get(column.name.toLowerCase())
    const source = at === undefined ? undefined : found[at]
    const value = source === undefined ? 'NULL' : stored(`__c${at}`, source, column)
    return `CAST(${value} AS ${toDuckDb(column.type)}) AS ${quoteName(column.name)}`
  })
  const inner = found.map((_, i) => `__c${i}`)
  return `SELECT ${items.join(', ')} FROM (${query}) AS __q(${inner.join(', ')})`
}

/** The value as the service stores it. Delta casts what an INSERT gives as ANSI SQL does, so text may hold anything. */
function stored(value: string, source: ResultColumn, column: Column): string {
  if (!canStore(source.own, toDuckDb(column.type))) {
    throw sqlError(
      'INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST',
      `Cannot write incompatible data for the column ${tick(column.name)}: cannot safely cast ${source.own} to ${column.type}.`,
      'KD000',
    )
  }
  return castTo(expr(value), column.type)
}

const families: readonly RegExp[] = [
  /^(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|FLOAT|DOUBLE|DECIMAL)/,
  /^(?:DATE|TIMESTAMP)/,
  /^BOOLEAN/,
  /^BLOB/,
  /^VARCHAR/,
]

const binaryFamily = 3
const textFamily = 4

/** Within a family, from text into anything plain, and from anything plain but binary into text. */
function canStore(from: string, to: string): boolean {
  if (from === '"NULL"') return true
  const family = (type: string) =>
    /[[(]/.test(type.replace(/^DECIMAL\(\d+,\s*\d+\)/, ''))
      ? undefined
      : families.findIndex((f) => f.test(type))
  const [source, target] = [family(from), family(to)]
  if (source === undefined || target === undefined) return source === target
  return (
    source === target || source === textFamily || (target === textFamily && source !== binaryFamily)
  )
}

function arityMismatch(name: TableName, wanted: number, given: number) {
  const kind = given > wanted ? 'TOO_MANY_DATA_COLUMNS' : 'NOT_ENOUGH_DATA_COLUMNS'
  return sqlError(
    `INSERT_COLUMN_ARITY_MISMATCH.${kind}`,
    `Cannot write to ${showTable(name)}: it takes ${wanted} columns and is given ${given}.`,
    '21S01',
  )
}

function unknownColumn(name: string) {
  return sqlError(
    'UNRESOLVED_COLUMN.WITHOUT_SUGGESTION',
    `A column with name ${tick(name)} cannot be resolved.`,
    '42703',
  )
}
