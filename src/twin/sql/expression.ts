import { readCall } from './calls.ts'
import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { asText, type Expr, expr } from './expr.ts'
import { quoteName } from './literals.ts'
import { numberLiteral, readColumn, readStrings } from './operands.ts'
import { parameterValue } from './parameters.ts'
import { castTo, readSpecial } from './primaries.ts'
import type { Scope } from './scope.ts'
import { readType } from './types.ts'

/** Reads one expression as Spark groups it and writes it in DuckDB, every operation in its own parentheses. */
export function readExpression(cursor: Cursor, scope: Scope): Expr {
  let left = readConjunction(cursor, scope)
  while (cursor.accept('OR')) {
    left = expr(`(${left.sql} OR ${readConjunction(cursor, scope).sql})`)
  }
  return left
}

function readConjunction(cursor: Cursor, scope: Scope): Expr {
  let left = readNegation(cursor, scope)
  while (cursor.accept('AND')) left = expr(`(${left.sql} AND ${readNegation(cursor, scope).sql})`)
  return left
}

function readNegation(cursor: Cursor, scope: Scope): Expr {
  if (cursor.accept('NOT') || cursor.accept('!')) {
    return expr(`(NOT ${readNegation(cursor, scope).sql})`)
  }
  return readPredicate(cursor, scope)
}

const comparisons: Readonly<Record<string, string>> = {
  '=': '=',
  '==': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '<=>': 'IS NOT DISTINCT FROM',
}

function readPredicate(cursor: Cursor, scope: Scope): Expr {
  let left = readSum(cursor, scope)
  for (;;) {
    const token = cursor.peek()
    const operator = token.kind === 'symbol' ? comparisons[token.text] : undefined
    if (operator !== undefined) {
      cursor.next()
      left = expr(`(${left.sql} ${operator} ${readSum(cursor, scope).sql})`)
    } else if (cursor.accept('IS')) {
      left = expr(`(${left.sql} IS ${readIs(cursor, scope)})`)
    } else {
      const not = cursor.sees('NOT') ? 1 : 0
      if (!/^(?:BETWEEN|IN|LIKE|ILIKE|RLIKE|REGEXP)$/i.test(cursor.peek(not).text)) return left
      if (not === 1) cursor.next()
      const test = readTest(cursor, scope, left)
      left = expr(not === 1 ? `(NOT ${test})` : test)
    }
  }
}

function readIs(cursor: Cursor, scope: Scope): string {
  const not = cursor.accept('NOT') ? 'NOT ' : ''
  if (cursor.accept('DISTINCT', 'FROM')) return `${not}DISTINCT FROM ${readSum(cursor, scope).sql}`
  for (const word of ['NULL', 'TRUE', 'FALSE']) if (cursor.accept(word)) return `${not}${word}`
  if (cursor.accept('UNKNOWN')) return `${not}NULL`
  throw cursor.fail()
}

function readTest(cursor: Cursor, scope: Scope, left: Expr): string {
  if (cursor.accept('BETWEEN')) {
    const low = readSum(cursor, scope).sql
    cursor.expect('AND')
    return `(${left.sql} BETWEEN ${low} AND ${readSum(cursor, scope).sql})`
  }
  if (cursor.accept('IN')) return `(${left.sql} IN ${readMembers(cursor, scope)})`
  const operator = cursor.next().text.toUpperCase()
  if (operator === 'RLIKE' || operator === 'REGEXP') throw unsupported(`the operator ${operator}`)
  if (cursor.sees('ANY') || cursor.sees('ALL')) throw unsupported(`${operator} ANY or ALL`)
  const pattern = readSum(cursor, scope)
  if (cursor.sees('ESCAPE')) throw unsupported('the ESCAPE clause')
  const isPlain = pattern.text !== undefined && !pattern.text.includes('\\')
  return `(${left.sql} ${operator} ${pattern.sql}${isPlain ? '' : " ESCAPE '\\'"})`
}

function readMembers(cursor: Cursor, scope: Scope): string {
  if (/^(?:SELECT|WITH|VALUES)$/i.test(cursor.peek(1).text)) return readSubquery(cursor, scope)
  return `(${cursor.inParentheses(() => readExpression(cursor, scope).sql).join(', ')})`
}

/** A query in parentheses. */
function readSubquery(cursor: Cursor, scope: Scope): string {
  cursor.expect('(')
  const query = scope.query(cursor, scope)
  cursor.expect(')')
  return `(${query})`
}

function readSum(cursor: Cursor, scope: Scope): Expr {
  let left = readProduct(cursor, scope)
  for (;;) {
    const operator = ['+', '-', '||'].find((o) => cursor.accept(o))
    if (operator === undefined) return left
    left = sum(left, operator, readProduct(cursor, scope))
  }
}

