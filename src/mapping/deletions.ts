import { type InvalidRow, type MessageBlock, messageId, type OnDelete } from '../core/index.ts'
import { blockOf, type Entry, textColumn } from './block.ts'
import { maxIdentifierBytes, maxMessageBytes } from './limits.ts'
import { type Refusal, refuse } from './reasons.ts'

/** How a person is taken away whose row is gone from the source. */
export type DeletionKind = Exclude<OnDelete, 'ignore'>

/** A key that is gone, and whom its messages were about. */
export interface GoneRow {
  readonly key: string
  readonly identity: string
}

/** What the messages that take people away must know beside the rows. */
export interface DeletionOptions {
  readonly sync: string
  readonly destination: string
  /** The window, and when it was opened in milliseconds since the epoch. */
  readonly window: { readonly number: number; readonly openedAt: number }
  /** The secret that message ids are made with. */
  readonly idSecret: string
  /** The traits that `clear` takes away, see `Mapping.traits`. Default none. */
  readonly traits?: readonly string[]
}

/** The orders to Customer.io that travel as events. Source: "Semantic events" of the Pipelines API, 2026-09. */
const events = { delete: 'User Deleted', suppress: 'User Suppressed' } as const

/**
 * The messages that take people away, in the order of the rows: `delete` removes a person, who comes back with the next
 * message; `suppress` removes the person and refuses whatever comes later; `clear` keeps the person and takes away the
 * traits that the sync has set. A row without an identity that Customer.io takes is in `invalid`.
 */
export function encodeDeletions(
  kind: DeletionKind,
  rows: readonly GoneRow[],
  options: DeletionOptions,
): MessageBlock {
  const { sync, destination, window, idSecret } = options
  const rest = bodyOf(kind, options)
  const made: Entry[] = []
  const invalid: InvalidRow[] = []
  for (const { key, identity } of rows) {
    const parts = ['delete', sync, destination, String(window.number), key]
    const id = messageId(idSecret, window.openedAt, ...parts)
    const { type, ...body } = rest
    const json = JSON.stringify({ type, messageId: id, userId: identity, ...body })
    const refusal = refusalOf(identity, json)
    if (refusal === undefined) made.push({ json, key, id, identity })
    else invalid.push({ key, id, ...refusal })
  }
  return {
    ...blockOf(made),
    ...(kind !== 'clear' && { events: textColumn(made.map(() => events[kind])) }),
    call: `person_${kind}`,
    partitions: [''],
    invalid,
  }
}

/** What all messages of a kind have in common. */
function bodyOf(kind: DeletionKind, { window, traits = [] }: DeletionOptions) {
  return kind === 'clear'
    ? { type: 'identify', traits: Object.fromEntries(traits.map((name) => [name, null])) }
    : {
        type: 'track',
        event: events[kind],
        timestamp: new Date(window.openedAt).toISOString(),
        properties: {},
      }
}

function refusalOf(identity: string, json: string): Refusal | undefined {
  if (identity === '') return refuse('identifier_missing', 'the identity')
  if (Buffer.byteLength(identity) > maxIdentifierBytes)
    return refuse('identifier_too_long', 'the identity')
  if (Buffer.byteLength(json) > maxMessageBytes)
    return refuse('message_too_large', String(maxMessageBytes))
  return undefined
}
