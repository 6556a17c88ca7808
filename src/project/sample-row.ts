import type { Json } from '../core/index.ts'
import { isTimeType } from './guess.ts'

/** A made-up row: a value for each column whose type is simple. */
export function sampleRow(
  names: readonly string[],
  types: Readonly<Record<string, string>>,
  number: number,
): Record<string, Json> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = sampleValue(name, types[name] ?? '', number)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

function sampleValue(name: string, type: string, number: number): Json | undefined {
  if (/^STRING/i.test(type)) {
    if (/mail/i.test(name)) return `person${number}@example.com`
    return /(^|_)id$/i.test(name)
      ? `${name.replace(/_?id$/i, '') || 'row'}-${number}`
      : `${name} ${number}`
  }
  if (/^(TINYINT|SMALLINT|INT|BIGINT)$/i.test(type)) return number
  if (/^(DECIMAL|FLOAT|DOUBLE)/i.test(type)) return number + 0.5
  if (/^BOOLEAN/i.test(type)) return true
  if (/^DATE/i.test(type)) return `2026-01-${String(number).padStart(2, '0')}`
  if (isTimeType(type)) return `2026-01-${String(number).padStart(2, '0')}T09:30:00Z`
  return undefined
}
