import { isObject } from './words.ts'

/** Takes one sentence about what is wrong; never a value. */
export type Report = (problem: string) => void

/** Checks a value that is present; `at` is its path, for the sentence. */
export type Check = (value: unknown, at: string, report: Report) => void

/** A string. */
export const text: Check = (value, at, report) => {
  if (typeof value !== 'string') report(`${at} must be a string`)
}

/** A boolean. */
export const flag: Check = (value, at, report) => {
  if (typeof value !== 'boolean') report(`${at} must be true or false`)
}

/** An integer. */
export const integer: Check = (value, at, report) => {
  if (!Number.isSafeInteger(value)) report(`${at} must be an integer`)
}

/** Any JSON object. */
export const object: Check = (value, at, report) => {
  if (!isObject(value)) report(`${at} must be an object`)
}

/** One of the given words. */
export function oneOf(...words: readonly string[]): Check {
  return (value, at, report) => {
    if (typeof value !== 'string' || !words.includes(value))
      report(`${at} must be one of ${words.join(', ')}`)
  }
}

/** `check`, or null: null asks for the attribute's removal. */
export function orNull(check: Check): Check {
  return (value, at, report) => {
    if (value !== null) check(value, at, report)
  }
}

/** An array of values that pass `check`. */
export function listOf(check: Check): Check {
  return (value, at, report) => {
    if (!Array.isArray(value)) return report(`${at} must be an array`)
    for (const [i, item] of value.entries()) check(item, `${at}[${i}]`, report)
  }
}

/** An object whose values all pass `check`, whatever their names. */
export function mapOf(check: Check): Check {
  return (value, at, report) => {
    if (!isObject(value)) return report(`${at} must be an object`)
    for (const item of Object.values(value)) check(item, `a value of ${at}`, report)
  }
}

/** An object whose fields pass their checks where they are present; other fields are free. */
export function fields(
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
): Check {
  const entries = Object.entries(checks)
  return (value, at, report) => {
    if (!isObject(value)) return report(`${at} must be an object`)
    const prefix = at === '' ? '' : `${at}.`
    for (const name of required)
      if (!Object.hasOwn(value, name)) report(`${prefix}${name} is required`)
    for (const [name, check] of entries) {
      if (Object.hasOwn(value, name)) check(value[name], `${prefix}${name}`, report)
    }
  }
}

const dateTime = /^(\d{4})-(\d{2})-(\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

/** An ISO 8601 date and time with its offset, as the published schema's `date-time` has it. */
export const time: Check = (value, at, report) => {
  if (typeof value !== 'string' || !isTime(value))
    report(`${at} must be an ISO 8601 date and time with an offset, like 2026-01-31T09:30:00Z`)
}

function isTime(value: string): boolean {
  const parts = dateTime.exec(value)
  if (parts === null || Number.isNaN(Date.parse(value))) return false
  // Date.parse lets 30 February pass as 1 March.
  const daysInMonth = new Date(Date.UTC(Number(parts[1]), Number(parts[2]), 0)).getUTCDate()
  return Number(parts[3]) <= daysInMonth
}
