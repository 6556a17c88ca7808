import { createHash } from 'node:crypto'
import {
  type Data,
  type DataType,
  type Decimal,
  RecordBatchReader,
  type Timestamp,
  TimeUnit,
  Type,
} from 'apache-arrow'

/**
 * What an engine answered: names and types of the columns, and each row as one line of text. Every engine hands over
 * Arrow, so that this one function decides what "the same value" is.
 */
export interface Answer {
  /** `name Type`, as Arrow writes its types. */
  readonly columns: readonly string[]
  /** Rows as JSON arrays of texts, in the order they came. */
  readonly rows: readonly string[]
}

/** Reads Arrow IPC streams that share one schema; each stream whole or in pieces. */
export function toAnswer(streams: Iterable<Uint8Array | readonly Uint8Array[]>): Answer {
  let columns: string[] | undefined
  const rows: string[] = []
  for (const stream of streams) {
    const reader = RecordBatchReader.from(stream as Uint8Array).open()
    columns ??= reader.schema.fields.map((field) => `${field.name} ${typeText(field.type)}`)
    for (const batch of reader) {
      const children = batch.data.children
      for (let row = 0; row < batch.numRows; row++) {
        rows.push(JSON.stringify(children.map((child) => cell(child, row))))
      }
    }
  }
  return { columns: columns ?? [], rows }
}

/** A short name for the content of an answer, whatever the order of its rows. */
export function fingerprint(answer: Answer): string {
  const hash = createHash('sha256')
  for (const row of [...answer.rows].sort()) hash.update(row).update('\n')
  return hash.digest('hex').slice(0, 12)
}

/** How two answers are compared. */
export interface Comparison {
  /** The order of the rows counts. */
  readonly ordered?: boolean
  /** Names of columns must be equal, their types need not be: for an engine with types of its own. */
  readonly looseTypes?: boolean
  /** Only the number of rows: which ones come is for the engine to choose. */
  readonly countOnly?: boolean
}

/** The first thing in which two answers differ, in words; undefined where they are equal. */
export function difference(
  expected: Answer,
  actual: Answer,
  { ordered = false, looseTypes = false, countOnly = false }: Comparison = {},
): string | undefined {
  const shown = (columns: readonly string[]) =>
    looseTypes ? columns.map((column) => column.split(' ')[0]) : columns
  const wanted = shown(expected.columns)
  const found = shown(actual.columns)
  const column = wanted.findIndex((name, i) => name !== found[i])
  if (column >= 0 || wanted.length !== found.length) {
    return `column ${column}: expected "${wanted[column]}", got "${found[column]}"`
  }
  if (expected.rows.length !== actual.rows.length) {
    return `expected ${expected.rows.length} rows, got ${actual.rows.length}`
  }
  if (countOnly) return undefined
  const left = ordered ? expected.rows : [...expected.rows].sort()
  const right = ordered ? actual.rows : [...actual.rows].sort()
  const row = left.findIndex((line, i) => line !== right[i])
  return row < 0 ? undefined : cellsThatDiffer(wanted, left[row], right[row])
}

function cellsThatDiffer(columns: readonly (string | undefined)[], left = '', right = ''): string {
  const wanted: unknown[] = JSON.parse(left)
  const found: unknown[] = JSON.parse(right)
  return columns
    .map((column, i) => [column, JSON.stringify(wanted[i]), JSON.stringify(found[i])])
    .filter(([, expected, got]) => expected !== got)
    .map(([column, expected, got]) => `${column}: expected ${cut(expected)}, got ${cut(got)}`)
    .join('; ')
}

function cut(text = ''): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

/** Delta has one kind of text and of bytes, no unsigned integers, and UTC under one name. */
function typeText(type: DataType): string {
  return String(type)
    .replaceAll(/Large(Utf8|Binary)/g, '$1')
    .replaceAll('Uint', 'Int')
    .replaceAll('Etc/UTC', 'UTC')
}

type Cell = string | null | Cell[]

/** A value as text: exact for numbers, micros for times, hexadecimal for bytes, arrays for everything nested. */
function cell(data: Data, i: number): Cell {
  if (data.typeId === Type.Null || !data.getValid(i)) return null
  const { values, valueOffsets, children } = data
  switch (data.typeId) {
    case Type.Bool:
      return String(((values[i >> 3] >> (i & 7)) & 1) === 1)
    case Type.Int:
      return String(values[i])
    case Type.Float:
      return Object.is(values[i], -0) ? '-0' : String(values[i])
    case Type.Decimal:
      return decimal(values, i, (data.type as Decimal).bitWidth / 32, (data.type as Decimal).scale)
    case Type.Date:
      return String(values[i])
    case Type.Timestamp:
      return String(micros(BigInt(values[i]), (data.type as Timestamp).unit))
    case Type.Utf8:
    case Type.LargeUtf8:
      return bytes(data, i).toString('utf8')
    case Type.Binary:
    case Type.LargeBinary:
      return bytes(data, i).toString('hex')
    case Type.Struct:
      return children.map((child) => cell(child, i))
    case Type.List:
      return range(valueOffsets[i], valueOffsets[i + 1]).map((at) => cell(children[0] as Data, at))
    case Type.Map: {
      const entries = range(valueOffsets[i], valueOffsets[i + 1]).map((at) =>
        cell(children[0] as Data, at),
      )
      return entries.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    }
    default:
      throw new Error(`no text form for Arrow type ${data.type}`)
  }
}

function bytes(data: Data, i: number): Buffer {
  const from = Number(data.valueOffsets[i])
  const to = Number(data.valueOffsets[i + 1])
  return Buffer.from(data.values.subarray(from, to))
}

function range(from: number | bigint | undefined, to: number | bigint | undefined): number[] {
  const start = Number(from)
  return Array.from({ length: Number(to) - start }, (_, i) => start + i)
}

function decimal(words: Uint32Array, i: number, width: number, scale: number): string {
  let unscaled = 0n
  for (let word = width - 1; word >= 0; word--) {
    unscaled = (unscaled << 32n) | BigInt(words[i * width + word] ?? 0)
  }
  return `${BigInt.asIntN(width * 32, unscaled)}e-${scale}`
}

function micros(value: bigint, unit: TimeUnit): bigint {
  if (unit === TimeUnit.SECOND) return value * 1_000_000n
  if (unit === TimeUnit.MILLISECOND) return value * 1000n
  if (unit === TimeUnit.MICROSECOND) return value
  if (value % 1000n !== 0n) throw new Error('a timestamp finer than microseconds')
  return value / 1000n
}
