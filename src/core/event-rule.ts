import type { Json } from './words.ts'

/** JSON types that a property of a semantic event may have; `time` is ISO 8601 text. */
export type PropertyType =
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'time'
  | 'array'
  | 'object'
  | 'any'

/** What Customer.io documents of one property of a semantic event. */
export interface PropertyRule {
  readonly type: PropertyType
  readonly isRequired?: true
  /** Null is as good as a value. */
  readonly mayBeNull?: true
  /** The only texts that mean something. */
  readonly oneOf?: readonly string[]
  /** The least and the most that a number may be. */
  readonly least?: number
  readonly most?: number
  /** What is known of the members of an object, or of the items of an array; others are free. */
  readonly members?: Readonly<Record<string, PropertyRule>>
  readonly items?: PropertyRule
}

/** What Customer.io documents of an event with a name of its own, as plain data. Other properties are free. */
export interface EventRule {
  readonly name: string
  readonly properties: Readonly<Record<string, PropertyRule>>
  /** Customer.io takes the message for a device's: it needs `context.device.token` and `context.device.type`. */
  readonly needsDevice?: true
  /** Customer.io acts on it in place of recording it; the call of a sync file that is meant for that. */
  readonly call?: string
}

/** What is documented of events, by their names. */
export interface EventCatalogue {
  /** What is known of an event of exactly this name. */
  rule(name: string): EventRule | undefined
  /** The documented name that this one was probably meant to be; undefined for that name itself. */
  nearest(name: string): string | undefined
}

/**
 * Where a value is not what its rule says, as the way to it (`''` for the value itself, `[2].price`, …); undefined when
 * it is. Text that only looks like a number is text.
 */
export function misfit(rule: PropertyRule, value: Json): string | undefined {
  if (value === null) return undefined
  if (!isOfType(rule.type, value)) return ''
  if (rule.oneOf !== undefined && !rule.oneOf.some((one) => one === value)) return ''
  if (Array.isArray(value)) {
    const { items } = rule
    if (items === undefined) return undefined
    for (const [i, item] of value.entries()) {
      const at = misfit(items, item)
      if (at !== undefined) return `[${i}]${at}`
    }
  } else if (typeof value === 'object') {
    for (const [name, member] of Object.entries(rule.members ?? {})) {
      const at = misfit(member, (value as { readonly [key: string]: Json })[name] ?? null)
      if (at !== undefined) return `.${name}${at}`
    }
  }
  return undefined
}

function isOfType(type: PropertyType, value: Exclude<Json, null>): boolean {
  switch (type) {
    case 'any':
      return true
    case 'text':
      return typeof value === 'string'
    case 'time':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value))
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && !Array.isArray(value)
    default:
      return typeof value === type
  }
}
