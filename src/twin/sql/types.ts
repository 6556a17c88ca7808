import type { Cursor } from './cursor.ts'
import { sqlError } from './errors.ts'

/** The Databricks SQL types without parts, by every name they go by. */
const simple: Readonly<Record<string, string>> = {
  BIGINT: 'BIGINT',
  BINARY: 'BINARY',
  BOOLEAN: 'BOOLEAN',
  BYTE: 'TINYINT',
  DATE: 'DATE',
  DOUBLE: 'DOUBLE',
  FLOAT: 'FLOAT',
  INT: 'INT',
  INTEGER: 'INT',
  LONG: 'BIGINT',
  REAL: 'FLOAT',
  SHORT: 'SMALLINT',
  SMALLINT: 'SMALLINT',
  STRING: 'STRING',
  TIMESTAMP: 'TIMESTAMP',
  TIMESTAMP_LTZ: 'TIMESTAMP',
  TIMESTAMP_NTZ: 'TIMESTAMP_NTZ',
  TINYINT: 'TINYINT',
  VARCHAR: 'STRING',
  CHAR: 'STRING',
}

const decimals = new Set(['DECIMAL', 'DEC', 'NUMERIC'])

/** Reads a type and gives its Databricks SQL text, for example `ARRAY<STRUCT<a: INT>>`. */
export function readType(cursor: Cursor): string {
  const word = cursor.identifier().toUpperCase()
  if (decimals.has(word)) return `DECIMAL(${readDecimal(cursor)})`
  if (word === 'ARRAY') return `ARRAY<${between(cursor, () => readType(cursor))}>`
  if (word === 'MAP') return `MAP<${between(cursor, () => readMap(cursor))}>`
  if (word === 'STRUCT') return `STRUCT<${between(cursor, () => readFields(cursor))}>`
  const type = simple[word]
  if (type === undefined) {
    throw sqlError('UNSUPPORTED_DATATYPE', `Unsupported data type "${word}".`, '0A000')
  }
  if (word === 'VARCHAR' || word === 'CHAR') readLength(cursor)
  return type
}

function readDecimal(cursor: Cursor): string {
  if (!cursor.accept('(')) return '10,0'
  const precision = cursor.integer()
  const scale = cursor.accept(',') ? cursor.integer() : 0
  cursor.expect(')')
  if (precision < 1 || precision > 38 || scale > precision) throw cursor.fail()
  return `${precision},${scale}`
}

/** The twin keeps no length limits; a table that states one is read as STRING. */
function readLength(cursor: Cursor): void {
  if (!cursor.accept('(')) return
  cursor.integer()
  cursor.expect(')')
}

function between(cursor: Cursor, inner: () => string): string {
  cursor.expect('<')
  const text = inner()
  cursor.expect('>')
  return text
}

function readMap(cursor: Cursor): string {
  const key = readType(cursor)
  cursor.expect(',')
  return `${key}, ${readType(cursor)}`
}

function readFields(cursor: Cursor): string {
  const field = () => {
    const name = cursor.identifier()
    cursor.accept(':')
    const type = readType(cursor)
    if (cursor.accept('COMMENT')) cursor.string()
    return `${/^\w+$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``}: ${type}`
  }
  return cursor.list(field).join(', ')
}
