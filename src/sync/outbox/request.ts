import type { z } from 'zod'
import { build, type Message } from '../../customerio/index.ts'
import { type OutboxCall, payloads } from './payload.ts'

/** What the columns of a row say, checked for nothing but being there. */
export interface Row {
  readonly call: string
  readonly person: string
  readonly payload: string
  /** ISO 8601; absent where the row has none. */
  readonly requestedAt?: string
}

/** Why a row makes no message: a stable code, and our own words without a value. */
export interface Refusal {
  readonly reason: string
  readonly text: string
}

/** What a row may ask for. */
export interface Rules {
  readonly irreversible: boolean
  readonly objectTypes: Readonly<Record<string, number>>
}

/** The message a row asks for. */
export function messageOf(
  row: Row,
  messageId: string,
  { objectTypes }: Pick<Rules, 'objectTypes'>,
): Message | Refusal {
  const { call } = row
  if (!isCall(call)) {
    return {
      reason: 'call_unknown',
      text: `call is one of ${Object.keys(payloads).join(', ')}`,
    }
  }
  const payload = payloadOf(call, row.payload)
  if ('reason' in payload) return payload
  try {
    return builders[call](payload.value as never, { row, messageId, objectTypes })
  } catch (error) {
    if (isInvalidMessage(error)) return invalid(error.message)
    throw error
  }
}

/** True for a call that the outbox knows. */
export function isCall(call: string): call is OutboxCall {
  return Object.hasOwn(payloads, call)
}

type Payload<C extends OutboxCall> = z.output<(typeof payloads)[C]>

interface Around {
  readonly row: Row
  readonly messageId: string
  readonly objectTypes: Readonly<Record<string, number>>
}

const builders: { readonly [C in OutboxCall]: (payload: Payload<C>, around: Around) => Message } = {
  identify: ({ anonymous_id, ...rest }, around) =>
    build.identify({ ...rest, ...known(around, anonymous_id) }),
  track: ({ anonymous_id, ...rest }, around) =>
    build.track({ ...at(around), ...rest, ...anybody(around, anonymous_id) }),
  page: ({ anonymous_id, ...rest }, around) =>
    build.page({ ...at(around), ...rest, ...anybody(around, anonymous_id) }),
  screen: ({ anonymous_id, ...rest }, around) =>
    build.screen({ ...at(around), ...rest, ...anybody(around, anonymous_id) }),
  object: ({ type, ...rest }, around) => build.object({ ...rest, ...typed(around, type) }),
  relationship: ({ type, anonymous_id, ...rest }, around) =>
    build.relationship({ ...rest, ...typed(around, type), ...anybody(around, anonymous_id) }),
  device: (rest, around) => build.device({ ...rest, ...known(around) }),
  alias: ({ merge, ...rest }, around) => {
    const { person: keep, messageId } = known(around)
    return build.alias({ ...rest, keep, merge: { id: merge }, messageId })
  },
  person_delete: (rest, around) => build.personDelete({ ...rest, ...known(around) }),
  person_suppress: (rest, around) => build.personSuppress({ ...rest, ...known(around) }),
  person_unsuppress: (rest, around) => build.personUnsuppress({ ...rest, ...known(around) }),
  object_delete: ({ type, ...rest }, around) =>
    build.objectDelete({ ...rest, ...typed(around, type) }),
  relationship_delete: ({ type, ...rest }, around) =>
    build.relationshipDelete({ ...rest, ...typed(around, type), ...known(around) }),
  device_delete: (rest, around) => build.deviceDelete({ ...rest, ...known(around) }),
  delivery_report: ({ delivery_id: deliveryId, action_value: actionValue, ...rest }, around) =>
    build.deliveryReport({
      ...at(around),
      ...rest,
      deliveryId,
      ...(actionValue !== undefined && { actionValue }),
      ...(around.row.person !== '' && { person: { id: around.row.person } }),
      messageId: around.messageId,
    } as never),
}

/** Somebody Customer.io knows: an id, or an e-mail address, which travels the same way. */
function known({ row: { person }, messageId }: Around, anonymousId?: string) {
  return {
    person: { id: person, ...(anonymousId !== undefined && { anonymousId }) },
    messageId,
  }
}

function anybody(around: Around, anonymousId?: string) {
  return around.row.person === '' && anonymousId !== undefined
    ? { person: { anonymousId }, messageId: around.messageId }
    : known(around, anonymousId)
}

/** Events of the past say when; those that do not happened when they were asked for. */
function at({ row: { requestedAt } }: Around) {
  return requestedAt === undefined ? {} : { timestamp: requestedAt }
}

function typed({ objectTypes, messageId }: Around, type: string | number) {
  // A name nobody gave a number is no number: the builder says what is expected.
  return { type: typeof type === 'number' ? type : (objectTypes[type] ?? Number.NaN), messageId }
}

function payloadOf(call: OutboxCall, text: string): { readonly value: unknown } | Refusal {
  let json: unknown
  try {
    json = JSON.parse(text === '' ? '{}' : text)
  } catch {
    return { reason: 'value_not_json', text: 'payload is not valid JSON' }
  }
  const { data, error } = payloads[call].safeParse(json)
  if (error === undefined) return { value: data }
  const found = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  )
  return invalid(`payload: ${found.join('; ')}`)
}

function invalid(text: string): Refusal {
  return { reason: 'payload_invalid', text }
}

function isInvalidMessage(error: unknown): error is Error {
  return (error as { code?: unknown } | undefined)?.code === 'MESSAGE_INVALID'
}
