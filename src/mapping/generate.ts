import type { Nulls } from '../core/index.ts'
import { doubleRoom, integerRoom, storeDouble, storeInteger } from './numbers.ts'
import { literal, type Out } from './out.ts'
import { daySeconds, firstSecond, isoRoom, lastSecond, storeDay, storeIso } from './times.ts'

/*
 * The members of most messages, written by one function that is made for them: the names as numbers that are stored word
 * by word, the place to write at in a local variable, no call per member. Whatever is not plain (a text that wants escapes or
 * is long, a double with many digits, a NULL that is refused, every other type) goes to the member's own writer, which knows
 * all of it.
 *
 * The code is made of what stands in this file and of whole numbers: no name, constant or value of anybody is in it.
 */

/** How a member is written in place; `other`: never. */
export type Shape =
  | { readonly kind: 'text'; readonly longest: number }
  | { readonly kind: 'small' }
  | { readonly kind: 'wide'; readonly isSigned: boolean }
  | { readonly kind: 'double' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'iso' | 'unix'; readonly perSecond: number }
  | { readonly kind: 'day' }
  | { readonly kind: 'other' }

/** A member's column of one batch. */
export interface Cells {
  /** Numbers, 32-bit words of wide ones, or bits; what {@link Shape} asks for. */
  readonly values: Int32Array | Float64Array | Uint8Array
  /** One bit a row, 0 where it is NULL; undefined when nothing is. */
  readonly validity: Uint8Array | undefined
  /** The place of row 0 among the bits. */
  readonly offset: number
  /** Of texts. */
  readonly view: DataView
  readonly offsets: Int32Array | Float64Array
}

/** A member as the function writes it. */
export interface Column {
  readonly name: string
  readonly shape: Shape
  /** What becomes of NULL; `invalid` is for the member's own writer. */
  readonly nulls: Nulls
}

/** A function that writes the members of a row, for batch after batch. */
export interface Generated {
  /** Has it read these columns from now on; `own(member, row)` is true when the member's own writer refused the row. */
  bind(out: Out, cells: readonly Cells[], own: (member: number, row: number) => boolean): void
  /** Writes all members of a row, or is true when one was refused. */
  write(row: number): boolean
}

/** The function for members of these names and shapes, in this order; undefined where code may not be made. */
export function generate(members: readonly Column[]): Generated | undefined {
  const fixed = members.reduce((sum, { name }) => sum + bytes(labelOf(name)) + memberRoom, 0)
  // Kept from batch to batch, for V8 throws away the machine code of a closure that nobody holds any more.
  const lines = [
    'let out, own',
    ...members.flatMap(({ shape }, i) => variables(shape, i)),
    'return {',
    'bind(anOut, cells, anOwn) {',
    'out = anOut; own = anOwn',
    ...members.flatMap(({ shape }, i) => assigned(shape, i)),
    '},',
    'write(row) {',
    'let { view, at } = out, room = out.bytes.length, word = 0, mark = 0, i = 0, end = 0, next = 0, low = 0, high = 0',
    reserve(fixed),
    ...members.map((column, i) => member(column, i, fixed)),
    'out.at = at',
    'return false',
    '},',
    '}',
  ]
  try {
    const make = new Function(...Object.keys(helpers), `'use strict'\n${lines.join('\n')}`)
    return make(...Object.values(helpers))
  } catch (error) {
    if (error instanceof EvalError) return undefined
    throw error
  }
}

const helpers = { storeInteger, storeDouble, storeIso, storeDay }

/** Beside its label and a text: quotes, a comma, the longest number or time, and the words that run over. */
const memberRoom = 8 + Math.max(integerRoom, doubleRoom, isoRoom)

/** A column's parts in variables of their own. */
function variables({ kind }: Shape, i: number): string[] {
  return kind === 'other' ? [] : [`let ${kind === 'text' ? `s${i}, o${i}` : `c${i}`}, n${i}, f${i}`]
}

function assigned({ kind }: Shape, i: number): string[] {
  if (kind === 'other') return []
  const values =
    kind === 'text'
      ? `s${i} = cells[${i}].view; o${i} = cells[${i}].offsets`
      : `c${i} = cells[${i}].values`
  return [`${values}; n${i} = cells[${i}].validity; f${i} = cells[${i}].offset`]
}

/** A member's lines: in place where it is plain, which leaves the block, else by its own writer. */
function member({ name, shape, nulls }: Column, i: number, fixed: number): string {
  const isSet = `n${i} === undefined || (n${i}[(f${i} + row) >> 3] >> ((f${i} + row) & 7) & 1) === 1`
  const label = labelOf(name)
  const cleared = `${label}null,`
  const onNull = {
    omit: `else break m${i}`,
    clear: `else { ${store(cleared)} at += ${bytes(cleared)}; break m${i} }`,
    invalid: '',
  }[nulls]
  return `m${i}: {
${shape.kind === 'other' ? '' : `if (${isSet}) { ${inPlace(label, shape, i, fixed)} } ${onNull}`}
out.at = at
if (own(${i}, row)) return true
at = out.at
${reserve(fixed)}
}`
}

