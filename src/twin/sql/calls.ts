import { type Aggregate, isAggregate, writeAggregate } from './aggregates.ts'
import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { type Expr, expr } from './expr.ts'
import { writeFunction } from './functions.ts'
import { type Field, writeJsonObject } from './json-macros.ts'
import { quoteName, stringLiteral } from './literals.ts'
import { bareCall, castTo, type Read } from './primaries.ts'
import type { Scope } from './scope.ts'
import { readTimeAdd, readTimeDifference } from './time-units.ts'
import { readWindow } from './window.ts'

/** Reads a function call: a scalar function, an aggregate, a window function, or a form with a grammar of its own. */
export function readCall(cursor: Cursor, scope: Scope, read: Read): Expr {
  const name = cursor.identifier().toLowerCase()
  if (isAggregate(name)) return expr(readAggregate(cursor, scope, read, name))
  cursor.expect('(')
  const value = readBody(cursor, scope, read, name)
  cursor.expect(')')
  if (cursor.sees('OVER')) throw unsupported(`\`${name}\` as a window function`)
  return value
}

function readBody(cursor: Cursor, scope: Scope, read: Read, name: string): Expr {
  const fields = readStructFields(cursor, scope, read, name)
  if (fields !== undefined) return expr(writeStruct(fields))
  if (name === 'to_json') {
    const json = readJsonObject(cursor, scope, read)
    if (json !== undefined) return json
  }
  if (name === 'transform' || name === 'filter') return expr(readLambda(cursor, scope, read, name))
  if (name === 'timestampadd' || name === 'dateadd') return expr(readTimeAdd(cursor, scope, read))
  if (name === 'timestampdiff') return expr(readTimeDifference(cursor, scope, read))
  if (name === 'trim') return { sql: readTrim(cursor, scope, read), isText: true }
  if (cursor.sees(')')) {
    const bare = name === 'now' ? 'CURRENT_TIMESTAMP' : name.toUpperCase()
    if (name === 'unix_timestamp') return writeNow(scope)
    return bareCall(scope, bare) ?? writeFunction(name, [])
  }
  const args = cursor.list(() => read(cursor, scope))
  const [only, ...more] = args
  const type = castFunctions[name]
  if (type !== undefined && only !== undefined && more.length === 0) {
    return { sql: castTo(only, type), isText: type === 'STRING' }
  }
  return writeFunction(name, args)
}

/** Types that are functions too: `string(x)` is CAST(x AS STRING). */
const castFunctions: Readonly<Record<string, string>> = {
  bigint: 'BIGINT',
  boolean: 'BOOLEAN',
  double: 'DOUBLE',
  float: 'FLOAT',
  int: 'INT',
  smallint: 'SMALLINT',
  string: 'STRING',
  tinyint: 'TINYINT',
}

function writeNow(scope: Scope): Expr {
  const now = bareCall(scope, 'CURRENT_TIMESTAMP')
  return writeFunction('unix_timestamp', now === undefined ? [] : [now])
}

function readAggregate(cursor: Cursor, scope: Scope, read: Read, name: string): string {
  cursor.expect('(')
  const isDistinct = cursor.accept('DISTINCT')
  const args = readArguments(cursor, scope, read, name)
  cursor.expect(')')
  let call: Aggregate = { args, isDistinct }
  if (cursor.accept('FILTER')) {
    cursor.expect('(', 'WHERE')
    call = { ...call, filter: read(cursor, scope).sql }
    cursor.expect(')')
  }
  if (cursor.sees('IGNORE') || cursor.sees('RESPECT')) throw unsupported('IGNORE NULLS')
  if (cursor.accept('OVER')) call = { ...call, over: readWindow(cursor, scope, read) }
  return writeAggregate(name, call)
}

function readArguments(cursor: Cursor, scope: Scope, read: Read, name: string): Expr[] {
  if (cursor.sees(')')) return []
  if (name === 'count' && cursor.accept('*')) return [expr('*')]
  return cursor.list(() => read(cursor, scope))
}

