import { DeltaError } from './errors.ts'

/** A type as the Delta log writes it. */
export type DeltaType = string | StructType | ArrayType | MapType

/** A field of a struct, or a column: the schema of a table is a struct. */
export interface Field {
  readonly name: string
  readonly type: DeltaType
  readonly nullable: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Named fields. */
export interface StructType {
  readonly type: 'struct'
  readonly fields: readonly Field[]
}

/** A list. */
export interface ArrayType {
  readonly type: 'array'
  readonly elementType: DeltaType
  readonly containsNull: boolean
}

/** A map. */
export interface MapType {
  readonly type: 'map'
  readonly keyType: DeltaType
  readonly valueType: DeltaType
  readonly valueContainsNull: boolean
}

/** Scalar types: what the log calls them → DuckDB. Decimals stand apart, for their digits. */
const scalars: Readonly<Record<string, { readonly sql: string; readonly duckDb: string }>> = {
  boolean: { sql: 'BOOLEAN', duckDb: 'BOOLEAN' },
  byte: { sql: 'TINYINT', duckDb: 'TINYINT' },
  short: { sql: 'SMALLINT', duckDb: 'SMALLINT' },
  integer: { sql: 'INT', duckDb: 'INTEGER' },
  long: { sql: 'BIGINT', duckDb: 'BIGINT' },
  float: { sql: 'FLOAT', duckDb: 'FLOAT' },
  double: { sql: 'DOUBLE', duckDb: 'DOUBLE' },
  string: { sql: 'STRING', duckDb: 'VARCHAR' },
  binary: { sql: 'BINARY', duckDb: 'BLOB' },
  date: { sql: 'DATE', duckDb: 'DATE' },
  timestamp: { sql: 'TIMESTAMP', duckDb: 'TIMESTAMP WITH TIME ZONE' },
  timestamp_ntz: { sql: 'TIMESTAMP_NTZ', duckDb: 'TIMESTAMP' },
}

const decimal = /^decimal\((\d+),\s*(-?\d+)\)$/

/** Databricks SQL type text, in its usual spelling. */
export function sqlText(type: DeltaType): string {
  if (typeof type === 'string') {
    return scalars[type]?.sql ?? decimalText(type) ?? unsupported(type)
  }
  switch (type.type) {
    case 'array':
      return `ARRAY<${sqlText(type.elementType)}>`
    case 'map':
      return `MAP<${sqlText(type.keyType)}, ${sqlText(type.valueType)}>`
    case 'struct':
      return `STRUCT<${type.fields.map(fieldText).join(', ')}>`
    default:
      return unsupported(String((type as { type?: unknown }).type))
  }
}

/** The DuckDB type that holds a Delta type. */
export function duckDbText(type: DeltaType): string {
  if (typeof type === 'string') {
    return scalars[type]?.duckDb ?? decimalText(type) ?? unsupported(type)
  }
  switch (type.type) {
    case 'array':
      return `${duckDbText(type.elementType)}[]`
    case 'map':
      return `MAP(${duckDbText(type.keyType)}, ${duckDbText(type.valueType)})`
    case 'struct': {
      const fields = type.fields.map(
        (f) => `"${f.name.replaceAll('"', '""')}" ${duckDbText(f.type)}`,
      )
      return `STRUCT(${fields.join(', ')})`
    }
    default:
      return unsupported(String((type as { type?: unknown }).type))
  }
}

/** Every scalar in a type, nested ones too. */
export function* leaves(type: DeltaType): Generator<string> {
  if (typeof type === 'string') yield type
  else if (type.type === 'array') yield* leaves(type.elementType)
  else if (type.type === 'map') {
    yield* leaves(type.keyType)
    yield* leaves(type.valueType)
  } else for (const field of type.fields) yield* leaves(field.type)
}

function fieldText(field: Field): string {
  const name = /^[A-Za-z_]\w*$/.test(field.name)
    ? field.name
    : `\`${field.name.replaceAll('`', '``')}\``
  return `${name}: ${sqlText(field.type)}${field.nullable ? '' : ' NOT NULL'}`
}

function decimalText(type: string): string | undefined {
  const [, precision, scale] = decimal.exec(type) ?? []
  return precision === undefined ? undefined : `DECIMAL(${precision},${scale})`
}

function unsupported(type: string): never {
  throw new DeltaError(
    'DELTA_UNSUPPORTED_TYPE',
    `Local tables do not hold the type ${type.toUpperCase()}. Cast the column, for example to STRING.`,
    { type },
  )
}
