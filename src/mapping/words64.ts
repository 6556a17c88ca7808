import type { Data } from 'apache-arrow'

/** The values of a 64-bit or wider column as 32-bit words, lowest first: no BigInt per value. */
export function wordsOf(data: Data): Int32Array {
  const { buffer, byteOffset, byteLength }: Uint8Array = data.values
  return new Int32Array(buffer, byteOffset, byteLength / 4)
}

/** The word at an index that is known to be there. */
export function wordAt(words: Int32Array, index: number): number {
  return words[index] ?? 0
}
