import {
  ANY,
  DOUBLE,
  type DuckDBBlobValue,
  type DuckDBConnection,
  type DuckDBDecimalValue,
  DuckDBListType,
  DuckDBListValue,
  DuckDBMapType,
  DuckDBMapValue,
  DuckDBScalarFunction,
  DuckDBStructType,
  DuckDBStructValue,
  type DuckDBTimestampTZValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  FLOAT,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api'
import { unsupported } from './errors.ts'

/** Adds the functions whose result depends on types as only Spark reads them: JSON, floating point text, size. */
export function registerFunctions(connection: DuckDBConnection): void {
  register(connection, 'spark_json_text', ANY, (value, type) => jsonText(value, type))
  register(connection, 'spark_double_text', DOUBLE, (value) => doubleText(Number(value)))
  register(connection, 'spark_float_text', FLOAT, (value) => floatText(Number(value)))
  register(connection, 'spark_size', ANY, sizeOf, INTEGER)
}

function register(
  connection: DuckDBConnection,
  name: string,
  parameter: DuckDBType,
  map: (value: DuckDBValue, type: DuckDBType) => DuckDBValue,
  returnType: DuckDBType = VARCHAR,
): void {
  const scalar = DuckDBScalarFunction.create({
    name,
    parameterTypes: [parameter],
    returnType,
    mainFunction: (info, chunk, output) => {
      try {
        const input = chunk.getColumnVector(0)
        for (let row = 0; row < chunk.rowCount; row++) {
          const value = input.getItem(row)
          output.setItem(row, value === null ? null : map(value, input.type))
        }
        output.flush()
      } catch (error) {
        info.setError((error as Error).message)
      }
    },
  })
  connection.registerScalarFunction(scalar)
}

/** What Spark's to_json writes: fields that are NULL are left out of structs and kept in maps and arrays. */
function jsonText(value: DuckDBValue, type: DuckDBType): string {
  if (value === null) return 'null'
  if (type instanceof DuckDBStructType && value instanceof DuckDBStructValue) {
    const fields = type.entryNames.flatMap((name, i) => {
      const field = value.entries[name] ?? null
      const fieldType = type.entryTypes[i]
      if (field === null || fieldType === undefined) return []
      return [`${quoted(name)}:${jsonText(field, fieldType)}`]
    })
    return `{${fields.join(',')}}`
  }
  if (type instanceof DuckDBListType && value instanceof DuckDBListValue) {
    return `[${value.items.map((item) => jsonText(item, type.valueType)).join(',')}]`
  }
  if (type instanceof DuckDBMapType && value instanceof DuckDBMapValue) {
    const entries = value.entries.map(
      (entry) => `${quoted(keyText(entry.key))}:${jsonText(entry.value, type.valueType)}`,
    )
    return `{${entries.join(',')}}`
  }
  return scalarText(value, type)
}

function scalarText(value: DuckDBValue, type: DuckDBType): string {
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.HUGEINT:
      return String(value)
    case DuckDBTypeId.DECIMAL:
      return (value as DuckDBDecimalValue).toString()
    case DuckDBTypeId.DOUBLE:
      return finite(doubleText(Number(value)))
    case DuckDBTypeId.FLOAT:
      return finite(floatText(Number(value)))
    case DuckDBTypeId.VARCHAR:
      return quoted(String(value))
    case DuckDBTypeId.DATE:
      return `"${value}"`
    case DuckDBTypeId.TIMESTAMP_TZ:
      return `"${isoText((value as DuckDBTimestampTZValue).micros)}Z"`
    case DuckDBTypeId.TIMESTAMP:
      return `"${isoText((value as DuckDBTimestampTZValue).micros)}"`
    case DuckDBTypeId.BLOB:
      return `"${Buffer.from((value as DuckDBBlobValue).bytes).toString('base64')}"`
    default:
      throw unsupported(`\`to_json\` of the type ${type.toString()}`)
  }
}

/** As Spark's writer quotes text: its digits of a control character are in upper case, those of JSON.stringify are not. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/\\(?:u00[0-9a-f]{2}|.)/g, (pair) =>
    pair.startsWith('\\u') ? `\\u${pair.slice(2).toUpperCase()}` : pair,
  )
}

function keyText(key: DuckDBValue): string {
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint') return `${key}`
  throw unsupported('`to_json` of a map whose keys are neither text nor integers')
}

/** Milliseconds only, as Spark's default format for JSON has it. */
function isoText(micros: bigint): string {
  const ms = Number(micros >= 0n ? micros / 1000n : (micros - 999n) / 1000n)
  return new Date(ms).toISOString().replace('Z', '')
}

function finite(text: string): string {
  return /^-?\d/.test(text) ? text : JSON.stringify(text)
}

/** A DOUBLE as Java writes it: 1.0, 1.0E7, 1.5E-5, NaN, Infinity. */
export function doubleText(value: number): string {
  return javaText(value, String(Math.abs(value)))
}

/** A FLOAT as Java writes it: the fewest digits that give the same FLOAT back. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return javaText(value, '')
  const size = Math.abs(value)
  for (let digits = 1; digits < 10; digits++) {
    const text = size.toPrecision(digits)
    if (Math.fround(Number(text)) === size) return javaText(value, String(Number(text)))
  }
  return javaText(value, String(size))
}

function javaText(value: number, digits: string): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}Infinity`
  if (value === 0) return `${sign}0.0`
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return `${sign}${digits.includes('.') ? digits : `${digits}.0`}`
  const [mantissa = '', exponent = ''] = Number(digits).toExponential().split('e')
  const point = mantissa.includes('.') ? mantissa : `${mantissa}.0`
  return `${sign}${point}E${exponent.replace('+', '')}`
}

function sizeOf(value: DuckDBValue): DuckDBValue {
  if (value instanceof DuckDBListValue) return value.items.length
  if (value instanceof DuckDBMapValue) return value.entries.length
  throw unsupported('`size` of anything but an array or a map')
}
