import type { Cursor } from './cursor.ts'
import { sqlError } from './errors.ts'
import { type Expr, expr } from './expr.ts'
import { quoteName, stringLiteral } from './literals.ts'
import type { Scope } from './scope.ts'

/** Neighbouring string literals are one, as in Spark. */
export function readStrings(cursor: Cursor): Expr {
  let text = cursor.string()
  while (cursor.peek().kind === 'string') text += cursor.string()
  return { sql: stringLiteral(text), text }
}

/** A number as Spark types it: INT, BIGINT or DECIMAL by its size, or as its suffix says. */
export function numberLiteral(text: string): Expr {
  const [, digits = '', suffix = ''] = text.match(/^(.*?)(BD|[LSYDF])?$/i) ?? []
  if (/^bd$/i.test(suffix)) return expr(`CAST(${digits} AS ${decimalOf(digits)})`)
  if (suffix !== '') return expr(`CAST(${digits} AS ${suffixTypes[suffix.toUpperCase()]})`)
  const integer = Number(digits)
  if (!/^\d+$/.test(digits)) return expr(digits)
  if (Number.isSafeInteger(integer)) return { sql: digits, integer }
  return BigInt(digits) < 2n ** 63n ? expr(digits) : expr(`CAST(${digits} AS DECIMAL(38,0))`)
}

const suffixTypes: Readonly<Record<string, string>> = {
  L: 'BIGINT',
  S: 'SMALLINT',
  Y: 'TINYINT',
  D: 'DOUBLE',
  F: 'FLOAT',
}

/** The smallest decimal type that holds these digits. */
function decimalOf(digits: string): string {
  const [whole = '', fraction = ''] = digits.split('.')
  return `DECIMAL(${Math.max(whole.length + fraction.length, 1)},${fraction.length})`
}

/** A column path, or a lambda's parameter. */
export function readColumn(cursor: Cursor, scope: Scope): Expr {
  const [first, ...rest] = readPath(cursor)
  if (first === undefined) throw cursor.fail()
  const lambda = scope.lambdas.get(first.toLowerCase())
  if (lambda !== undefined) return expr([`(${lambda})`, ...rest.map(quoteName)].join('.'))
  return { sql: [first, ...rest].map(quoteName).join('.'), isColumn: true }
}

function readPath(cursor: Cursor): string[] {
  const token = cursor.peek()
  if (token.kind === 'word' && reserved.test(token.text)) throw cursor.fail()
  const path = [cursor.identifier()]
  while (cursor.sees('.') && cursor.peek(1).text !== '*') {
    cursor.next()
    path.push(cursor.identifier())
  }
  if (path.length > 8) {
    throw sqlError('IDENTIFIER_TOO_MANY_NAME_PARTS', 'A column path is too long.', '42601')
  }
  return path
}

/** Words that begin a clause: a bare one where a value should be is a mistake in the statement. */
const reserved =
  /^(?:FROM|WHERE|GROUP|HAVING|QUALIFY|ORDER|LIMIT|OFFSET|UNION|EXCEPT|INTERSECT|JOIN|ON|USING|SELECT|WHEN|THEN|ELSE|END|AND|OR|AS)$/i
