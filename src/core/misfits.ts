import type { PropertyRule, PropertyType } from './event-rule.ts'
import { isTime } from './time.ts'
import type { Json } from './words.ts'

/** What each type is called in a sentence. */
const words: Readonly<Record<PropertyType, string>> = {
  text: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  time: 'an ISO 8601 date and time with an offset, like 2026-01-31T09:30:00Z',
  array: 'an array',
  object: 'an object',
  any: 'any value',
}

const isOf: Readonly<Record<PropertyType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  number: Number.isFinite,
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && isTime(value),
  array: Array.isArray,
  object: isObject,
  any: () => true,
}

/**
 * Where a value is not as documented: one sentence each, with the path and what is expected there, never a value. Empty
 * when all is well. Says nothing of what no rule names. With `nulls: 'pass'` a null is as good as a value left out, as it
 * is in what a warehouse makes.
 */
export function misfits(
  rule: PropertyRule,
  value: Json,
  path: string,
  nulls: 'as documented' | 'pass' = 'as documented',
): string[] {
  const problems: string[] = []
  check(rule, value, path, nulls === 'pass', problems)
  return problems
}

function check(
  rule: PropertyRule,
  value: Json,
  path: string,
  nullsPass: boolean,
  problems: string[],
): void {
  if (value === null && (nullsPass || rule.mayBeNull)) return
  if (!isOf[rule.type](value) || !isAllowed(rule, value)) {
    problems.push(`${path} must be ${expected(rule)}`)
  } else if (Array.isArray(value)) {
    const { items } = rule
    if (items === undefined) return
    for (const [i, item] of value.entries())
      check(items, item, `${path}[${i}]`, nullsPass, problems)
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(rule.members ?? {})) {
      const given = value[name]
      if (given !== undefined) check(member, given, `${path}.${name}`, nullsPass, problems)
      else if (member.isRequired) problems.push(`${path}.${name} is required`)
    }
    if (rule.each === undefined) return
    for (const [name, member] of Object.entries(value))
      check(rule.each, member, `${path}.${name}`, nullsPass, problems)
  }
}

function isAllowed({ oneOf, least, most, isFilled }: PropertyRule, value: Json): boolean {
  if (typeof value === 'string')
    return (isFilled !== true || value !== '') && (oneOf?.includes(value) ?? true)
  if (typeof value !== 'number') return true
  return value >= (least ?? -Infinity) && value <= (most ?? Infinity)
}

/** What a value must be, in words: `a number from 1`. */
export function expected({ type, oneOf, least, most, mayBeNull, isFilled }: PropertyRule): string {
  if (isFilled) return 'text that is not empty'
  const what = oneOf === undefined ? words[type] : `one of ${oneOf.join(', ')}`
  const from = least === undefined ? '' : ` from ${least}`
  const to = most === undefined ? '' : ` to ${most}`
  return `${what}${from}${to}${mayBeNull ? ', or null' : ''}`
}

function isObject(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
