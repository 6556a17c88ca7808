import type { Call, Json, LockSpec, SendSpec } from '../core/index.ts'
import { besideOf, consentOf, contextOf, membersOf, naming } from './fields.ts'
import { maxAttributeNameBytes, maxAttributes, maxEventBytes, shortened } from './limits.ts'
import { envelopeColumns, type Member, type Plan, payloadColumns } from './plan.ts'
import { wires } from './wire.ts'

/** A column of the source, as far as a plan needs it. */
export interface PlanColumn {
  readonly name: string
  readonly isTime: boolean
}

/**
 * Resolves what a sync sends against the source's columns. With `columns: all`, every column becomes a field of
 * its own name unless it is excepted, is named in a field, or says who, when or which event; DATE and TIMESTAMP
 * columns that arrive this way are sent as ISO 8601 text. With `new: hold`, columns that the lock does not know are left
 * out.
 */
export function planOf(send: SendSpec, columns: readonly PlanColumn[], lock?: LockSpec): Plan {
  const { call, nulls, limits } = send
  const { body } = wires[call]
  const context = contextOf(send)
  const beside = besideOf(send)
  const event = eventOf(send)
  const plan: Plan = {
    call,
    ...identityOf(send),
    ...(event !== undefined && { event }),
    ...(send.at !== undefined && { at: send.at }),
    ...(body !== undefined && { body }),
    members: [],
    ...(beside.length > 0 && { beside }),
    ...(context.length > 0 && { context }),
    ...(send.integrations !== undefined && { integrations: send.integrations }),
    ...(send.partition !== undefined && { partition: send.partition.by }),
    ...(limits.attributeValues !== 'error' && { longValues: limits.attributeValues }),
  }
  const named = [...fieldsOf(send), ...consentOf(send)]
  if (send.columns === undefined) return withPayload(plan, send, named)
  const used = new Set([
    ...send.columns.except,
    ...payloadColumns({ ...plan, members: payloadOf(send, named) }),
    ...envelopeColumns(plan),
  ])
  const others = columns.filter(({ name }) => !used.has(name))
  const isHeld = (name: string) =>
    send.columns?.new === 'hold' && lock !== undefined && !Object.hasOwn(lock.columns, name)
  const held = others.flatMap(({ name }) => (isHeld(name) ? [name] : []))
  const rest = others
    .filter(({ name }) => !isHeld(name))
    .map(({ name, isTime }) =>
      stored(send, {
        name,
        field: `${placeOf(call)}.${name}`,
        value: { kind: 'column', column: name, nulls, ...(isTime && { as: 'iso' as const }) },
        path: ['send', 'columns'],
      }),
    )
  return {
    ...withPayload(plan, send, [...named, ...rest]),
    ...(held.length > 0 && { held }),
  }
}

/** The plan with its fields, or with as many of them as the sync file lets through. */
function withPayload(plan: Plan, send: SendSpec, fields: readonly Member[]): Plan {
  const most = send.limits.attributeCount === 'truncate' ? maxAttributes : fields.length
  const leftOut = fields.length - most
  return {
    ...plan,
    members: payloadOf(send, fields.slice(0, most)),
    ...(leftOut > 0 && { leftOut }),
  }
}

function identityOf({ call, person, object }: SendSpec) {
  if (person !== undefined) {
    const userId = person.id ?? person.email
    const { anonymousId } = person
    return {
      ...(userId !== undefined && { userId }),
      ...(anonymousId !== undefined && { anonymousId }),
    }
  }
  if (object === undefined) return {}
  // The order to delete an object must name somebody, whoever that is (Pipelines API, "Object Deleted").
  return call === 'object_delete' ? { anonymousId: object.column } : { groupId: object.column }
}

function eventOf({ call, event, limits }: SendSpec): Plan['event'] {
  const fixed = wires[call].event
  if (fixed !== undefined) return { name: fixed }
  return event !== undefined && 'name' in event && limits.eventNames === 'truncate'
    ? { name: shortened(event.name, maxEventBytes) }
    : event
}

/** The fields of the payload, in the order of the file, before anything is put around them. */
function fieldsOf(send: SendSpec): Member[] {
  return membersOf(send.fields, placeOf(send.call), send.nulls).map((member) =>
    stored(send, member),
  )
}

/** The payload of a call around its fields. */
function payloadOf({ call, object }: SendSpec, fields: readonly Member[]): Member[] {
  if (object === undefined) return [...fields]
  const path = ['send', 'type']
  const type = (value: Json, at: string): Member => ({
    name: 'objectTypeId',
    field: `${at}.objectTypeId`,
    value: { kind: 'constant', value },
    path,
  })
  if (call === 'object') return [type(String(object.type), 'traits'), ...fields]
  if (call !== 'relationship') {
    return [
      naming('objectId', 'properties.objectId', object.column, ['send', 'object']),
      type(object.type, 'properties'),
    ]
  }
  const attributes: Member = {
    name: 'relationshipAttributes',
    field: 'traits.relationshipAttributes',
    value: { kind: 'object', members: fields },
    path: ['send', 'attributes'],
  }
  return [type(String(object.type), 'traits'), ...(fields.length > 0 ? [attributes] : [])]
}

/** Where the fields of a call stand in its message. */
function placeOf(call: Call): string {
  return call === 'relationship' ? 'traits.relationshipAttributes' : (wires[call].body ?? '')
}

/** A member of the payload as Customer.io stores it: an attribute, except of events and devices. */
function stored({ call, limits }: SendSpec, member: Member): Member {
  if (wires[call].body !== 'traits') return member
  const name =
    limits.attributeNames === 'truncate'
      ? shortened(member.name, maxAttributeNameBytes)
      : member.name
  return { ...member, name, isAttribute: true }
}
