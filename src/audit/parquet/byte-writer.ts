/** Bytes that are appended to and then taken whole. Integers are little-endian, as Parquet wants them. */
export class ByteWriter {
  #bytes: Uint8Array
  #view: DataView
  #length = 0

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity)
    this.#view = new DataView(this.#bytes.buffer)
  }

  get length(): number {
    return this.#length
  }

  int32(value: number): void {
    this.#reserve(4)
    this.#view.setInt32(this.#length, value, true)
    this.#length += 4
  }

  int64(value: bigint): void {
    this.#reserve(8)
    this.#view.setBigInt64(this.#length, value, true)
    this.#length += 8
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  varint(value: number): void {
    this.#reserve(5)
    let rest = value >>> 0
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128
      rest >>>= 7
    }
    this.#bytes[this.#length++] = rest
  }

  /** The low `width` bytes of a number. */
  uint(value: number, width: number): void {
    this.#reserve(width)
    for (let i = 0; i < width; i++) this.#bytes[this.#length++] = value >>> (8 * i)
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length)
    this.#bytes.set(source, this.#length)
    this.#length += source.length
  }

  /** A text in UTF-8 behind its length. */
  text(value: string): void {
    const bytes = Buffer.from(value)
    this.int32(bytes.length)
    this.bytes(bytes)
  }

  /**
   * `source[starts[i] … ends[i]]` for `i` from `from` to `to - 1`, each behind its length. Short values are copied
   * byte by byte: a call per value costs more than the copy.
   */
  slices(
    source: Uint8Array,
    starts: Int32Array | Uint32Array,
    ends: Int32Array | Uint32Array,
    from: number,
    to: number,
  ): void {
    if (to <= from) return
    this.#reserve((ends[to - 1] ?? 0) - (starts[from] ?? 0) + 4 * (to - from))
    const bytes = this.#bytes
    let at = this.#length
    for (let i = from; i < to; i++) {
      const start = starts[i] ?? 0
      const end = ends[i] ?? 0
      this.#view.setInt32(at, end - start, true)
      at += 4
      if (end - start > 64) bytes.set(source.subarray(start, end), at)
      else for (let s = start, t = at; s < end; s++, t++) bytes[t] = source[s] ?? 0
      at += end - start
    }
    this.#length = at
  }

  /** Values `from … to - 1` of `width` bytes each that lie back to back, each behind its length. */
  fixed(source: Uint8Array, width: number, from: number, to: number): void {
    this.#reserve((4 + width) * (to - from))
    const bytes = this.#bytes
    let at = this.#length
    let s = from * width
    for (let i = from; i < to; i++) {
      this.#view.setInt32(at, width, true)
      at += 4
      for (const end = at + width; at < end; s++, at++) bytes[at] = source[s] ?? 0
    }
    this.#length = at
  }

  /** Everything written so far behind `head`, copied; the writer starts again in the same memory. */
  takeBehind(head: Uint8Array): Uint8Array {
    const taken = Buffer.concat([head, this.#bytes.subarray(0, this.#length)])
    this.#length = 0
    return taken
  }

  /** Everything written so far; the writer starts again with room for as much. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length)
    this.#bytes = new Uint8Array(this.#length + 1024)
    this.#view = new DataView(this.#bytes.buffer)
    this.#length = 0
    return taken
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}