function inPlace(
  label: string,
  shape: Exclude<Shape, { kind: 'other' }>,
  i: number,
  fixed: number,
) {
  const quoted = `${label}"`
  const done = `break m${i}`
  switch (shape.kind) {
    case 'text':
      return `
i = o${i}[row]; end = o${i}[row + 1]
const length = end - i
if (length <= ${shape.longest}) {
  if (at + length + ${fixed} > room) { out.at = at; ${reserve(`length + ${fixed}`)} }
  ${store(quoted)}
  next = at + ${bytes(quoted)}; mark = 0
  if (length >= 4) {
    const last = end - 4
    for (; i < last; i += 4, next += 4) { word = s${i}.getInt32(i, true); view.setInt32(next, word, true); ${look} }
    // The last word overlaps the one before it.
    next = at + ${bytes(quoted)} + length
    word = s${i}.getInt32(last, true); view.setInt32(next - 4, word, true); ${look}
  } else for (; i < end; i++, next++) { word = s${i}.getUint8(i); view.setUint8(next, word); word |= 0x20202000; ${look} }
  if ((mark & 0x80808080) === 0) { view.setUint16(next, 0x2c22, true); at = next + 2; ${done} }
}`
    case 'small':
      return `${store(label)} ${number(`storeInteger(view, at + ${bytes(label)}, c${i}[row])`)} ${done}`
    case 'wide':
      return `
high = c${i}[row * 2 + 1]
if (high < 0x200000 && high >= ${shape.isSigned ? -0x200000 : 0}) {
  ${store(label)}
  ${number(`storeInteger(view, at + ${bytes(label)}, high * 0x100000000 + (c${i}[row * 2] >>> 0))`)}
  ${done}
}`
    case 'double':
      return `${store(label)} ${number(`storeDouble(view, at + ${bytes(label)}, c${i}[row])`)} if (next >= 0) ${done}`
    case 'boolean':
      return `
if (c${i}[(f${i} + row) >> 3] >> ((f${i} + row) & 7) & 1) { ${store(`${label}true,`)} at += ${bytes(label) + 5} }
else { ${store(`${label}false,`)} at += ${bytes(label) + 6} }
${done}`
    case 'iso':
    case 'unix':
      return `
high = c${i}[row * 2 + 1]
if (high < 0x200000 && high >= -0x200000) {
  const units = high * 0x100000000 + (c${i}[row * 2] >>> 0), seconds = Math.floor(units / ${shape.perSecond})
  if (seconds >= ${firstSecond} && seconds <= ${lastSecond}) {
    ${
      shape.kind === 'unix'
        ? `${store(label)} ${number(`storeInteger(view, at + ${bytes(label)}, seconds)`)}`
        : `${store(quoted)} ${text(`storeIso(view, at + ${bytes(quoted)}, seconds, (units - seconds * ${shape.perSecond}) * ${1e9 / shape.perSecond})`)}`
    }
    ${done}
  }
}`
    case 'day':
      return `
if (c${i}[row] >= ${firstSecond / daySeconds} && c${i}[row] <= ${Math.floor(lastSecond / daySeconds)}) {
  ${store(quoted)}
  ${text(`storeDay(view, at + ${bytes(quoted)}, c${i}[row])`)}
  ${done}
}`
    default:
      return shape satisfies never
  }
}

function labelOf(name: string): string {
  return `${JSON.stringify(name)}:`
}

/** Makes room behind `at`, which `out` must know where it may be needed, and reads anew what that changes. */
function reserve(count: number | string): string {
  return `if (at + ${count} > room) out.reserve(${count}); view = out.view; room = out.bytes.length`
}

/** Ends a value without quotes; what wrote it says where it ends, or -1. */
function number(end: string): string {
  return `next = ${end}; if (next >= 0) { view.setUint8(next, 0x2c); at = next + 1 }`
}

function text(end: string): string {
  return `next = ${end}; view.setUint16(next, 0x2c22, true); at = next + 2`
}

/** Sets the top bit of a byte of `mark` where `word` has a control character, a quote or a backslash. */
const look =
  'low = word ^ 0x02020202; high = word ^ 0x5c5c5c5c; mark |= ((low - 0x21212121) & ~low) | ((high - 0x01010101) & ~high)'

function bytes(text: string): number {
  return Buffer.byteLength(text)
}

/** Statements that store a text at `at`, as words; up to three bytes behind it are overwritten. */
function store(text: string): string {
  return `${Array.from(
    literal(text).words,
    (word, i) => `view.setInt32(at + ${i * 4}, ${word}, true)`,
  ).join('; ')};`
}