/** Dates stay dates when whole days are added, as in Spark. */
function sum(left: Expr, operator: string, right: Expr): Expr {
  if (operator === '||') return { sql: `(${asText(left)} || ${asText(right)})`, isText: true }
  if (operator === '+' && left.interval !== undefined && right.interval === undefined) {
    return sum(right, operator, left)
  }
  if (right.interval === undefined) return expr(`(${left.sql} ${operator} ${right.sql})`)
  if (left.interval !== undefined) {
    const interval = left.interval === right.interval ? left.interval : 'time'
    return { sql: `(${left.sql} ${operator} ${right.sql})`, interval }
  }
  const moved = operator === '-' ? `-(${right.sql})` : right.sql
  return right.interval === 'days'
    ? expr(`cast_to_type(${left.sql} + ${moved}, ${left.sql})`)
    : expr(`spark_plus_time(${left.sql}, ${moved})`)
}

function readProduct(cursor: Cursor, scope: Scope): Expr {
  let left = readUnary(cursor, scope)
  for (;;) {
    const operator = ['*', '/', '%', 'DIV'].find((o) => cursor.accept(o))
    if (operator === undefined) return left
    left = product(left, operator, readUnary(cursor, scope))
  }
}

function product(left: Expr, operator: string, right: Expr): Expr {
  if (operator === '*') {
    const interval = left.interval ?? right.interval
    const sql = `(${left.sql} * ${right.sql})`
    return interval === undefined ? { sql } : { sql, interval }
  }
  const macro = { '/': 'spark_divide', '%': 'spark_mod', DIV: 'spark_div' }[operator]
  return expr(`${macro}(${left.sql}, ${right.sql})`)
}

function readUnary(cursor: Cursor, scope: Scope): Expr {
  if (cursor.accept('-')) {
    const inner = readUnary(cursor, scope)
    if (inner.integer !== undefined) return { sql: `-${inner.sql}`, integer: -inner.integer }
    return { ...expr(`(-${inner.sql})`), ...(inner.interval && { interval: inner.interval }) }
  }
  if (cursor.accept('+')) return readUnary(cursor, scope)
  return readPostfix(cursor, scope)
}

function readPostfix(cursor: Cursor, scope: Scope): Expr {
  let value = readPrimary(cursor, scope)
  for (;;) {
    if (cursor.accept('[')) {
      value = item(value, readExpression(cursor, scope))
      cursor.expect(']')
    } else if (cursor.sees('.')) {
      cursor.next()
      value = expr(`(${value.sql}).${quoteName(cursor.identifier())}`)
    } else if (cursor.accept('::')) {
      const type = readType(cursor)
      value = { sql: castTo(value, type), isText: type === 'STRING' }
    } else if (cursor.sees(':')) {
      throw unsupported('paths into JSON text by `:`')
    } else return value
  }
}

function item(value: Expr, at: Expr): Expr {
  if (at.integer !== undefined) return expr(`spark_item(${value.sql}, ${at.integer})`)
  if (at.text !== undefined) return expr(`(${value.sql})[${at.sql}]`)
  throw unsupported('an index that is not a literal')
}

function readPrimary(cursor: Cursor, scope: Scope): Expr {
  const token = cursor.peek()
  if (token.kind === 'string') return readStrings(cursor)
  if (token.kind === 'number') return numberLiteral(cursor.next().text)
  if (token.kind === 'parameter') {
    cursor.next()
    return expr(parameterValue(scope.parameters, token.text))
  }
  if (cursor.sees('(')) return readParentheses(cursor, scope)
  if (token.kind === 'word') {
    const special = readSpecial(cursor, scope, readExpression)
    if (special !== undefined) return special
    if (cursor.peek(1).text === '(' && cursor.peek(1).kind === 'symbol') {
      return readCall(cursor, scope, readExpression)
    }
  }
  return readColumn(cursor, scope)
}

function readParentheses(cursor: Cursor, scope: Scope): Expr {
  if (/^(?:SELECT|WITH|VALUES)$/i.test(cursor.peek(1).text)) {
    return expr(readSubquery(cursor, scope))
  }
  cursor.expect('(')
  const inner = readExpression(cursor, scope)
  if (!cursor.accept(',')) {
    cursor.expect(')')
    const { isColumn: _, integer: __, ...known } = inner
    return { ...known, sql: `(${inner.sql})` }
  }
  const rest = cursor.list(() => readExpression(cursor, scope).sql)
  cursor.expect(')')
  return expr(`(${[inner.sql, ...rest].join(', ')})`)
}
