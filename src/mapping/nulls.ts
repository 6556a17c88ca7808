import { type Data, DataType } from 'apache-arrow'
import { chunkAt, chunksOf } from './dictionary.ts'

/** True when a row is NULL. */
export type IsNull = (row: number) => boolean

/** The NULL test of a column; undefined when nothing in it is NULL. */
export function bindNull(data: Data): IsNull | undefined {
  if (DataType.isNull(data.type)) return () => true
  const isUnset = bindValidity(data)
  if (!DataType.isDictionary(data.type)) return isUnset
  // A dictionary can hold a NULL among its values too.
  const chunks = chunksOf(data)
  const nulls = chunks.map((chunk) => bindNull(chunk.data))
  if (nulls.every((isNull) => isNull === undefined)) return isUnset
  return (row) => {
    if (isUnset?.(row)) return true
    const index = Number(data.values[row])
    const at = chunkAt(chunks, index)
    return nulls[at]?.(index - (chunks[at]?.start ?? 0)) ?? false
  }
}

function bindValidity(data: Data): IsNull | undefined {
  if (data.nullCount <= 0) return undefined
  const { nullBitmap, offset } = data
  return (row) => (((nullBitmap[(offset + row) >> 3] ?? 0) >> ((offset + row) & 7)) & 1) === 0
}
