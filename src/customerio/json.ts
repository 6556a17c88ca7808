import type { z } from 'zod'
import { invalidMessage } from './invalid-message.ts'

/** Any JSON value, as the schemas of messages have it. */
export type JsonValue = z.infer<z.ZodJSONSchema>

/** An object of JSON values. */
export type JsonObject = Record<string, JsonValue>

/** Deeper than any honest message of 32,000 bytes. */
const maxDepth = 100

/**
 * A copy of an object that is JSON to the last leaf; members that are `undefined` are left out.
 *
 * @throws ConfigError MESSAGE_INVALID with the path of the first value that JSON cannot carry: a date, a bigint, NaN, ….
 */
export function toJsonObject(value: object, path: string): JsonObject {
  if (!isPlain(value)) throw invalidMessage([`${path} must be an object`])
  return objectOf(value, path, 0)
}

function objectOf(value: object, path: string, depth: number): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, toJson(member, `${path}.${name}`, depth + 1)]),
  )
}

function toJson(value: unknown, path: string, depth: number): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (depth > maxDepth) throw invalidMessage([`${path} is nested deeper than ${maxDepth} levels`])
  if (Array.isArray(value)) return value.map((item, i) => toJson(item, `${path}[${i}]`, depth + 1))
  if (isPlain(value)) return objectOf(value, path, depth)
  throw invalidMessage([
    `${path} must be JSON: text, a finite number, true, false, null, an array or an object`,
  ])
}

/** True for an object of no class; what a Date, a Map or a class means as JSON is for its owner to say. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
