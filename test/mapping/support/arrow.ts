import {
  type Data,
  DataType,
  Field,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  Vector,
} from 'apache-arrow'

/** A value of a test column: bytes are raw text, so that a test can hold text that is not UTF-8. */
export type Value =
  | null
  | string
  | Uint8Array
  | number
  | bigint
  | boolean
  | readonly Value[]
  | { readonly members: readonly Value[] }
  | { readonly entries: readonly (readonly [Value, Value])[] }

/** Lays values out as Arrow does, buffer by buffer. */
export function dataOf(type: DataType, values: readonly Value[]): Data {
  const length = values.length
  const nullCount = values.filter((value) => value === null).length
  const nullBitmap = bitmap(values.map((value) => value !== null))
  const shape = { type, length, nullCount, nullBitmap: nullCount > 0 ? nullBitmap : undefined }
  const make = (more: object) => makeData({ ...shape, ...more } as never)
  if (DataType.isNull(type)) return make({})
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isBinary(type)) {
    const parts = values.map((value) =>
      typeof value === 'string' ? Buffer.from(value) : ((value as Uint8Array) ?? Buffer.alloc(0)),
    )
    const valueOffsets = offsetsOf(parts.map((part) => part.length))
    return make({
      data: Buffer.concat(parts),
      valueOffsets: DataType.isLargeUtf8(type)
        ? BigInt64Array.from(valueOffsets, BigInt)
        : valueOffsets,
    })
  }
  if (DataType.isDecimal(type)) {
    const words = values.flatMap((value) => {
      const unsigned = BigInt.asUintN(type.bitWidth, BigInt((value as bigint) ?? 0))
      return Array.from({ length: type.bitWidth / 32 }, (_, i) =>
        Number((unsigned >> BigInt(32 * i)) & 0xffffffffn),
      )
    })
    return make({ data: Uint32Array.from(words) })
  }
  if (DataType.isBool(type)) return make({ data: bitmap(values.map((value) => value === true)) })
  if (DataType.isStruct(type)) {
    const children = type.children.map((child, i) =>
      dataOf(
        child.type,
        values.map((value) => members(value)[i] ?? null),
      ),
    )
    return make({ children })
  }
  if (DataType.isMap(type)) {
    const all = values.map((value) => entries(value))
    const [keys, items] = type.children[0]!.type.children
    const flat = all.flat()
    const children = [
      dataOf(
        keys!.type,
        flat.map(([key]) => key),
      ),
      dataOf(
        items!.type,
        flat.map(([, item]) => item),
      ),
    ]
    const child = makeData({
      type: type.children[0]!.type as Struct,
      length: flat.length,
      children,
    })
    return make({ valueOffsets: offsetsOf(all.map((list) => list.length)), child })
  }
  if (DataType.isFixedSizeList(type)) {
    const filler = Array.from({ length: type.listSize }, () => null)
    const child = dataOf(
      type.valueType,
      values.flatMap((value) => list(value) ?? filler),
    )
    return make({ child })
  }
  if (DataType.isList(type) || DataType.isLargeList(type)) {
    const lists = values.map((value) => list(value) ?? [])
    const child = dataOf(type.children[0]!.type, lists.flat())
    const valueOffsets = offsetsOf(lists.map((items) => items.length))
    return make({
      child,
      valueOffsets: DataType.isLargeList(type)
        ? BigInt64Array.from(valueOffsets, BigInt)
        : valueOffsets,
    })
  }
  if (DataType.isDictionary(type)) {
    // Two chunks of values, and NULL by turns in the indices and in the values they point to.
    const filler = values.find((value) => value !== null) ?? null
    const entries = values.map((value, i) => (i % 2 === 0 ? (value ?? filler) : value))
    const half = Math.floor(length / 2)
    const chunks = [entries.slice(0, half), entries.slice(half)].filter(
      (chunk, i) => i === 1 || chunk.length > 0,
    )
    const dictionary = new Vector(chunks.map((chunk) => dataOf(type.dictionary, chunk)))
    const data = type.indices.ArrayType.from(values.map((_, i) => i) as never)
    const isSet = values.map((value, i) => i % 2 === 1 || value !== null)
    const unset = isSet.filter((it) => !it).length
    return makeData({
      type,
      length,
      nullCount: unset,
      nullBitmap: bitmap(isSet),
      data,
      dictionary,
    } as never)
  }
  const blank = type.ArrayType === BigInt64Array || type.ArrayType === BigUint64Array ? 0n : 0
  const data = type.ArrayType.from(values.map((value) => value ?? blank) as never)
  return make({ data })
}

/** A batch of columns; with `around`, a slice of one that has that many rows more on both sides. */
export function batchOf(
  columns: readonly { name: string; type: DataType; values: readonly Value[]; sql?: string }[],
  { around = 0, throughIpc = false }: { around?: number; throughIpc?: boolean } = {},
): RecordBatch {
  const rows = columns[0]?.values.length ?? 0
  const children = columns.map(({ type, values }) => {
    const padding = rows === 0 ? [] : Array.from({ length: around }, (_, i) => values[i % rows]!)
    const padded = dataOf(type, [...padding, ...values, ...padding])
    return around === 0 || rows === 0 ? padded : padded.slice(around, rows)
  })
  const fields = columns.map(
    ({ name, type, sql }) =>
      new Field(
        name,
        type,
        true,
        sql === undefined ? undefined : new Map([['Spark:DataType:SqlName', sql]]),
      ),
  )
  const data = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children })
  const batch = new RecordBatch(new Schema(fields), data as never)
  return throughIpc ? ipc(batch) : batch
}

/** The batch as it comes off the wire. */
export function ipc(batch: RecordBatch): RecordBatch {
  const bytes = RecordBatchStreamWriter.writeAll(new Table([batch])).toUint8Array(true)
  for (const read of RecordBatchReader.from(bytes)) return read
  return batch
}

function bitmap(bits: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array((Math.ceil(bits.length / 64) || 1) * 8)
  bits.forEach((bit, i) => {
    if (bit) bytes[i >> 3]! |= 1 << (i & 7)
  })
  return bytes
}

function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1)
  lengths.forEach((length, i) => {
    offsets[i + 1] = offsets[i]! + length
  })
  return offsets
}

const list = (value: Value) => (Array.isArray(value) ? (value as readonly Value[]) : undefined)
const members = (value: Value) =>
  typeof value === 'object' && value !== null && 'members' in value ? value.members : []
const entries = (value: Value): readonly (readonly [Value, Value])[] =>
  typeof value === 'object' && value !== null && 'entries' in value && !Array.isArray(value)
    ? (value.entries as readonly (readonly [Value, Value])[])
    : []
