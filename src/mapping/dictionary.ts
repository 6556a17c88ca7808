import type { Data } from 'apache-arrow'
import type { Bind, Binding, Write } from './cell.ts'

/** A piece of a dictionary's values, and the index of its first one. */
export interface Chunk {
  readonly data: Data
  readonly start: number
}

/** The pieces of a dictionary column's values. */
export function chunksOf(data: Data): Chunk[] {
  let start = 0
  return (data.dictionary?.data ?? []).map((chunk) => {
    start += chunk.length
    return { data: chunk, start: start - chunk.length }
  })
}

/** Which chunk holds the value of `index`. */
export function chunkAt(chunks: readonly Chunk[], index: number): number {
  let at = chunks.length - 1
  while (at > 0 && index < (chunks[at]?.start ?? 0)) at--
  return at
}

/** A writer that resolves the indices of a dictionary column, with one writer of `bind`'s per chunk of values. */
export function bindDictionary(data: Data, binding: Binding, bind: Bind): Write {
  const indices = data.values
  const chunks = chunksOf(data)
  const writers = chunks.map((chunk) =>
    bind(chunk.data, { ...binding, from: 0, to: chunk.data.length }),
  )
  return (row) => {
    const index = Number(indices[row])
    const at = chunkAt(chunks, index)
    return writers[at]?.(index - (chunks[at]?.start ?? 0))
  }
}
