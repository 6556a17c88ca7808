import {
  DuckDBBlobVector,
  type DuckDBListType,
  type DuckDBListVector,
  type DuckDBMapType,
  type DuckDBStructType,
  type DuckDBStructVector,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBVector,
} from '@duckdb/node-api'

/** The typed arrays of DuckDB's fixed-width vectors. */
export type Items =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/**
 * The memory behind a vector: fields of @duckdb/node-api's vector classes that are public in JavaScript but
 * not promised. `isRaw` looks for them first; where they are missing, values are read one by one instead.
 */
export interface RawVector {
  readonly items: Items
  readonly dataView: DataView
  /** Offset and length of each row's list, in turn. */
  readonly entryData: BigUint64Array
  /** The list of key and value structs behind a map. */
  readonly listVector: DuckDBListVector
  /** One bit a row, 1 = valid; no `data` means that every row is. */
  readonly validity: { readonly data: BigUint64Array | null; readonly offset: number }
}

/** The memory behind a vector. Only after `isRaw` said yes. */
export function rawOf(vector: DuckDBVector): RawVector {
  return vector as unknown as RawVector
}

/** True when the vector, and every vector inside it, shows its memory in the layout that the encoder reads. */
export function isRaw(vector: DuckDBVector, type: DuckDBType): boolean {
  const raw = vector as unknown as Partial<RawVector>
  if (type.typeId === DuckDBTypeId.MAP) {
    const { keyType, valueType } = type as DuckDBMapType
    const list = raw.listVector
    const entries = list?.childVector as DuckDBStructVector | undefined
    return (
      list !== undefined &&
      isRawList(list) &&
      typeof entries?.entryVectorAt === 'function' &&
      hasValidity(entries) &&
      isRaw(entries.entryVectorAt(0), keyType) &&
      isRaw(entries.entryVectorAt(1), valueType)
    )
  }
  if (!hasValidity(vector)) return false
  const width = widths[type.typeId]
  if (width !== undefined) {
    const memory = raw.items ?? raw.dataView
    const bytes = width === 0 ? decimalWidth(type) : width
    return ArrayBuffer.isView(memory) && memory.byteLength >= vector.itemCount * bytes
  }
  switch (type.typeId) {
    case DuckDBTypeId.LIST: {
      const list = vector as DuckDBListVector
      return isRawList(list) && isRaw(list.childVector, (type as DuckDBListType).valueType)
    }
    case DuckDBTypeId.STRUCT: {
      const struct = vector as DuckDBStructVector
      return (
        typeof struct.entryVectorAt === 'function' &&
        (type as DuckDBStructType).entryTypes.every((entry, i) =>
          isRaw(struct.entryVectorAt(i), entry),
        )
      )
    }
    default:
      return false
  }
}

type BlobParts = ConstructorParameters<typeof DuckDBBlobVector>

/** Reads the bytes of strings longer than the twelve that fit into a slot, by DuckDB's own accessor for binary values. */
export function longBytes(vector: DuckDBVector): (row: number) => Uint8Array {
  const { dataView, validity } = rawOf(vector)
  const blobs = new DuckDBBlobVector(
    dataView,
    validity as unknown as BlobParts[1],
    undefined as unknown as BlobParts[2],
    0,
    vector.itemCount,
  )
  return (row) => blobs.getItemBytes(row) ?? new Uint8Array()
}

/** Bytes a row of the types kept in one array; 0 means that it depends on the decimal's precision. */
const widths: Readonly<Partial<Record<DuckDBTypeId, number>>> = {
  [DuckDBTypeId.BOOLEAN]: 1,
  [DuckDBTypeId.TINYINT]: 1,
  [DuckDBTypeId.UTINYINT]: 1,
  [DuckDBTypeId.SMALLINT]: 2,
  [DuckDBTypeId.USMALLINT]: 2,
  [DuckDBTypeId.INTEGER]: 4,
  [DuckDBTypeId.UINTEGER]: 4,
  [DuckDBTypeId.FLOAT]: 4,
  [DuckDBTypeId.DATE]: 4,
  [DuckDBTypeId.BIGINT]: 8,
  [DuckDBTypeId.UBIGINT]: 8,
  [DuckDBTypeId.DOUBLE]: 8,
  [DuckDBTypeId.TIMESTAMP]: 8,
  [DuckDBTypeId.TIMESTAMP_TZ]: 8,
  [DuckDBTypeId.HUGEINT]: 16,
  [DuckDBTypeId.VARCHAR]: 16,
  [DuckDBTypeId.BLOB]: 16,
  [DuckDBTypeId.DECIMAL]: 0,
}

/** Bytes of one DECIMAL in DuckDB, by its precision. */
export function decimalWidth(type: DuckDBType): 2 | 4 | 8 | 16 {
  const { width } = type as unknown as { width: number }
  if (width <= 4) return 2
  if (width <= 9) return 4
  return width <= 18 ? 8 : 16
}

function isRawList(list: DuckDBListVector): boolean {
  const { entryData } = rawOf(list)
  return (
    ArrayBuffer.isView(entryData) &&
    entryData.length >= list.itemCount * 2 &&
    hasValidity(list) &&
    list.childVector !== undefined
  )
}

function hasValidity(vector: DuckDBVector): boolean {
  const validity = (vector as unknown as Partial<RawVector>).validity
  return (
    typeof validity?.offset === 'number' &&
    (validity.data === null || ArrayBuffer.isView(validity.data))
  )
}
