import type { DuckDBListVector, DuckDBVector } from '@duckdb/node-api'
import { type Items, longBytes, rawOf } from './raw-vector.ts'

/** Rows `from` to `from + count` of a vector. */
export interface Slice {
  readonly vector: DuckDBVector
  readonly from: number
  readonly count: number
}

/** Arrow's validity bitmap; none at all when no row is NULL. */
export function validity(
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

/** Whole arrays one after the other, converted to the target's width where it is wider. */
export function copied<T extends Items>(target: T, slices: readonly Slice[]): T {
  let at = 0
  for (const { vector, from, count } of slices) {
    const part = rawOf(vector).items.subarray(from, from + count)
    ;(target as Int32Array).set(part as Int32Array, at)
    at += count
  }
  return target
}

/** Booleans, one byte each in DuckDB, as bits. */
export function bits(slices: readonly Slice[], length: number): Uint8Array {
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
export function widened(
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
export function strings(
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
export function lists(
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
