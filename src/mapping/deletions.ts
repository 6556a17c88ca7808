import {
  blockOf,
  type Entry,
  type InvalidRow,
  type MessageBlock,
  messageId,
  type OnDelete,
  type SyncSpec,
  textColumn,
} from '../core/index.ts'
import { maxIdentifierBytes, maxMessageBytes } from './limits.ts'
import { type Refusal, refuse } from './reasons.ts'

/** How that is taken away whose row is gone from the source; also what its messages are written down as. */
export type DeletionKind = Exclude<OnDelete, 'ignore'>

/** A key that is gone, and whom its messages were about. */
export interface GoneRow {
  readonly key: string
  readonly identity: string
}

/** What the messages that take something away must know beside the rows. */
export interface DeletionOptions {
  readonly sync: Pick<SyncSpec, 'name' | 'send' | 'source'>
  readonly destination: string
  /** The window, and when it was opened in milliseconds since the epoch. */
  readonly window: { readonly number: number; readonly openedAt: number }
  /** The secret that message ids are made with. */
  readonly idSecret: string
  /** The traits that `clear` takes away, see `Mapping.traits`. Default none. */
  readonly traits?: readonly string[]
}

/** The orders to Customer.io that travel as events. Source: "Semantic events" of the Pipelines API, 2026-09. */
const personOrders = { delete: 'User Deleted', suppress: 'User Suppressed' } as const

/**
 * The messages that take away what a sync has put there, in the order of the rows: `delete` removes a person, an object
 * or a device, which come back with the next message; `suppress` removes a person and refuses whatever comes later;
 * `clear` leaves the person or object and takes away what the sync has set. A row without an identity that Customer.io
 * takes is in `invalid`.
 */
export function encodeDeletions(
  kind: DeletionKind,
  rows: readonly GoneRow[],
  options: DeletionOptions,
): MessageBlock {
  const { sync, destination, window, idSecret } = options
  const write = writerOf(kind, options)
  const made: Entry[] = []
  const invalid: InvalidRow[] = []
  let event: string | undefined
  for (const { key, identity } of rows) {
    const parts = ['delete', sync.name, destination, String(window.number), key]
    const id = messageId(idSecret, window.openedAt, ...parts)
    const { type, ...body } = write(identity, key)
    const json = JSON.stringify({ type, messageId: id, ...body })
    const refusal = refusalOf(identity, json, body.context)
    if (refusal === undefined) made.push({ json, key, id, identity })
    else invalid.push({ key, id, ...refusal })
    event = body.event
  }
  return {
    ...blockOf(made),
    ...(event !== undefined && { events: textColumn(made.map(() => event)) }),
    call: kind,
    partitions: [''],
    invalid,
  }
}

/** A message without its id. */
interface Body {
  readonly type: string
  readonly event?: string
  readonly context?: { readonly device: { readonly token: string | undefined } }
  readonly [field: string]: unknown
}

function writerOf(
  kind: DeletionKind,
  { sync: { send, source }, window, traits = [] }: DeletionOptions,
): (identity: string, key: string) => Body {
  const timestamp = new Date(window.openedAt).toISOString()
  const cleared = Object.fromEntries(traits.map((name) => [name, null]))
  const { object, device } = send
  if (object !== undefined) {
    const { type } = object
    if (kind === 'clear') {
      const traits = { objectTypeId: String(type), ...cleared }
      return (groupId) => ({ type: 'group', groupId, traits })
    }
    return (objectId) => ({
      type: 'track',
      anonymousId: objectId,
      event: 'Object Deleted',
      timestamp,
      properties: { objectId, objectTypeId: type },
    })
  }
  if (device !== undefined) {
    const place = source.key.indexOf(device.token)
    return (userId, key) => ({
      type: 'track',
      userId,
      event: 'Device Deleted',
      timestamp,
      properties: {},
      context: { device: { token: tokenIn(key, place) } },
    })
  }
  if (kind === 'clear') return (userId) => ({ type: 'identify', userId, traits: cleared })
  const event = personOrders[kind]
  return (userId) => ({ type: 'track', userId, event, timestamp, properties: {} })
}

/** Undefined where the key is a hash, which tells no token. */
function tokenIn(key: string, place: number): string | undefined {
  const values: unknown = JSON.parse(key)
  return Array.isArray(values) ? String(values[place]) : undefined
}

function refusalOf(identity: string, json: string, context: Body['context']): Refusal | undefined {
  if (context !== undefined && context.device.token === undefined)
    return refuse('identifier_missing', "the device's token")
  if (identity === '') return refuse('identifier_missing', 'the identity')
  if (Buffer.byteLength(identity) > maxIdentifierBytes)
    return refuse('identifier_too_long', 'the identity')
  if (Buffer.byteLength(json) > maxMessageBytes)
    return refuse('message_too_large', String(maxMessageBytes))
  return undefined
}
