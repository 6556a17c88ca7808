import type { Json } from '../../core/index.ts'
import { isOver, maxAttributeBytes, maxAttributeNameBytes, maxAttributes } from './limits.ts'
import { isObject, type JsonObject } from './words.ts'

/** Told of every attribute that could not be set. */
export type OnFailure = (attribute: string, note: string) => void

/** What differs between the attributes of people and those of objects and relationships. */
export interface AttributeRules {
  /** An empty string removes an attribute, as null always does. */
  readonly emptyRemoves: boolean
  /** Names and values together, in bytes. */
  readonly maxBytes: number
}

const preferences = 'cio_subscription_preferences'

/** The attributes of a person, an object or a relationship: merged call by call, within the workspace's limits. */
export class Attributes {
  readonly #rules: AttributeRules
  // A map, because an attribute may well be called __proto__.
  readonly #values = new Map<string, Json>()

  constructor(rules: AttributeRules) {
    this.#rules = rules
  }

  /** Adds and changes attributes, removes the null ones, leaves the others; over-limit ones fail one by one. */
  merge(from: JsonObject, onFailure: OnFailure): void {
    for (const [i, [name, value]] of Object.entries(from).entries()) {
      if (i >= maxAttributes) onFailure(name, `more than ${maxAttributes} attributes in one call`)
      else this.#set(name, value, onFailure)
    }
  }

  /** Takes what `other` has and this one lacks. */
  fill(other: Attributes): void {
    for (const [name, value] of other.#values) {
      if (!this.#values.has(name)) this.#values.set(name, value)
    }
  }

  /** The attributes as a plain object. */
  toObject(): JsonObject {
    return Object.fromEntries(this.#values)
  }

  #set(name: string, value: Json, onFailure: OnFailure): void {
    if (isOver(name, maxAttributeNameBytes)) {
      onFailure(name, `the name is longer than ${maxAttributeNameBytes} bytes`)
    } else if (name.startsWith(`${preferences}.`)) {
      this.#setPreference(name, value)
    } else if (value === null || (value === '' && this.#rules.emptyRemoves)) {
      this.#values.delete(name)
    } else {
      this.#setWithin(name, value, onFailure)
    }
  }

  #setWithin(name: string, value: Json, onFailure: OnFailure): void {
    if (isTooLarge(value)) {
      onFailure(name, `the value is larger than ${maxAttributeBytes} bytes`)
    } else if (!this.#values.has(name) && this.#values.size >= maxAttributes) {
      onFailure(name, `it already has ${maxAttributes} attributes`)
    } else if (this.#bytesWith(name, value) > this.#rules.maxBytes) {
      onFailure(name, `all attributes together are larger than ${this.#rules.maxBytes} bytes`)
    } else {
      this.#values.set(name, value)
    }
  }

  /** A dotted name sets one preference and leaves its neighbours; the bare name replaces them all. */
  #setPreference(name: string, value: Json): void {
    const [, ...path] = name.split('.')
    this.#values.set(preferences, withValue(this.#values.get(preferences), path, value))
  }

  /** Bytes of all attributes once this one is set; not counted for people, who have no such limit. */
  #bytesWith(name: string, value: Json): number {
    if (this.#rules.maxBytes === Number.POSITIVE_INFINITY) return 0
    let bytes = attributeBytes(name, value)
    for (const [other, held] of this.#values) {
      if (other !== name) bytes += attributeBytes(other, held)
    }
    return bytes
  }
}

function withValue(into: Json | undefined, path: readonly string[], value: Json): Json {
  const [step, ...rest] = path
  if (step === undefined) return value
  const inside = new Map(isObject(into) ? Object.entries(into) : [])
  if (rest.length === 0 && value === null) inside.delete(step)
  else inside.set(step, withValue(inside.get(step), rest, value))
  return Object.fromEntries(inside)
}

function isTooLarge(value: Json): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return false
  return isOver(textOf(value), maxAttributeBytes)
}

function attributeBytes(name: string, value: Json): number {
  return Buffer.byteLength(name) + Buffer.byteLength(textOf(value))
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
