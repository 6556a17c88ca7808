import { toDuckDb } from '../delta/index.ts'
import type { Cursor } from './cursor.ts'
import { unsupported } from './errors.ts'
import { asText, type Expr, expr } from './expr.ts'
import { quoteName, stringLiteral, timestampLiteral } from './literals.ts'
import { parameterValue } from './parameters.ts'
import type { Scope } from './scope.ts'
import { readType } from './types.ts'

/** Reads an expression; handed to the forms that hold one, so that no file needs the other. */
export type Read = (cursor: Cursor, scope: Scope) => Expr

/** Forms that begin with a word of their own: literals, CASE, CAST, INTERVAL and the like. Undefined if none does. */
export function readSpecial(cursor: Cursor, scope: Scope, read: Read): Expr | undefined {
  const word = cursor.peek().text.toUpperCase()
  const next = cursor.peek(1)
  if (word === 'NULL' || word === 'TRUE' || word === 'FALSE') {
    cursor.next()
    return { sql: word.toLowerCase(), isNull: word === 'NULL' }
  }
  if (next.kind === 'string') return readTyped(cursor, word)
  if (word === 'CASE') return readCase(cursor, scope, read)
  if (word === 'INTERVAL' && next.text !== '(') return readInterval(cursor, scope)
  if (next.text !== '(') return readBareCall(cursor, scope, word)
  if (word === 'CAST' || word === 'TRY_CAST') return readCast(cursor, scope, read)
  if (word === 'EXISTS') return readExists(cursor, scope)
  if (word === 'EXTRACT') return readExtract(cursor, scope, read)
  if (word === 'POSITION') return readPosition(cursor, scope, read)
  return undefined
}

/** DATE '…', TIMESTAMP '…', TIMESTAMP_NTZ '…', INTERVAL '…', X'…'. */
function readTyped(cursor: Cursor, word: string): Expr | undefined {
  const types: Readonly<Record<string, string>> = {
    DATE: 'DATE',
    TIMESTAMP: 'TIMESTAMPTZ',
    TIMESTAMP_LTZ: 'TIMESTAMPTZ',
    TIMESTAMP_NTZ: 'TIMESTAMP',
  }
  if (word === 'INTERVAL') return readIntervalText(cursor)
  if (word === 'X') return readBytes(cursor)
  const type = types[word]
  if (type === undefined) return undefined
  cursor.next()
  return expr(`CAST(${stringLiteral(cursor.string())} AS ${type})`)
}

/** X'00FF': bytes by their hexadecimal digits; of an odd number the first one stands alone. */
function readBytes(cursor: Cursor): Expr {
  cursor.next()
  const digits = cursor.string()
  if (!/^[0-9a-fA-F]*$/.test(digits)) throw cursor.fail()
  return expr(`unhex('${digits.length % 2 === 0 ? digits : `0${digits}`}')`)
}

function readCase(cursor: Cursor, scope: Scope, read: Read): Expr {
  cursor.expect('CASE')
  const parts = ['CASE']
  if (!cursor.sees('WHEN')) parts.push(read(cursor, scope).sql)
  while (cursor.accept('WHEN')) {
    const when = read(cursor, scope).sql
    cursor.expect('THEN')
    parts.push(`WHEN ${when} THEN ${read(cursor, scope).sql}`)
  }
  if (parts.length === 1) throw cursor.fail()
  if (cursor.accept('ELSE')) parts.push(`ELSE ${read(cursor, scope).sql}`)
  cursor.expect('END')
  return expr(`(${parts.join(' ')} END)`)
}

const integers = new Set(['TINYINT', 'SMALLINT', 'INT', 'BIGINT'])

function readCast(cursor: Cursor, scope: Scope, read: Read): Expr {
  const cast = cursor.next().text.toUpperCase()
  cursor.expect('(')
  const value = read(cursor, scope)
  cursor.expect('AS')
  const type = readType(cursor)
  cursor.expect(')')
  return { sql: castTo(value, type, cast === 'TRY_CAST'), isText: type === 'STRING' }
}

/** A cast to a Databricks type as Spark does it: integers are cut, not rounded; decimals and text come from Spark's digits. */
export function castTo(value: Expr, type: string, isTry = false): string {
  const cast = isTry ? 'TRY_CAST' : 'CAST'
  const target = toDuckDb(type)
  if (value.isNull) return `CAST(NULL AS ${target})`
  if (type === 'STRING') return asText(value)
  if (type === 'BINARY') return `spark_bytes(${value.sql})`
  if (type.startsWith('DECIMAL')) return `${cast}(spark_digits(${value.sql}) AS ${target})`
  if (integers.has(type) && value.integer === undefined) {
    return `${cast}(${isTry ? 'spark_try_whole' : 'spark_whole'}(${value.sql}) AS ${target})`
  }
  return `${cast}(${value.sql} AS ${target})`
}

function readExists(cursor: Cursor, scope: Scope): Expr {
  if (!/^(?:SELECT|WITH|VALUES)$/i.test(cursor.peek(2).text)) {
    throw unsupported('the function `exists` over an array')
  }
  cursor.expect('EXISTS', '(')
  const query = scope.query(cursor, scope)
  cursor.expect(')')
  return expr(`EXISTS (${query})`)
}

