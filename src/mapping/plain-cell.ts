import { type Data, DataType, DateUnit } from 'apache-arrow'
import { decimalText, shortestFloat } from './numbers.ts'
import { decodeText } from './texts.ts'
import { unitsPerSecond } from './times.ts'

/** A value as the plain encoder sees it. BIGINT is a bigint, DECIMAL its text, everything else what it looks like. */
export type Cell =
  | null
  | string
  | number
  | bigint
  | boolean
  | { readonly kind: 'decimal'; readonly text: string }
  | { readonly kind: 'day' | 'instant'; readonly nanos: bigint }
  | { readonly kind: 'list'; readonly items: readonly Cell[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [Cell, Cell])[] }

const perSecond = 1_000_000_000n
const perDay = 86_400n * perSecond

/** Reads one value of an Arrow column, the obvious way. */
export function readCell(data: Data, row: number): Cell {
  const { type } = data
  if (DataType.isNull(type) || !data.getValid(row)) return null
  const value = () => data.values[row]
  if (DataType.isDictionary(type)) return readDictionary(data, Number(value()))
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) {
    const [start, end] = [Number(data.valueOffsets[row]), Number(data.valueOffsets[row + 1])]
    return decodeText(data.values.subarray(start, end))
  }
  if (DataType.isInt(type)) return BigInt(value())
  if (DataType.isFloat(type)) {
    return data.values instanceof Float32Array && Number.isFinite(value())
      ? shortestFloat(value())
      : value()
  }
  if (DataType.isBool(type)) {
    const bit = data.offset + row
    return ((data.values[bit >> 3] >> (bit & 7)) & 1) === 1
  }
  if (DataType.isDecimal(type)) {
    const words: Uint32Array = data.values
    const each = type.bitWidth / 32
    const unsigned = words
      .slice(row * each, (row + 1) * each)
      .reduceRight((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n)
    return {
      kind: 'decimal',
      text: decimalText(BigInt.asIntN(type.bitWidth, unsigned), type.scale),
    }
  }
  if (DataType.isDate(type)) {
    const nanos =
      type.unit === DateUnit.DAY ? BigInt(value()) * perDay : BigInt(value()) * 1_000_000n
    return { kind: 'day', nanos: nanos - modulo(nanos, perDay) }
  }
  if (DataType.isTimestamp(type)) {
    return { kind: 'instant', nanos: BigInt(value()) * (perSecond / BigInt(unitsPerSecond(type))) }
  }
  return readNested(data, row)
}

function readDictionary(data: Data, index: number): Cell {
  let rest = index
  for (const chunk of data.dictionary?.data ?? []) {
    if (rest < chunk.length) return readCell(chunk, rest)
    rest -= chunk.length
  }
  return null
}

function readNested(data: Data, row: number): Cell {
  const { type, children } = data
  if (DataType.isStruct(type)) {
    const members = children.map(
      (child, i) => [type.children[i]?.name ?? '', readCell(child, row)] as const,
    )
    return { kind: 'object', members }
  }
  const [start, end] = DataType.isFixedSizeList(type)
    ? [row * type.listSize, (row + 1) * type.listSize]
    : [Number(data.valueOffsets[row]), Number(data.valueOffsets[row + 1])]
  const [child] = children
  const indices = Array.from({ length: end - start }, (_, i) => start + i)
  if (child === undefined) return null
  if (!DataType.isMap(type)) return { kind: 'list', items: indices.map((i) => readCell(child, i)) }
  const [keys, values] = child.children
  if (keys === undefined || values === undefined) return null
  return {
    kind: 'object',
    members: indices.map((i) => [readCell(keys, i), readCell(values, i)] as const),
  }
}

/** The remainder that is never negative. */
export function modulo(a: bigint, b: bigint): bigint {
  return ((a % b) + b) % b
}
