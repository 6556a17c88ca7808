import {
  type DuckDBListType,
  type DuckDBListValue,
  type DuckDBMapType,
  type DuckDBMapValue,
  type DuckDBStructType,
  type DuckDBStructValue,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBStructType as StructType,
} from '@duckdb/node-api'
import { type Data, type DataType, makeData } from 'apache-arrow'

/** Anything DuckDB's reader returns for one value; NULL is null. */
type Value = unknown

/**
 * The slow way to Arrow: from values as DuckDB's own reader returns them. It serves the types whose memory the
 * encoder does not read (enumerations, UUIDs, fixed-size arrays) and stands in should DuckDB's classes change.
 */
export function encodeValues(duck: DuckDBType, type: DataType, values: readonly Value[]): Data {
  const length = values.length
  const common = { type, length, ...validity(values) }
  const fixed = (data: unknown) => makeData({ ...common, data } as never) as Data
  const numbers = () => values.map((value) => (value === null ? 0 : Number(value)))
  switch (duck.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return fixed(bitmap(values, (value) => value === true))
    case DuckDBTypeId.TINYINT:
      return fixed(Int8Array.from(numbers()))
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.UTINYINT:
      return fixed(Int16Array.from(numbers()))
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.USMALLINT:
      return fixed(Int32Array.from(numbers()))
    case DuckDBTypeId.FLOAT:
      return fixed(Float32Array.from(numbers()))
    case DuckDBTypeId.DOUBLE:
      return fixed(Float64Array.from(numbers()))
    case DuckDBTypeId.DATE:
      return fixed(Int32Array.from(values, (v) => (v as { days: number } | null)?.days ?? 0))
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UINTEGER:
      return fixed(BigInt64Array.from(values, (v) => BigInt((v as bigint | number | null) ?? 0)))
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return fixed(
        BigInt64Array.from(values, (v) => (v as { micros: bigint } | null)?.micros ?? 0n),
      )
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.HUGEINT:
      return fixed(words(values.map((v) => (v as bigint | null) ?? 0n)))
    case DuckDBTypeId.DECIMAL:
      return fixed(words(values.map((v) => (v as { value: bigint } | null)?.value ?? 0n)))
    case DuckDBTypeId.VARCHAR:
    case DuckDBTypeId.ENUM:
    case DuckDBTypeId.UUID:
      return bytes(common, values, (value) => Buffer.from(String(value), 'utf8'))
    case DuckDBTypeId.BLOB:
      return bytes(common, values, (value) => (value as { bytes: Uint8Array }).bytes)
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY: {
      const { valueType } = duck as DuckDBListType
      const items = values.map((v) => (v as DuckDBListValue | null)?.items ?? [])
      return nested(common, items, encodeValues(valueType, childType(type, 0), items.flat()))
    }
    case DuckDBTypeId.MAP: {
      const { keyType, valueType } = duck as DuckDBMapType
      const entries = values.map((v) =>
        ((v as DuckDBMapValue | null)?.entries ?? []).map((entry) => ({ entries: entry })),
      )
      const entry = new StructType(['key', 'value'], [keyType, valueType])
      return nested(common, entries, encodeValues(entry, childType(type, 0), entries.flat()))
    }
    case DuckDBTypeId.STRUCT: {
      const { entryNames, entryTypes } = duck as DuckDBStructType
      const children = entryTypes.map((entry, i) => {
        const name = entryNames[i] ?? ''
        const column = values.map((v) => (v as DuckDBStructValue | null)?.entries[name] ?? null)
        return encodeValues(entry, childType(type, i), column)
      })
      return makeData({ ...common, children } as never)
    }
    default:
      throw new Error(`columnType and encodeValues disagree about ${duck.toString()}`)
  }
}

function childType(type: DataType, index: number): DataType {
  const field = type.children[index]
  if (field === undefined) throw new Error('Arrow type without the child that its DuckDB type has')
  return field.type
}

function validity(values: readonly Value[]): { nullCount: number; nullBitmap?: Uint8Array } {
  const nullCount = values.reduce<number>((sum, value) => sum + (value === null ? 1 : 0), 0)
  if (nullCount === 0) return { nullCount }
  return { nullCount, nullBitmap: bitmap(values, (value) => value !== null) }
}

function bitmap(values: readonly Value[], isSet: (value: Value) => boolean): Uint8Array {
  const target = new Uint8Array((values.length + 7) >> 3)
  values.forEach((value, at) => {
    if (isSet(value)) target[at >> 3] = (target[at >> 3] ?? 0) | (1 << (at & 7))
  })
  return target
}

/** 128-bit integers as little-endian 32-bit words. */
function words(values: readonly bigint[]): Uint32Array {
  const target = new BigInt64Array(values.length * 2)
  values.forEach((value, i) => {
    target[i * 2] = BigInt.asIntN(64, value)
    target[i * 2 + 1] = BigInt.asIntN(64, value >> 64n)
  })
  return new Uint32Array(target.buffer)
}

function bytes(common: object, values: readonly Value[], read: (value: Value) => Uint8Array): Data {
  const parts = values.map((value) => (value === null ? new Uint8Array() : read(value)))
  return makeData({ ...common, valueOffsets: offsets(parts), data: Buffer.concat(parts) } as never)
}

function nested(common: object, parts: readonly (readonly unknown[])[], child: Data): Data {
  return makeData({ ...common, valueOffsets: offsets(parts), child } as never)
}

function offsets(parts: readonly { readonly length: number }[]): Int32Array {
  const target = new Int32Array(parts.length + 1)
  let total = 0
  parts.forEach((part, i) => {
    total += part.length
    target[i + 1] = total
  })
  return target
}
