import type { Out } from './out.ts'

/** The characters of 00 … 99, two bytes each, as little-endian 16-bit values. */
const pairs = Uint16Array.from(
  { length: 100 },
  (_, n) => 0x30 + Math.floor(n / 10) + ((0x30 + (n % 10)) << 8),
)

/** Writes `n` (0 … 99) as two digits at `at`; room must be reserved. */
export function storePair(view: DataView, at: number, n: number): void {
  view.setUint16(at, pairs[n] ?? 0, true)
}

/** Writes `n` (0 … 10^count - 1, below 2^31) as exactly `count` digits at `at`; room must be reserved. */
export function storePadded(view: DataView, at: number, n: number, count: number): void {
  let rest = n | 0
  let end = at + count
  while (end - at >= 2) {
    const left = (rest / 100) | 0
    end -= 2
    storePair(view, end, rest - left * 100)
    rest = left
  }
  if (end > at) view.setUint8(at, 0x30 + rest)
}

/** Room that {@link storeInteger} needs, in bytes. */
export const integerRoom = 20
/** Room that {@link storeDouble} needs, in bytes. */
export const doubleRoom = 40

/** Writes a whole number of at most 2^53 either way in digits at `at`; returns where they end. */
export function storeInteger(view: DataView, at: number, n: number): number {
  if (n >= 0) return storeDigits(view, at, n)
  view.setUint8(at, 0x2d)
  return storeDigits(view, at + 1, -n)
}

function storeDigits(view: DataView, at: number, n: number): number {
  if (n < 1e9) return storeShort(view, at, n | 0)
  const high = Math.floor(n / 1e8)
  const middle = storeShort(view, at, high | 0)
  storePadded(view, middle, n - high * 1e8, 8)
  return middle + 8
}

/** Writes a whole number 0 … 999,999,999. */
function storeShort(view: DataView, at: number, n: number): number {
  const count = digitsOf(n)
  storePadded(view, at, n, count)
  return at + count
}

function digitsOf(n: number): number {
  if (n < 1e4) return n < 100 ? (n < 10 ? 1 : 2) : n < 1e3 ? 3 : 4
  if (n < 1e6) return n < 1e5 ? 5 : 6
  return n < 1e7 ? 7 : n < 1e8 ? 8 : 9
}

/**
 * Writes `unscaled / 10^scale` (a whole number below 10^15 either way) without needless zeros, the shortest text of the
 * double nearest to it, for no two decimals of up to fifteen digits share one; returns where it ends. Needs room for
 * `integerRoom + scale` bytes.
 */
export function storeScaled(view: DataView, at: number, unscaled: number, scale: number): number {
  let rest = Math.abs(unscaled)
  let places = rest === 0 ? 0 : scale
  while (places > 0) {
    const tenth = Math.floor(rest / 10)
    if (tenth * 10 !== rest) break
    rest = tenth
    places--
  }
  if (unscaled < 0) view.setUint8(at++, 0x2d)
  if (places === 0) return storeDigits(view, at, rest)
  const whole = places > 15 ? 0 : Math.floor(rest / 10 ** places)
  const point = storeDigits(view, at, whole)
  view.setUint8(point, 0x2e)
  const fraction = places > 15 ? rest : rest - whole * 10 ** places
  // In two parts, for digits are stored from 32-bit integers.
  const tail = Math.min(places, 8)
  const head = places - tail
  const left = Math.floor(fraction / 1e8)
  storePadded(view, point + 1, tail < 8 ? 0 : left, head)
  storePadded(view, point + 1 + head, tail < 8 ? fraction : fraction - left * 1e8, tail)
  return point + 1 + places
}

/** Writes a double in its shortest digits, as JSON does; returns where they end, or -1 where only its text tells them. */
export function storeDouble(view: DataView, at: number, value: number): number {
  // Most are whole or money.
  const hundredths = Math.round(value * 100)
  if (hundredths / 100 === value && Math.abs(hundredths) < 1e15) {
    return storeScaled(view, at, hundredths, 2)
  }
  if (Number.isSafeInteger(value)) return storeInteger(view, at, value)
  const millionths = Math.round(value * 1e6)
  const isShort = millionths / 1e6 === value && Math.abs(millionths) < 1e15
  return isShort ? storeScaled(view, at, millionths, 6) : -1
}

/** Appends a whole number of at most 2^53 either way, in digits. */
export function writeInteger(out: Out, n: number): void {
  out.reserve(integerRoom)
  out.at = storeInteger(out.view, out.at, n)
}

/** Appends what {@link storeScaled} writes. */
export function writeScaled(out: Out, unscaled: number, scale: number): void {
  out.reserve(integerRoom + scale)
  out.at = storeScaled(out.view, out.at, unscaled, scale)
}

/** Appends a finite double in its shortest digits, as JSON does. */
export function writeDouble(out: Out, value: number): void {
  out.reserve(doubleRoom)
  const end = storeDouble(out.view, out.at, value)
  if (end < 0) writeAscii(out, String(value))
  else out.at = end
}

/** Appends text that is known to be ASCII. */
export function writeAscii(out: Out, text: string): void {
  out.reserve(text.length)
  for (let i = 0; i < text.length; i++) out.bytes[out.at++] = text.charCodeAt(i)
}

/**
 * The double that prints like the given 32-bit float: 0.1 for the float nearest to 0.1, as SQL prints it, not
 * 0.10000000149011612.
 */
export function shortestFloat(value: number): number {
  if (Number.isInteger(value)) return value
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

/** A decimal in plain digits, with all digits of its scale, as SQL prints it. */
export function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : ''
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  if (scale <= 0) return unscaled === 0n ? '0' : sign + digits + '0'.repeat(-scale)
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The JSON number of a decimal's text when a double carries exactly that value, else undefined. */
export function exactNumber(text: string): string | undefined {
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return plainDigits(Number(plain)) === plain ? plain : undefined
}

/** A double's shortest text without an exponent. */
function plainDigits(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e')
  if (exponent === undefined) return mantissa
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const point = whole.length + Number(exponent)
  const digits = whole + fraction
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return sign + digits.padEnd(point, '0')
}
