import {
  type DuckDBDecimalType,
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api'
import {
  Binary,
  Bool,
  type DataType,
  Date_,
  DateUnit,
  Decimal,
  Field,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  List,
  Map_,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'
import { SqlError } from '../sql/contract.ts'
import { types } from './message.ts'

const { TTypeId } = types

/** The metadata key under which the service gives each Arrow field its full SQL type. */
export const sqlNameKey = 'Spark:DataType:SqlName'

/** How one DuckDB type appears to a client of the warehouse. */
export interface ColumnType {
  readonly duck: DuckDBType
  readonly arrow: DataType
  /** Databricks SQL text, for example `ARRAY<DECIMAL(18,2)>`. */
  readonly sql: string
  /** The type's number in the Thrift schema. */
  readonly thrift: number
}

/** One column of a result. Names need not be unique. */
export interface Column extends ColumnType {
  readonly name: string
}

/** An Arrow field with the SQL type in its metadata; every field is nullable, as the service's are. */
export function arrowField(name: string, type: ColumnType): Field {
  return new Field(name, type.arrow, true, new Map([[sqlNameKey, type.sql]]))
}

/**
 * What a DuckDB type becomes: the nearest Databricks type that holds every value. Throws SqlError (0A000) for
 * types that Databricks has no counterpart for; the twin does not guess.
 */
export function columnType(duck: DuckDBType): ColumnType {
  const as = (thrift: number, sql: string, arrow: DataType) => ({ duck, arrow, sql, thrift })
  const decimal = (precision: number, scale: number) =>
    as(TTypeId.DECIMAL_TYPE, `DECIMAL(${precision},${scale})`, new Decimal(scale, precision, 128))
  switch (duck.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return as(TTypeId.BOOLEAN_TYPE, 'BOOLEAN', new Bool())
    case DuckDBTypeId.TINYINT:
      return as(TTypeId.TINYINT_TYPE, 'TINYINT', new Int8())
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.UTINYINT:
      return as(TTypeId.SMALLINT_TYPE, 'SMALLINT', new Int16())
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.USMALLINT:
      return as(TTypeId.INT_TYPE, 'INT', new Int32())
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UINTEGER:
      return as(TTypeId.BIGINT_TYPE, 'BIGINT', new Int64())
    case DuckDBTypeId.UBIGINT:
      return decimal(20, 0)
    case DuckDBTypeId.HUGEINT:
      return decimal(38, 0)
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = duck as DuckDBDecimalType
      return decimal(width, scale)
    }
    case DuckDBTypeId.FLOAT:
      return as(TTypeId.FLOAT_TYPE, 'FLOAT', new Float32())
    case DuckDBTypeId.DOUBLE:
      return as(TTypeId.DOUBLE_TYPE, 'DOUBLE', new Float64())
    case DuckDBTypeId.VARCHAR:
    case DuckDBTypeId.ENUM:
    case DuckDBTypeId.UUID:
      return as(TTypeId.STRING_TYPE, 'STRING', new Utf8())
    case DuckDBTypeId.BLOB:
      return as(TTypeId.BINARY_TYPE, 'BINARY', new Binary())
    case DuckDBTypeId.DATE:
      return as(TTypeId.DATE_TYPE, 'DATE', new Date_(DateUnit.DAY))
    case DuckDBTypeId.TIMESTAMP_TZ:
      return as(TTypeId.TIMESTAMP_TYPE, 'TIMESTAMP', new TimestampMicrosecond('Etc/UTC'))
    case DuckDBTypeId.TIMESTAMP:
      return as(TTypeId.TIMESTAMP_TYPE, 'TIMESTAMP_NTZ', new TimestampMicrosecond())
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY: {
      const element = columnType((duck as DuckDBListType).valueType)
      return as(
        TTypeId.ARRAY_TYPE,
        `ARRAY<${element.sql}>`,
        new List(arrowField('element', element)),
      )
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = duck as DuckDBStructType
      const entries = entryTypes.map(columnType)
      const nameOf = (i: number) => entryNames[i] ?? ''
      return as(
        TTypeId.STRUCT_TYPE,
        `STRUCT<${entries.map((entry, i) => `${quoted(nameOf(i))}: ${entry.sql}`).join(', ')}>`,
        new Struct(entries.map((entry, i) => arrowField(nameOf(i), entry))),
      )
    }
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = duck as DuckDBMapType
      const key = columnType(keyType)
      const value = columnType(valueType)
      const keyField = new Field('key', key.arrow, false, new Map([[sqlNameKey, key.sql]]))
      const entry = new Struct<{ key: DataType; value: DataType }>([
        keyField,
        arrowField('value', value),
      ])
      return as(
        TTypeId.MAP_TYPE,
        `MAP<${key.sql}, ${value.sql}>`,
        new Map_(new Field('entries', entry, false)),
      )
    }
    default:
      throw new SqlError(
        `[UNSUPPORTED_FEATURE] The local warehouse cannot return a column of type ${duck.toString()}: cast it to a type that Databricks has. SQLSTATE: 0A000`,
        '0A000',
      )
  }
}

/** A field name as Spark prints it in a type: quoted unless it is a plain identifier. */
function quoted(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
}
