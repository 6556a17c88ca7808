import { ByteWriter } from './byte-writer.ts'

/** Numbers that repeat: kept, and written, as (value, how often). Parquet's RLE encoding without bit-packed runs. */
export class RunLengths {
  #runs: { readonly value: number; count: number }[] = []
  #last: { readonly value: number; count: number } | undefined
  #count = 0

  /** How many numbers, repetitions included. */
  get count(): number {
    return this.#count
  }

  /** How many runs. */
  get runs(): number {
    return this.#runs.length
  }

  push(value: number, count: number): void {
    if (count === 0) return
    this.#count += count
    if (this.#last?.value === value) {
      this.#last.count += count
    } else {
      this.#last = { value, count }
      this.#runs.push(this.#last)
    }
  }

  /** The runs, each value in `width` bytes; starts again, empty. */
  take(width: number): Uint8Array {
    const writer = new ByteWriter(this.#runs.length * (width + 3))
    for (const { value, count } of this.#runs) {
      writer.varint(count << 1)
      writer.uint(value, width)
    }
    this.#runs = []
    this.#last = undefined
    this.#count = 0
    return writer.take()
  }
}
