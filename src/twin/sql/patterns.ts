import { unsupported } from './errors.ts'
import type { Expr } from './expr.ts'
import { stringLiteral } from './literals.ts'

/** Spark's pattern letters whose DuckDB form gives the same text for every instant in UTC. */
const timeLetters: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  MM: '%m',
  dd: '%d',
  HH: '%H',
  mm: '%M',
  ss: '%S',
  SSS: '%g',
  SSSSSS: '%f',
  DDD: '%j',
  EEE: '%a',
  EEEE: '%A',
  MMM: '%b',
  MMMM: '%B',
  a: '%p',
  hh: '%I',
  X: 'Z',
  XXX: 'Z',
}

/** DuckDB's strftime format, as a literal, of a literal Spark pattern. */
export function timeFormat(pattern: Expr | undefined): string {
  if (pattern?.text === undefined) throw unsupported('a time format that is not a literal')
  let format = ''
  for (const [piece] of pattern.text.matchAll(/''|'(?:[^']|'')*'|([A-Za-z])\1*|[\s\S]/g)) {
    if (piece === "''") format += "'"
    else if (piece.startsWith("'"))
      format += percentDoubled(piece.slice(1, -1).replaceAll("''", "'"))
    else if (/[A-Za-z]/.test(piece)) format += timeLetters[piece] ?? refuseLetters(piece)
    else format += percentDoubled(piece)
  }
  return stringLiteral(format)
}

const units: Readonly<Record<string, string>> = {
  year: 'year',
  yyyy: 'year',
  yy: 'year',
  quarter: 'quarter',
  month: 'month',
  mon: 'month',
  mm: 'month',
  week: 'week',
  day: 'day',
  dd: 'day',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
  millisecond: 'millisecond',
  microsecond: 'microsecond',
}

/** The unit of date_trunc and trunc, as a literal. */
export function truncateUnit(unit: Expr | undefined): string {
  const found = units[unit?.text?.toLowerCase() ?? '']
  if (found === undefined) throw unsupported(`truncating to ${unit?.text ?? 'a computed unit'}`)
  return stringLiteral(found)
}

/** The JSON path of get_json_object: keys and indexes only, no wildcards. */
export function jsonPath(path: Expr | undefined): string {
  const steps = path?.text
  if (steps === undefined || !/^\$(?:\.[A-Za-z_]\w*|\[\d+\]|\['[^'"\\]+'\])*$/.test(steps)) {
    throw unsupported('this path of `get_json_object`')
  }
  return stringLiteral(steps.replace(/\['([^']+)'\]/g, '."$1"'))
}

/** What from_json reads: arrays of structs of text only, as DuckDB is told of them. */
export function rowsOfJson(schema: Expr | undefined): string {
  const [, fields] = /^ARRAY<STRUCT<(.+)>>$/i.exec(schema?.text ?? '') ?? []
  const names = (fields ?? '')
    .split(',')
    .map((field) => /^\s*(?:`(\w+)`|(\w+))\s*:?\s+STRING\s*$/i.exec(field))
    .map((found) => found?.[1] ?? found?.[2])
  if (names.includes(undefined)) {
    throw unsupported('`from_json` into anything but an array of structs of text')
  }
  return stringLiteral(JSON.stringify([Object.fromEntries(names.map((name) => [name, 'VARCHAR']))]))
}

/** The text to split at: a regular expression that stands for exactly one text. */
export function splitPattern(pattern: Expr | undefined): string {
  const text = pattern?.text
  if (text === undefined || !/^(?:[^\\^$.|?*+()[\]{}]|\\[^\p{L}\p{N}])+$/u.test(text)) {
    throw unsupported('`split` by a pattern that is not plain text')
  }
  return text.replace(/\\([\s\S])/g, '$1')
}

function percentDoubled(text: string): string {
  return text.replaceAll('%', '%%')
}

function refuseLetters(letters: string): never {
  throw unsupported(`the time pattern letters \`${letters}\``)
}
