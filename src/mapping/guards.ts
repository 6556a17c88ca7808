import { type Json, type LimitPolicy, misfits } from '../core/index.ts'
import { maxAttributeBytes, shortened } from './limits.ts'
import type { Out } from './out.ts'
import type { ColumnValue, Member } from './plan.ts'
import { type Refusal, refuse } from './reasons.ts'
import { decodeText } from './texts.ts'

/** Told of a value that is sent although Customer.io will not store all of it. */
export type OnLong = (column: string) => void

/** Looks at the JSON of a value that was just written from `start` to the end of `out`, and may write it anew. */
export type Guard = (out: Out, start: number) => Refusal | undefined

/** The guard of a column's value by what it names or what is documented of it; undefined where nothing is. */
export function guardOf({ column, names, rule }: ColumnValue): Guard | undefined {
  if (names !== undefined) return (out, start) => checkName(out, start, column, names.maxBytes)
  if (rule === undefined) return undefined
  return (out, start) =>
    misfits(rule, parse(out, start), '', 'pass').length === 0
      ? undefined
      : refuse('value_not_fitting', column)
}

/** The guard of a value that Customer.io stores as an attribute. */
export function attributeGuard(
  { field }: Pick<Member, 'field'>,
  policy: LimitPolicy,
  onLong: OnLong,
): Guard {
  return (out, start) => {
    // Escapes and quotes only make it longer: what is short as JSON is short.
    if (out.at - start <= maxAttributeBytes) return undefined
    const value = parse(out, start)
    if (attributeBytes(value) <= maxAttributeBytes) return undefined
    if (policy === 'error' || (policy === 'truncate' && typeof value !== 'string')) {
      return refuse('value_too_long', field)
    }
    onLong(field)
    if (policy === 'truncate') rewrite(out, start, shortened(String(value), maxAttributeBytes))
    return undefined
  }
}

/** Bytes of an attribute as Customer.io counts them: text as it is, anything nested as its JSON. */
export function attributeBytes(value: Json): number {
  if (typeof value === 'number' || typeof value === 'boolean') return 0
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
}

function checkName(out: Out, start: number, column: string, maxBytes: number): Refusal | undefined {
  const text = String(parse(out, start))
  if (text === '') return refuse('identifier_missing', column)
  return Buffer.byteLength(text) > maxBytes ? refuse('identifier_too_long', column) : undefined
}

function parse(out: Out, start: number): Json {
  return JSON.parse(decodeText(out.written(start))) as Json
}

function rewrite(out: Out, start: number, text: string): void {
  const bytes = Buffer.from(JSON.stringify(text))
  out.at = start
  out.reserve(bytes.length)
  out.bytes.set(bytes, start)
  out.at = start + bytes.length
}