const fields = new Set(['YEAR', 'QUARTER', 'MONTH', 'DAY', 'HOUR', 'MINUTE'])

function readExtract(cursor: Cursor, scope: Scope, read: Read): Expr {
  cursor.expect('EXTRACT', '(')
  const field = cursor.identifier().toUpperCase()
  if (!fields.has(field)) throw unsupported(`EXTRACT of ${field}`)
  cursor.expect('FROM')
  const value = read(cursor, scope)
  cursor.expect(')')
  return expr(`CAST(extract(${field} FROM ${value.sql}) AS INTEGER)`)
}

/** `position(part, whole)`; the form with IN would be read as a test of membership. */
function readPosition(cursor: Cursor, scope: Scope, read: Read): Expr {
  cursor.expect('POSITION', '(')
  const part = read(cursor, scope)
  if (!cursor.accept(',')) throw unsupported('POSITION in this form')
  const whole = read(cursor, scope)
  cursor.expect(')')
  return expr(`CAST(instr(${whole.sql}, ${part.sql}) AS INTEGER)`)
}

/** What may be called without parentheses. */
function readBareCall(cursor: Cursor, scope: Scope, word: string): Expr | undefined {
  if (cursor.peek(1).text === '.') return undefined
  const found = bareCall(scope, word)
  if (found !== undefined) cursor.next()
  return found
}

/** `current_timestamp()` and its kin, which know the statement's time, user and defaults. */
export function bareCall(scope: Scope, word: string): Expr | undefined {
  const now = timestampLiteral(scope.nowMs)
  if (word === 'CURRENT_TIMESTAMP') return expr(now)
  if (word === 'CURRENT_DATE') return expr(`CAST(${now} AS DATE)`)
  if (word === 'CURRENT_CATALOG') return expr(stringLiteral(scope.defaults.catalog))
  if (word === 'CURRENT_SCHEMA' || word === 'CURRENT_DATABASE') {
    return expr(stringLiteral(scope.defaults.schema))
  }
  if (word === 'CURRENT_USER' || word === 'SESSION_USER') return expr(stringLiteral(scope.user))
  return undefined
}

const intervalUnits: Readonly<Record<string, readonly [string, 'days' | 'time']>> = {
  YEAR: ['to_years', 'days'],
  MONTH: ['to_months', 'days'],
  WEEK: ['to_weeks', 'days'],
  DAY: ['to_days', 'days'],
  HOUR: ['to_hours', 'time'],
  MINUTE: ['to_minutes', 'time'],
  SECOND: ['to_seconds', 'time'],
  MILLISECOND: ['to_milliseconds', 'time'],
  MICROSECOND: ['to_microseconds', 'time'],
}

/** INTERVAL 2 DAYS 3 HOURS, INTERVAL :n DAYS. Undefined where `interval` is a column. */
function readInterval(cursor: Cursor, scope: Scope): Expr | undefined {
  const isAmount = (ahead: number) => /^(?:number|parameter)$/.test(cursor.peek(ahead).kind)
  if (!isAmount(1) && !(cursor.peek(1).text === '-' && isAmount(2))) return undefined
  cursor.expect('INTERVAL')
  const parts: Expr[] = []
  do {
    const sign = cursor.accept('-') ? '-' : ''
    if (!isAmount(0)) throw cursor.fail()
    const { kind, text } = cursor.next()
    const amount = kind === 'number' ? text : parameterValue(scope.parameters, text)
    parts.push(unitInterval(`${sign}${amount}`, cursor.identifier()))
  } while (isAmount(0))
  return joinIntervals(parts)
}

/** INTERVAL '1' DAY, INTERVAL '1 day 2 hours'. */
function readIntervalText(cursor: Cursor): Expr {
  cursor.expect('INTERVAL')
  const text = cursor.string().trim()
  if (/^-?\d+$/.test(text)) {
    const unit = cursor.identifier()
    if (cursor.sees('TO')) throw unsupported('INTERVAL … TO …')
    return unitInterval(text, unit)
  }
  const pairs = [...text.matchAll(/(-?\d+)\s+([a-zA-Z]+)\s*/gy)]
  if (pairs.map(([pair]) => pair).join('') !== text || pairs.length === 0) {
    throw unsupported('this form of an INTERVAL literal')
  }
  return joinIntervals(pairs.map(([, amount = '', unit = '']) => unitInterval(amount, unit)))
}

function unitInterval(amount: string, unit: string): Expr {
  const found = intervalUnits[unit.toUpperCase().replace(/S$/, '')]
  if (found === undefined) throw unsupported(`the interval unit ${quoteName(unit)}`)
  return { sql: `${found[0]}(${amount})`, interval: found[1] }
}

function joinIntervals(parts: readonly Expr[]): Expr {
  const interval = parts.every((p) => p.interval === 'days') ? 'days' : 'time'
  return { sql: `(${parts.map((p) => p.sql).join(' + ')})`, interval }
}
