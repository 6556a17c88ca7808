/**
 * A byte buffer that grows and is written through its parts: hot loops reserve room once, store at `at` and move
 * it. `reserve` always leaves three spare bytes, so that copies may store whole words past their end. `bytes` and
 * `view` change when it grows: read them anew after every `reserve`.
 */
export class Out {
  bytes: Uint8Array
  view: DataView
  at = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Makes room for `count` bytes more. */
  reserve(count: number): void {
    if (this.at + count + 3 > this.bytes.length) this.#grow(count + 3)
  }

  /** Appends one byte. */
  push(byte: number): void {
    this.reserve(1)
    this.bytes[this.at++] = byte
  }

  /** What was written so far, sharing memory until the next write. */
  written(from = 0): Uint8Array {
    return this.bytes.subarray(from, this.at)
  }

  #grow(count: number): void {
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + count))
    larger.set(this.written())
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

/** A text that never changes, kept as little-endian words so that writing it is a few stores. */
export interface Literal {
  readonly words: Int32Array
  readonly length: number
}

/** Makes a {@link Literal} of `text`. */
export function literal(text: string): Literal {
  const bytes = Buffer.from(text)
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  padded.set(bytes)
  return { words: new Int32Array(padded.buffer), length: bytes.length }
}

/** Appends a literal. */
export function writeLiteral(out: Out, { words, length }: Literal): void {
  out.reserve(length)
  const { view, at } = out
  for (let i = 0; i < words.length; i++) view.setInt32(at + i * 4, words[i] ?? 0, true)
  out.at = at + length
}
