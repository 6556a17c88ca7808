import { TypeReader } from './type-reader.ts'
import { type DeltaType, type Field, sqlText } from './types.ts'

const scalars: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'byte',
  UTINYINT: 'short',
  SMALLINT: 'short',
  USMALLINT: 'integer',
  INTEGER: 'integer',
  UINTEGER: 'long',
  BIGINT: 'long',
  UBIGINT: 'decimal(20,0)',
  HUGEINT: 'decimal(38,0)',
  UHUGEINT: 'decimal(38,0)',
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  JSON: 'string',
  UUID: 'string',
  BLOB: 'binary',
  DATE: 'date',
  TIMESTAMPTZ: 'timestamp',
  TIMESTAMP_S: 'timestamp_ntz',
  TIMESTAMP_MS: 'timestamp_ntz',
  TIMESTAMP_NS: 'timestamp_ntz',
}

/**
 * The Databricks SQL type of a DuckDB type's text (`DuckDBType.toString()`, or the type column of DESCRIBE).
 * Unsigned and huge integers become the next wider exact type. Throws {@link DeltaError} for types that
 * Databricks has no equal of: TIME, INTERVAL, BIT, UNION.
 */
export function fromDuckDb(type: string): string {
  const reader = new TypeReader(type)
  const read = readType(reader)
  reader.end()
  return sqlText(read)
}

function readType(reader: TypeReader): DeltaType {
  let type = readBase(reader)
  while (reader.eat('[')) {
    if (!reader.eat(']')) {
      reader.number()
      reader.expect(']')
    }
    type = { type: 'array', elementType: type, containsNull: true }
  }
  return type
}

function readBase(reader: TypeReader): DeltaType {
  const word = reader.word()
  switch (word) {
    case 'DECIMAL': {
      reader.expect('(')
      const precision = reader.number()
      reader.expect(',')
      const scale = reader.number()
      reader.expect(')')
      return `decimal(${precision},${scale})`
    }
    case 'TIMESTAMP':
      if (!reader.eat('WITH')) return 'timestamp_ntz'
      reader.expect('TIME')
      reader.expect('ZONE')
      return 'timestamp'
    case 'ENUM':
      reader.expect('(')
      do reader.text()
      while (reader.eat(','))
      reader.expect(')')
      return 'string'
    case 'MAP': {
      reader.expect('(')
      const keyType = readType(reader)
      reader.expect(',')
      const valueType = readType(reader)
      reader.expect(')')
      return { type: 'map', keyType, valueType, valueContainsNull: true }
    }
    case 'STRUCT':
      return { type: 'struct', fields: readFields(reader) }
    default:
      return scalars[word] ?? reader.fail()
  }
}

function readFields(reader: TypeReader): Field[] {
  const fields: Field[] = []
  reader.expect('(')
  do {
    const name = reader.name()
    fields.push({ name, type: readType(reader), nullable: true, metadata: {} })
  } while (reader.eat(','))
  reader.expect(')')
  return fields
}
