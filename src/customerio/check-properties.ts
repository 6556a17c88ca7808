import type { EventRule, Json, PropertyRule, PropertyType } from '../core/index.ts'
import { isTime } from './time.ts'

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
 * What of an event's properties is not as documented: one sentence each, with the path and what is expected there,
 * never a value. Empty when all is well. Says nothing of properties that no rule names.
 */
export function checkProperties(rule: EventRule, properties: Json): string[] {
  const problems: string[] = []
  check({ type: 'object', members: rule.properties }, properties, 'properties', problems)
  return problems
}

function check(rule: PropertyRule, value: Json, path: string, problems: string[]): void {
  if (value === null && rule.mayBeNull) return
  if (!isOf[rule.type](value) || !isAllowed(rule, value)) {
    problems.push(`${path} must be ${expected(rule)}`)
  } else if (Array.isArray(value)) {
    const { items } = rule
    if (items === undefined) return
    for (const [i, item] of value.entries()) check(items, item, `${path}[${i}]`, problems)
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(rule.members ?? {})) {
      const given = value[name]
      if (given !== undefined) check(member, given, `${path}.${name}`, problems)
      else if (member.isRequired) problems.push(`${path}.${name} is required`)
    }
  }
}

function isAllowed({ oneOf, least, most }: PropertyRule, value: Json): boolean {
  if (typeof value === 'string') return oneOf?.includes(value) ?? true
  if (typeof value !== 'number') return true
  return value >= (least ?? -Infinity) && value <= (most ?? Infinity)
}

function expected({ type, oneOf, least, most, mayBeNull }: PropertyRule): string {
  const what = oneOf === undefined ? words[type] : `one of ${oneOf.join(', ')}`
  const from = least === undefined ? '' : ` from ${least}`
  const to = most === undefined ? '' : ` to ${most}`
  return `${what}${from}${to}${mayBeNull ? ', or null' : ''}`
}

function isObject(value: unknown): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