/** The fields of `struct(a, t.b AS c)` or `named_struct('a', a)`, from behind the parenthesis; undefined otherwise. */
function readStructFields(
  cursor: Cursor,
  scope: Scope,
  read: Read,
  name: string,
): Field[] | undefined {
  if (name === 'struct') return readStruct(cursor, scope, read)
  return name === 'named_struct' ? readNamedStruct(cursor, scope, read) : undefined
}

function writeStruct(fields: readonly Field[]): string {
  const written = fields.map(({ name, value }) => `${quoteName(name)} := ${value}`)
  return `struct_pack(${written.join(', ')})`
}

/** to_json over a struct that is written out: its JSON field by field. Undefined where anything else comes next. */
function readJsonObject(cursor: Cursor, scope: Scope, read: Read): Expr | undefined {
  const name = ['struct', 'named_struct'].find((word) => cursor.sees(word, '('))
  if (name === undefined) return undefined
  cursor.expect(name, '(')
  const fields = readStructFields(cursor, scope, read, name) ?? []
  cursor.expect(')')
  return { sql: writeJsonObject(fields, stringLiteral), isText: true }
}

/** Fields are named as select items are. */
function readStruct(cursor: Cursor, scope: Scope, read: Read): Field[] {
  let position = 0
  return cursor.list(() => {
    if (/^\*$/.test(cursor.peek().text) || cursor.peek(2).text === '*') {
      throw unsupported('a star in `struct`; name the columns')
    }
    position++
    const value = read(cursor, scope)
    const own = value.isColumn
      ? value.sql.match(/"((?:[^"]|"")*)"$/)?.[1]?.replaceAll('""', '"')
      : undefined
    const name = cursor.accept('AS') ? cursor.identifier() : (own ?? `col${position}`)
    return { name, value: typed(value) }
  })
}

/** A field's value; the untyped NULL becomes text, because no field may be without a type. */
function typed(value: Expr): string {
  return value.isNull ? 'CAST(NULL AS VARCHAR)' : value.sql
}

function readNamedStruct(cursor: Cursor, scope: Scope, read: Read): Field[] {
  return cursor.list(() => {
    const name = cursor.string()
    cursor.expect(',')
    return { name, value: typed(read(cursor, scope)) }
  })
}

/** `transform(a, x -> …)`, `transform(a, (x, i) -> …)`, `filter(a, x -> …)`. Spark counts from 0, DuckDB from 1. */
function readLambda(cursor: Cursor, scope: Scope, read: Read, name: string): string {
  const list = read(cursor, scope).sql
  cursor.expect(',')
  const names = cursor.sees('(')
    ? cursor.inParentheses(() => cursor.identifier())
    : [cursor.identifier()]
  cursor.expect('->')
  if (names.length > 2) throw cursor.fail()
  const own = names.map((_, i) => quoteName(`__lambda_${scope.lambdas.size + i}`))
  const lambdas = new Map(scope.lambdas)
  names.forEach((n, i) => {
    lambdas.set(n.toLowerCase(), i === 0 ? `${own[0]}` : `CAST(${own[1]} - 1 AS INTEGER)`)
  })
  const body = read(cursor, { ...scope, lambdas }).sql
  const duckName = name === 'transform' ? 'list_transform' : 'list_filter'
  return `${duckName}(${list}, lambda ${own.join(', ')}: ${body})`
}

/** `trim(x)`, `trim(BOTH 'c' FROM x)`. */
function readTrim(cursor: Cursor, scope: Scope, read: Read): string {
  const side = ['BOTH', 'LEADING', 'TRAILING'].find((word) => cursor.accept(word))
  const first = cursor.sees('FROM') ? expr("' '") : read(cursor, scope)
  if (side === undefined && !cursor.sees('FROM')) return writeFunction('trim', [first]).sql
  cursor.expect('FROM')
  const name = side === 'LEADING' ? 'ltrim' : side === 'TRAILING' ? 'rtrim' : 'trim'
  return `${name}(${read(cursor, scope).sql}, ${first.sql})`
}
