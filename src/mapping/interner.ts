/** Gives equal texts the same small number, from 0 up, without making a string of each. */
export class Interner {
  readonly texts: string[] = []
  readonly #most: number
  readonly #stored: Uint8Array[] = []
  readonly #buckets = new Map<number, number[]>()

  /** Numbers stay below `most`; texts that come when they are used up get `most`. */
  constructor(most: number) {
    this.#most = most
  }

  /** The number of the text `bytes[from … to - 1]`. */
  indexOf(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
    const bucket = this.#buckets.get(hash)
    for (const index of bucket ?? []) {
      if (isSame(this.#stored[index], bytes, from, to)) return index
    }
    if (this.texts.length >= this.#most) return this.#most
    const index = this.texts.length
    const stored = bytes.slice(from, to)
    this.#stored.push(stored)
    this.texts.push(Buffer.from(stored).toString())
    if (bucket === undefined) this.#buckets.set(hash, [index])
    else bucket.push(index)
    return index
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array, from: number, to: number): boolean {
  if (a === undefined || a.length !== to - from) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[from + i]) return false
  return true
}
