import { isUtf8 } from 'node:buffer'
import type { Data } from 'apache-arrow'
import type { Literal, Out } from './out.ts'

/** The texts of a column: text `i` is `bytes[offsets[i] … offsets[i + 1]]`, always valid UTF-8. */
export interface Texts {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly offsets: Int32Array | Float64Array
}

/** Where text `index` starts, and the one before it ends. */
export function offsetAt(offsets: Texts['offsets'], index: number): number {
  return offsets[index] ?? 0
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Decodes UTF-8; what is not UTF-8 becomes U+FFFD, and a byte order mark stays. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** The texts `from … to - 1` of a Utf8 or LargeUtf8 column, mended where they are not UTF-8. */
export function textsOf(data: Data, from: number, to: number): Texts {
  const bytes: Uint8Array = data.values
  const raw: Int32Array | BigInt64Array = data.valueOffsets
  const offsets = raw instanceof Int32Array ? raw : Float64Array.from(raw, Number)
  return isSound(bytes, offsets, from, to)
    ? { bytes, view: viewOf(bytes), offsets }
    : mended(bytes, offsets, from, to)
}

/** True when every text is valid UTF-8: all bytes together are, and none starts within a character. */
function isSound(bytes: Uint8Array, offsets: Texts['offsets'], from: number, to: number): boolean {
  if (!isUtf8(bytes.subarray(offsetAt(offsets, from), offsetAt(offsets, to)))) return false
  for (let i = from + 1; i < to; i++) {
    if (((bytes[offsetAt(offsets, i)] ?? 0) & 0xc0) === 0x80) return false
  }
  return true
}

function mended(bytes: Uint8Array, offsets: Texts['offsets'], from: number, to: number): Texts {
  const parts: Buffer[] = []
  const starts = new Float64Array(to + 1)
  let at = 0
  for (let i = from; i < to; i++) {
    const part = Buffer.from(
      decodeText(bytes.subarray(offsetAt(offsets, i), offsetAt(offsets, i + 1))),
    )
    parts.push(part)
    starts[i] = at
    at += part.length
    starts[i + 1] = at
  }
  const joined = Buffer.concat(parts)
  return { bytes: joined, view: viewOf(joined), offsets: starts }
}

/** A view of bytes for reading whole words. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Copies whole words, so up to three bytes more than `count`: both sides must have them. */
export function copyWords(
  into: DataView,
  at: number,
  source: DataView,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i += 4) into.setInt32(at + i, source.getInt32(from + i, true), true)
}

/** Appends bytes as they are. */
export function writeBytes(out: Out, bytes: Uint8Array, from: number, to: number): void {
  out.reserve(to - from)
  if (to - from > 64) out.bytes.set(bytes.subarray(from, to), out.at)
  else for (let i = from; i < to; i++) out.bytes[out.at + i - from] = bytes[i] ?? 0
  out.at += to - from
}

/** Appends a text as JSON with its quotes. */
export function writeQuoted(out: Out, view: DataView, from: number, to: number): void {
  out.reserve(to - from + 2)
  const { at } = out
  out.bytes[at] = 0x22
  if (copyClean(out.view, at + 1, view, from, to)) {
    out.at = at + to - from + 2
    out.bytes[out.at - 1] = 0x22
  } else writeEscaped(out, view, from, to)
}

/** Appends a whole member: `before`, which ends in a quote, then a text, its closing quote and a comma. */
export function writeTextMember(
  out: Out,
  before: Literal,
  { view }: Texts,
  from: number,
  to: number,
): void {
  const { words, length } = before
  out.reserve(length + to - from + 2)
  const target = out.view
  const start = out.at
  for (let i = 0; i < words.length; i++) target.setInt32(start + i * 4, words[i] ?? 0, true)
  const at = start + length
  if (copyClean(target, at, view, from, to)) {
    target.setUint16(at + to - from, 0x2c22, true)
    out.at = at + to - from + 2
  } else {
    out.at = at - 1
    writeEscaped(out, view, from, to)
    out.push(0x2c)
  }
}

/**
 * Copies a text four bytes a time; false when it has bytes that JSON must escape, which is found on the way, for
 * it is rare. Up to three bytes after it are overwritten.
 */
function copyClean(
  target: DataView,
  at: number,
  view: DataView,
  from: number,
  to: number,
): boolean {
  const shift = at - from
  let mark = 0
  let i = from
  for (; i + 4 <= to; i += 4) {
    const word = view.getInt32(i, true)
    target.setInt32(shift + i, word, true)
    mark |= marks(word)
  }
  if (i < to) {
    let word = 0
    for (let k = to - 1; k >= i; k--) word = (word << 8) | view.getUint8(k)
    target.setInt32(shift + i, word, true)
    // Bytes that are not there count as blanks.
    mark |= marks(word | (0x20202020 << ((to - i) * 8)))
  }
  return (mark & 0x80808080) === 0
}

/**
 * Sets the top bit of a byte if any byte of the word is a control character, a quote or a backslash. Flipping bit 1
 * swaps the quote with the blank, so that one comparison finds it together with the control characters.
 */
function marks(word: number): number {
  const flipped = word ^ 0x02020202
  const slashed = word ^ 0x5c5c5c5c
  return ((flipped - 0x21212121) & ~flipped) | ((slashed - 0x01010101) & ~slashed)
}

/** What follows the backslash for a byte: 0 = nothing to escape, 1 = as `u00xx`. */
const escapes = new DataView(new Uint8Array(256).fill(1, 0, 0x20).buffer)
for (const [byte, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr', '""', '\\\\'].map((s) =>
  Buffer.from(s),
)) {
  escapes.setUint8(byte ?? 0, letter ?? 0)
}
const hexDigits = viewOf(Buffer.from('0123456789abcdef'))

function writeEscaped(out: Out, source: DataView, from: number, to: number): void {
  out.reserve((to - from) * 6 + 2)
  const { bytes } = out
  let at = out.at
  bytes[at++] = 0x22
  for (let i = from; i < to; i++) {
    const byte = source.getUint8(i)
    const letter = escapes.getUint8(byte)
    if (letter === 0) bytes[at++] = byte
    else {
      bytes[at++] = 0x5c
      bytes[at++] = letter === 1 ? 0x75 : letter
      if (letter === 1) {
        bytes[at++] = 0x30
        bytes[at++] = 0x30
        bytes[at++] = hexDigits.getUint8(byte >> 4)
        bytes[at++] = hexDigits.getUint8(byte & 15)
      }
    }
  }
  bytes[at++] = 0x22
  out.at = at
}
