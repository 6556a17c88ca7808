import type { As } from '../core/index.ts'
import { exactNumber } from './numbers.ts'
import { type Cell, modulo } from './plain-cell.ts'
import type { Reason } from './reasons.ts'
import { firstSecond, lastSecond } from './times.ts'

/** Thrown by the plain encoder when a value cannot be sent. */
export class Unsendable extends Error {
  readonly reason: Reason

  constructor(reason: Reason) {
    super(reason)
    this.reason = reason
  }
}

/** A value that is not NULL as text without quotes: what identifiers, masks, map keys and `as: text` use. */
export function plainText(cell: Cell, as?: As): string {
  if (typeof cell === 'number') {
    if (!Number.isFinite(cell)) throw new Unsendable('value_not_finite')
    return String(cell)
  }
  if (typeof cell !== 'object' || cell === null) return String(cell)
  if (cell.kind === 'decimal') return cell.text
  if (cell.kind === 'day' || cell.kind === 'instant') {
    const seconds = secondsOf(cell.nanos)
    if (seconds < firstSecond || seconds > lastSecond) throw new Unsendable('time_out_of_range')
    if (as === 'unix') return String(seconds)
    return cell.kind === 'day' ? isoText(cell.nanos).slice(0, 10) : isoText(cell.nanos)
  }
  return plainJson(cell)
}

/** A value as JSON text. */
export function plainJson(cell: Cell, as?: As): string {
  if (cell === null) return 'null'
  if (as === 'json') return parsedText(plainText(cell))
  if (typeof cell === 'string' || as === 'text') return JSON.stringify(plainText(cell, as))
  if (typeof cell !== 'object') return plainText(cell)
  switch (cell.kind) {
    case 'decimal':
      return exactNumber(cell.text) ?? JSON.stringify(cell.text)
    case 'day':
    case 'instant':
      return as === 'unix' ? plainText(cell, as) : JSON.stringify(plainText(cell))
    case 'list':
      return `[${cell.items.map((item) => plainJson(item)).join(',')}]`
    case 'object':
      return `{${cell.members
        .map(([name, value]) => `${JSON.stringify(plainText(name))}:${plainJson(value)}`)
        .join(',')}}`
  }
}

/** Whole seconds, rounded down. */
function secondsOf(nanos: bigint): number {
  return Number((nanos - modulo(nanos, 1_000_000_000n)) / 1_000_000_000n)
}

/** ISO 8601 in UTC: milliseconds, or as many digits more as it takes. */
export function isoText(nanos: bigint): string {
  const rest = modulo(nanos, 1_000_000n)
  const iso = new Date(Number((nanos - rest) / 1_000_000n)).toISOString()
  const digits = String(rest).padStart(6, '0')
  const more = rest === 0n ? '' : rest % 1000n === 0n ? digits.slice(0, 3) : digits
  return iso.replace('Z', `${more}Z`)
}

/** JSON text as it stands, or a refusal. */
function parsedText(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    throw new Unsendable('value_not_json')
  }
  return text.trim()
}
