import {
  type DuckDBListType,
  type DuckDBListVector,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBStructVector,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBVector,
  DuckDBStructType as StructType,
} from '@duckdb/node-api'
import { type Data, type DataType, makeData } from 'apache-arrow'
import type { ColumnType } from './column.ts'
import { encodeValues } from './encode-values.ts'
import { decimalWidth, type Items, isRaw, longBytes, rawOf } from './raw-vector.ts'

/** Rows `from` to `from + count` of a vector. */
export interface Slice {
  readonly vector: DuckDBVector
  readonly from: number
  readonly count: number
}

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

/** Arrow's validity bitmap; none at all when no row is NULL. */
function validity(
  slices: readonly Slice[],
  length: number,
): { nullCount: number; nullBitmap?: Uint8Array } {
  if (slices.every(({ vector }) => rawOf(vector).validity.data === null)) return { nullCount: 0 }
  const nullBitmap = new Uint8Array((length + 7) >> 3)
  let at = 0
  let valid = 0
  for (const { vector, from, count } of slices) {
    const isValid = validAt(vector)
    for (let row = from; row < from + count; row++, at++) {
      if (!isValid(row)) continue
      nullBitmap[at >> 3] = (nullBitmap[at >> 3] ?? 0) | (1 << (at & 7))
      valid++
    }
  }
  return valid === length ? { nullCount: 0 } : { nullCount: length - valid, nullBitmap }
}

/** Tells whether a row is not NULL. */
function validAt(vector: DuckDBVector): (row: number) => boolean {
  const { data, offset } = rawOf(vector).validity
  if (data === null) return () => true
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length * 2)
  return (row) => (((words[(offset + row) >> 5] ?? 0) >>> ((offset + row) & 31)) & 1) === 1
}

function copied<T extends Items>(target: T, slices: readonly Slice[]): T {
  let at = 0
  for (const { vector, from, count } of slices) {
    const part = rawOf(vector).items.subarray(from, from + count)
    ;(target as Int32Array).set(part as Int32Array, at)
    at += count
  }
  return target
}

/** Booleans, one byte each in DuckDB, as bits. */
function bits(slices: readonly Slice[], length: number): Uint8Array {
  const target = new Uint8Array((length + 7) >> 3)
  let at = 0
  for (const { vector, from, count } of slices) {
    const { dataView } = rawOf(vector)
    for (let row = from; row < from + count; row++, at++) {
      if (dataView.getUint8(row) !== 0) target[at >> 3] = (target[at >> 3] ?? 0) | (1 << (at & 7))
    }
  }
  return target
}

/**
 * Little-endian integers of `words` 32-bit words (½ = 16 bits) as integers of `wide` words, the upper ones
 * filled with the sign or with zeros.
 */
function widened(
  slices: readonly Slice[],
  length: number,
  words: number,
  wide: number,
  signed: boolean,
): Int32Array {
  const target = new Int32Array(length * wide)
  let at = 0
  for (const { vector, from, count } of slices) {
    const { items, dataView } = rawOf(vector)
    const memory = items ?? dataView
    const narrow = words < 1 ? Int16Array : Int32Array
    const step = Math.max(1, words)
    const source = new narrow(
      memory.buffer as ArrayBuffer,
      memory.byteOffset,
      vector.itemCount * step,
    )
    for (let i = from * step; i < (from + count) * step; i += step) {
      for (let word = 0; word < step; word++) target[at + word] = source[i + word] ?? 0
      const fill = signed ? (source[i + step - 1] ?? 0) >> 31 : 0
      for (let word = step; word < wide; word++) target[at + word] = fill
      at += wide
    }
  }
  return target
}

/** DuckDB's 16-byte string slots (length, then twelve bytes or a pointer) as one run of bytes with offsets. */
function strings(
  slices: readonly Slice[],
  length: number,
): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(length + 1)
  let row = 0
  let total = 0
  for (const { vector, from, count } of slices) {
    const { dataView } = rawOf(vector)
    const isValid = validAt(vector)
    for (let i = from; i < from + count; i++) {
      if (isValid(i)) total += dataView.getUint32(i * 16, true)
      valueOffsets[++row] = total
    }
  }
  const data = new Uint8Array(total)
  row = 0
  for (const { vector, from, count } of slices) {
    const { dataView } = rawOf(vector)
    const slots = new Uint8Array(dataView.buffer, dataView.byteOffset, dataView.byteLength)
    const longAt = longBytes(vector)
    for (let i = from; i < from + count; i++, row++) {
      const start = valueOffsets[row] ?? 0
      const size = (valueOffsets[row + 1] ?? 0) - start
      if (size > 12) data.set(longAt(i), start)
      else for (let b = 0; b < size; b++) data[start + b] = slots[i * 16 + 4 + b] ?? 0
    }
  }
  return { valueOffsets, data }
}

/** Lists as offsets, and the slices of their child vector that they cover, in row order. */
function lists(
  slices: readonly Slice[],
  length: number,
): { valueOffsets: Int32Array; children: Slice[] } {
  const valueOffsets = new Int32Array(length + 1)
  const children: Slice[] = []
  let row = 0
  let total = 0
  for (const { vector, from, count } of slices) {
    const { entryData } = rawOf(vector)
    const entries = new Uint32Array(entryData.buffer, entryData.byteOffset, entryData.length * 2)
    const isValid = validAt(vector)
    const child = (vector as DuckDBListVector).childVector
    let start = 0
    let size = 0
    for (let i = from; i < from + count; i++) {
      const items = isValid(i) ? (entries[i * 4 + 2] ?? 0) : 0
      valueOffsets[++row] = total += items
      if (items === 0) continue
      const offset = entries[i * 4] ?? 0
      if (offset !== start + size) {
        if (size > 0) children.push({ vector: child, from: start, count: size })
        start = offset
        size = 0
      }
      size += items
    }
    if (size > 0) children.push({ vector: child, from: start, count: size })
  }
  return { valueOffsets, children }
}
