import { ByteWriter } from './byte-writer.ts'

/** Numbers that repeat: kept, and written, as (value, how often). Parquet's RLE encoding without bit-packed runs. */
export class RunLengths {
  #values: number[] = []
  #counts: number[] = []
  #count = 0

  /** How many numbers, repetitions included. */
  get count(): number {
    return this.#count
  }

  /** How many runs. */
  get runs(): number {
    return this.#values.length
  }

  push(value: number, count: number): void {
    if (count === 0) return
    this.#count += count
    const last = this.#values.length - 1
    if (this.#values[last] === value) {
      this.#counts[last] = (this.#counts[last] ?? 0) + count
    } else {
      this.#values.push(value)
      this.#counts.push(count)
    }
  }

  /** The runs, each value in `width` bytes; starts again, empty. */
  take(width: number): Uint8Array {
    const writer = new ByteWriter(this.#values.length * (width + 3))
    for (let i = 0; i < this.#values.length; i++) {
      writer.varint((this.#counts[i] ?? 0) << 1)
      writer.uint(this.#values[i] ?? 0, width)
    }
    this.#values = []
    this.#counts = []
    this.#count = 0
    return writer.take()
  }
}
