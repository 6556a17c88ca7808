import { TypeReader } from './type-reader.ts'
import { type DeltaType, duckDbText, type Field } from './types.ts'

const scalars: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'byte',
  BYTE: 'byte',
  SMALLINT: 'short',
  SHORT: 'short',
  INT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'long',
  LONG: 'long',
  FLOAT: 'float',
  REAL: 'float',
  DOUBLE: 'double',
  STRING: 'string',
  BINARY: 'binary',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  TIMESTAMP_LTZ: 'timestamp',
  TIMESTAMP_NTZ: 'timestamp_ntz',
}

/** Reads Databricks SQL type text. Throws {@link DeltaError} `DELTA_UNSUPPORTED_TYPE` for what tables cannot hold. */
export function parseSqlType(text: string): DeltaType {
  const reader = new TypeReader(text)
  const type = readType(reader)
  reader.end()
  return type
}

/** The DuckDB type that holds a Databricks SQL type: TIMESTAMP is `TIMESTAMP WITH TIME ZONE`, NTZ is `TIMESTAMP`. */
export function toDuckDb(type: string): string {
  return duckDbText(parseSqlType(type))
}

function readType(reader: TypeReader): DeltaType {
  const word = reader.word()
  switch (word) {
    case 'DECIMAL':
    case 'DEC':
    case 'NUMERIC':
      return readDecimal(reader)
    case 'ARRAY': {
      reader.expect('<')
      const elementType = readType(reader)
      reader.expect('>')
      return { type: 'array', elementType, containsNull: true }
    }
    case 'MAP': {
      reader.expect('<')
      const keyType = readType(reader)
      reader.expect(',')
      const valueType = readType(reader)
      reader.expect('>')
      return { type: 'map', keyType, valueType, valueContainsNull: true }
    }
    case 'STRUCT':
      return { type: 'struct', fields: readFields(reader) }
    default:
      return scalars[word] ?? reader.fail()
  }
}

function readDecimal(reader: TypeReader): DeltaType {
  let precision = 10
  let scale = 0
  if (reader.eat('(')) {
    precision = reader.number()
    if (reader.eat(',')) scale = reader.number()
    reader.expect(')')
  }
  if (precision < 1 || precision > 38 || scale > precision) reader.fail()
  return `decimal(${precision},${scale})`
}

function readFields(reader: TypeReader): Field[] {
  const fields: Field[] = []
  reader.expect('<')
  while (!reader.eat('>')) {
    if (fields.length > 0) reader.expect(',')
    const name = reader.name()
    reader.eat(':')
    const type = readType(reader)
    const nullable = !reader.eat('NOT')
    if (!nullable) reader.expect('NULL')
    const metadata = reader.eat('COMMENT') ? { comment: reader.text() } : {}
    fields.push({ name, type, nullable, metadata })
  }
  return fields
}
