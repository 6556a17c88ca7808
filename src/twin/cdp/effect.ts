import type { MessageType } from '../../core/index.ts'
import { type Fate, isObject, type JsonObject } from './words.ts'

/** A message under way into a workspace. */
export interface Arrival {
  readonly type: MessageType
  readonly messageId: string
  readonly at: number
  readonly content: JsonObject
  /** Told of each attribute that could not be set. */
  readonly fail: (attribute: string, note: string) => void
}

/** What a message did, and why when it did nothing. */
export type Effect =
  | { readonly fate: 'applied' }
  | { readonly fate: Exclude<Fate, 'applied'>; readonly note: string }

/** The effect of a message that did what it says. */
export const applied: Effect = { fate: 'applied' }

/** The effect of a message that was accepted and does nothing. */
export function ignored(note: string): Effect {
  return { fate: 'ignored', note }
}

/** A member that is a string with something in it. */
export function textOf(object: JsonObject, name: string): string | undefined {
  const value = object[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A member that is an object; empty when it is not. */
export function objectOf(object: JsonObject, name: string): JsonObject {
  const value = object[name]
  return isObject(value) ? value : {}
}
