import {
  type DuckDBListType,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBStructVector,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBStructType as StructType,
} from '@duckdb/node-api'
import { type Data, type DataType, makeData } from 'apache-arrow'
import type { ColumnType } from './column.ts'
import { bits, copied, lists, type Slice, strings, validity, widened } from './encode-parts.ts'
import { encodeValues } from './encode-values.ts'
import { decimalWidth, type Items, isRaw, rawOf } from './raw-vector.ts'

/** The Arrow form of a column given as slices of DuckDB vectors, one after the other. */
export function encodeColumn(column: ColumnType, slices: readonly Slice[]): Data {
  if (slices.every(({ vector }) => isRaw(vector, column.duck))) {
    return encode(column.duck, column.arrow, slices)
  }
  return encodeValues(column.duck, column.arrow, valuesOf(slices))
}

/** Every value of the slices, by DuckDB's own reader: slow, and the same for every type. */
export function valuesOf(slices: readonly Slice[]): unknown[] {
  return slices.flatMap(({ vector, from, count }) =>
    Array.from({ length: count }, (_, i) => vector.getItem(from + i)),
  )
}

/** The fast way: whole arrays from DuckDB's memory, no object per value (strings over twelve bytes excepted). */
function encode(duck: DuckDBType, type: DataType, slices: readonly Slice[]): Data {
  const length = slices.reduce((sum, slice) => sum + slice.count, 0)
  const common = { length, ...(duck.typeId === DuckDBTypeId.MAP ? {} : validity(slices, length)) }
  const fixed = (data: Items) => makeData({ type, ...common, data } as never) as Data
  switch (duck.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return fixed(bits(slices, length))
    case DuckDBTypeId.TINYINT:
      return fixed(copied(new Int8Array(length), slices))
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.UTINYINT:
      return fixed(copied(new Int16Array(length), slices))
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.DATE:
      return fixed(copied(new Int32Array(length), slices))
    case DuckDBTypeId.FLOAT:
      return fixed(copied(new Float32Array(length), slices))
    case DuckDBTypeId.DOUBLE:
      return fixed(copied(new Float64Array(length), slices))
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return fixed(copied(new BigInt64Array(length), slices))
    case DuckDBTypeId.UINTEGER:
      return fixed(new BigInt64Array(widened(slices, length, 1, 2, false).buffer))
    case DuckDBTypeId.UBIGINT:
      return fixed(new Uint32Array(widened(slices, length, 2, 4, false).buffer))
    case DuckDBTypeId.HUGEINT:
      return fixed(new Uint32Array(widened(slices, length, 4, 4, true).buffer))
    case DuckDBTypeId.DECIMAL: {
      const words = decimalWidth(duck) / 4
      return fixed(new Uint32Array(widened(slices, length, words, 4, true).buffer))
    }
    case DuckDBTypeId.VARCHAR:
    case DuckDBTypeId.BLOB:
      return makeData({ type, ...common, ...strings(slices, length) } as never)
    case DuckDBTypeId.LIST: {
      const { valueType } = duck as DuckDBListType
      const { valueOffsets, children } = lists(slices, length)
      const child = encode(valueType, childType(type, 0), children)
      return makeData({ type, ...common, valueOffsets, child } as never)
    }
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = duck as DuckDBMapType
      const behind = slices.map((slice) => ({ ...slice, vector: rawOf(slice.vector).listVector }))
      const { valueOffsets, children } = lists(behind, length)
      const entry = new StructType(['key', 'value'], [keyType, valueType])
      const child = encode(entry, childType(type, 0), children)
      return makeData({ type, length, ...validity(behind, length), valueOffsets, child } as never)
    }
    case DuckDBTypeId.STRUCT: {
      const children = (duck as DuckDBStructType).entryTypes.map((entry, i) =>
        encode(
          entry,
          childType(type, i),
          slices.map((slice) => ({
            ...slice,
            vector: (slice.vector as DuckDBStructVector).entryVectorAt(i),
          })),
        ),
      )
      return makeData({ type, ...common, children } as never)
    }
    default:
      throw new Error(`isRaw and encode disagree about ${duck.toString()}`)
  }
}

function childType(type: DataType, index: number): DataType {
  const field = type.children[index]
  if (field === undefined) throw new Error('Arrow type without the child that its DuckDB type has')
  return field.type
}
