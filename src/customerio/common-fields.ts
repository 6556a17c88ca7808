import { isTime } from '../core/index.ts'
import { invalidMessage } from './invalid-message.ts'
import { type JsonObject, toJsonObject } from './json.ts'

/** What every message may carry. */
export interface CommonFields {
  /** Customer.io ignores a repeated event only where this is shaped like an ULID. */
  readonly messageId?: string | undefined
  /** When it happened; the time of arrival where it is left out. Text is ISO 8601 with an offset. */
  readonly timestamp?: string | Date | undefined
  readonly context?: object | undefined
  /** Destinations by name; `All: false` turns every other one off. */
  readonly integrations?: Readonly<Record<string, boolean>> | undefined
}

/** The common fields as they stand in a message. */
export function commonFields({ messageId, timestamp, context, integrations }: CommonFields) {
  return {
    ...(messageId !== undefined && { messageId: idOf(messageId) }),
    ...(timestamp !== undefined && { timestamp: timeOf(timestamp) }),
    ...(context !== undefined && { context: toJsonObject(context, 'context') }),
    ...(integrations !== undefined && { integrations: switchesOf(integrations) }),
  }
}

/** An object of JSON under its name, or nothing where it is left out. */
export function optionalFields<Name extends string>(name: Name, value: object | undefined) {
  return (value === undefined ? {} : { [name]: toJsonObject(value, name) }) as {
    [N in Name]?: JsonObject
  }
}

function idOf(messageId: string): string {
  if (typeof messageId !== 'string' || messageId === '')
    throw invalidMessage(['messageId must be text that is not empty'])
  return messageId
}

function timeOf(timestamp: string | Date): string {
  const text = typeof timestamp === 'string' ? timestamp : isoOf(timestamp)
  if (isTime(text)) return text
  throw invalidMessage([
    'timestamp must be a Date, or an ISO 8601 date and time with an offset, like 2026-01-31T09:30:00Z',
  ])
}

/** A date's ISO text; empty for one that is no time. Years past 9999 have no `date-time` form. */
function isoOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

function switchesOf(integrations: Readonly<Record<string, boolean>>): Record<string, boolean> {
  for (const [name, isOn] of Object.entries(integrations)) {
    if (typeof isOn !== 'boolean')
      throw invalidMessage([`integrations.${name} must be true or false`])
  }
  return { ...integrations }
}
