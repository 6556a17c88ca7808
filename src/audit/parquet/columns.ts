import { ByteWriter } from './byte-writer.ts'
import { RunLengths } from './run-lengths.ts'

/** The types of a part's columns, by the names that Databricks has for them. */
export type PartType = 'STRING' | 'INT' | 'BIGINT' | 'TIMESTAMP'

/** One column of one row group, encoded but not compressed: bodies of its data page and, if any, dictionary page. */
export interface ColumnChunk {
  readonly rows: number
  /** Levels and values. */
  readonly body: Uint8Array
  readonly dictionary?: { readonly entries: number; readonly body: Uint8Array }
}

/** A column that is being filled. Every value may be NULL. */
export interface PartColumn {
  readonly rows: number
  /** About how much memory its rows take. */
  readonly bytes: number
  /** The rows so far as a chunk; the column starts again, empty. */
  take(): ColumnChunk
}

/** A value of a {@link RunColumn}: TIMESTAMP in whole ms since the epoch, BIGINT as bigint or safe number. */
export type PartValue = string | number | bigint | null

/** A column whose values differ from row to row: texts or 32-bit integers, written plainly. */
export class PlainColumn implements PartColumn {
  readonly #levels = new RunLengths()
  readonly #values = new ByteWriter(64 * 1024)

  get rows(): number {
    return this.#levels.count
  }

  get bytes(): number {
    return this.#values.length
  }

  /** Texts `from … to - 1` of a block: see {@link ByteWriter.slices}. */
  slices(
    source: Uint8Array,
    starts: Int32Array | Uint32Array,
    ends: Int32Array | Uint32Array,
    from: number,
    to: number,
  ): void {
    this.#values.slices(source, starts, ends, from, to)
    this.#levels.push(1, to - from)
  }

  /** Texts of one width that lie back to back. */
  fixed(source: Uint8Array, width: number, from: number, to: number): void {
    this.#values.fixed(source, width, from, to)
    this.#levels.push(1, to - from)
  }

  /** How long each of the slices is, as 32-bit integers. */
  lengths(starts: Uint32Array, ends: Uint32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#values.int32((ends[i] ?? 0) - (starts[i] ?? 0))
    this.#levels.push(1, to - from)
  }

  text(value: string): void {
    this.#values.text(value)
    this.#levels.push(1, 1)
  }

  nulls(count: number): void {
    this.#levels.push(0, count)
  }

  take(): ColumnChunk {
    const rows = this.rows
    return { rows, body: this.#values.takeBehind(takeLevels(this.#levels)) }
  }
}

/** A column whose values stay the same over many rows: each distinct value is written once, with where it holds. */
export class RunColumn implements PartColumn {
  readonly #type: PartType
  readonly #levels = new RunLengths()
  readonly #indices = new RunLengths()
  readonly #entries = new ByteWriter()
  #known = new Map<PartValue, number>()

  constructor(type: PartType) {
    this.#type = type
  }

  get rows(): number {
    return this.#levels.count
  }

  get bytes(): number {
    return this.#entries.length + 8 * (this.#levels.runs + this.#indices.runs)
  }

  /** The same value for the next `count` rows. */
  push(value: PartValue, count: number): void {
    this.#levels.push(value === null ? 0 : 1, count)
    if (value === null || count === 0) return
    let index = this.#known.get(value)
    if (index === undefined) {
      index = this.#known.size
      this.#known.set(value, index)
      this.#enter(value)
    }
    this.#indices.push(index, count)
  }

  take(): ColumnChunk {
    const rows = this.rows
    const entries = this.#known.size
    // One bit at least: a width of 0 is allowed, but is the less trodden path of every reader.
    const bits = Math.max(1, 32 - Math.clz32(Math.max(0, entries - 1)))
    const body = Buffer.concat([
      takeLevels(this.#levels),
      Uint8Array.of(bits),
      this.#indices.take(Math.ceil(bits / 8)),
    ])
    this.#known = new Map()
    return { rows, body, dictionary: { entries, body: this.#entries.take() } }
  }

  #enter(value: string | number | bigint): void {
    switch (this.#type) {
      case 'STRING':
        this.#entries.text(String(value))
        break
      case 'INT':
        this.#entries.int32(Number(value))
        break
      case 'BIGINT':
        this.#entries.int64(BigInt(value))
        break
      case 'TIMESTAMP':
        this.#entries.int64(BigInt(Math.round(Number(value))) * 1000n)
        break
    }
  }
}

/** Definition levels as a version 1 page has them: behind their length in bytes. */
function takeLevels(levels: RunLengths): Uint8Array {
  const runs = levels.take(1)
  const writer = new ByteWriter(runs.length + 4)
  writer.int32(runs.length)
  writer.bytes(runs)
  return writer.take()
}
