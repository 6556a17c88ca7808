import {
  type As,
  type Call,
  type FieldSpec,
  type Fields,
  isEventCall,
  type Json,
  type LimitPolicy,
  type Mask,
  type Nulls,
  type Path,
  type PropertyRule,
  type SendSpec,
} from '../core/index.ts'
import {
  maxAttributeNameBytes,
  maxAttributes,
  maxEventBytes,
  maxIdentifierBytes,
} from './limits.ts'
import { wires } from './wire.ts'

/** A value read from a column. */
export interface ColumnValue {
  readonly kind: 'column'
  readonly column: string
  readonly as?: As
  readonly mask?: Mask
  readonly nulls: Nulls
  /** It names something: sent as text, and a row in which it is NULL, empty or longer is refused. */
  readonly names?: { readonly maxBytes: number }
  /** What Customer.io documents of it. Its JSON is looked at row by row where the column's type does not say enough. */
  readonly rule?: PropertyRule
}

/** What stands behind a name in a message. */
export type Value =
  | ColumnValue
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'object'; readonly members: readonly Member[] }

/** One member of an object of the message. */
export interface Member {
  readonly name: string
  /** The whole way to it, for people: `traits.address.city`. */
  readonly field: string
  readonly value: Value
  /** Where the sync file says so. */
  readonly path: Path
  /** Customer.io stores it as an attribute, whose size is limited. */
  readonly isAttribute?: true
}

/** A sync's message, resolved: defaults applied, `columns: all` written out. Both encoders work from it. */
export interface Plan {
  readonly call: Call
  readonly userId?: string
  readonly anonymousId?: string
  /** The column that names the object, where the message is about nobody. */
  readonly groupId?: string
  readonly event?: SendSpec['event']
  readonly at?: string
  /** What the payload is called in this call; absent where the call has none. */
  readonly body?: 'traits' | 'properties'
  readonly members: readonly Member[]
  /** What stands beside the payload, before the time: the object of a person, who is merged, a page's name. */
  readonly beside?: readonly Member[]
  readonly context?: readonly Member[]
  readonly integrations?: Readonly<Record<string, boolean>>
  readonly partition?: string
  /** What happens to attributes that are too long, where the row is not refused. */
  readonly longValues?: Exclude<LimitPolicy, 'error'>
}

/** A column of the source, as far as a plan needs it. */
export interface PlanColumn {
  readonly name: string
  readonly isTime: boolean
}

/**
 * Resolves what a sync sends against the source's columns. With `columns: all`, every column becomes a field of
 * its own name unless it is excepted, is named in a field, or says who, when or which event; DATE and TIMESTAMP
 * columns that arrive this way are sent as ISO 8601 text.
 */
export function planOf(send: SendSpec, columns: readonly PlanColumn[]): Plan {
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
  if (send.columns === undefined) return { ...plan, members: payloadOf(send, named) }
  const used = new Set([
    ...send.columns.except,
    ...payloadColumns({ ...plan, members: payloadOf(send, named) }),
    ...envelopeColumns(plan),
  ])
  const rest = columns
    .filter(({ name }) => !used.has(name))
    .map(({ name, isTime }) =>
      stored(send, {
        name,
        field: `${placeOf(call)}.${name}`,
        value: { kind: 'column', column: name, nulls, ...(isTime && { as: 'iso' as const }) },
        path: ['send', 'columns'],
      }),
    )
  return { ...plan, members: payloadOf(send, [...named, ...rest]) }
}

/** Every column a plan reads, each once, in the order of the message. */
export function columnsOf(plan: Plan): string[] {
  const partition = plan.partition === undefined ? [] : [plan.partition]
  return [...new Set([...envelopeColumns(plan), ...payloadColumns(plan), ...partition])]
}

/**
 * The columns that say something or say who, each once, sorted: a row is another one when one of them differs. The time
 * of a state says nothing; that of an event does, for one that was refused for it is worth another try once it is mended.
 */
export function hashColumnsOf({ at, ...rest }: Plan): string[] {
  const plan: Plan = isEventCall(rest.call) && at !== undefined ? { ...rest, at } : rest
  return [...new Set([...envelopeColumns(plan), ...payloadColumns(plan)])].sort()
}

/** Every member that reads a column, however deep. */
export function columnMembers(plan: Plan): (Member & { readonly value: ColumnValue })[] {
  return [...plan.members, ...(plan.beside ?? []), ...(plan.context ?? [])].flatMap(leaves)
}

/** What Customer.io stores as attributes, whatever they are nested in. */
export function attributesOf({ members }: Plan): Member[] {
  return members.flatMap((member) => {
    if (member.isAttribute) return [member]
    return member.value.kind === 'object'
      ? member.value.members.filter(({ isAttribute }) => isAttribute)
      : []
  })
}

/** The longest beginning of a text that has at most so many bytes, without half a character at its end. */
export function shortened(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  let end = maxBytes
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
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

function besideOf({ call, object, merge, name, nulls }: SendSpec): Member[] {
  const other = merge?.id ?? merge?.email ?? merge?.anonymousId
  return [
    ...(call === 'relationship' && object !== undefined
      ? [naming('groupId', 'groupId', object.column, ['send', 'object'])]
      : []),
    ...(other !== undefined ? [naming('previousId', 'previousId', other, ['send', 'merge'])] : []),
    ...(name !== undefined
      ? [{ name: 'name', field: 'name', value: fieldValue(name, 'name', nulls), path: name.path }]
      : []),
  ]
}

function contextOf({ context = {}, device, nulls }: SendSpec): Member[] {
  const members = membersOf(context, 'context', nulls)
  if (device === undefined) return members
  const at = 'context.device'
  const own: Member[] = [
    naming('token', `${at}.token`, device.token, ['send', 'token'], Number.POSITIVE_INFINITY),
    ...(device.platform === undefined ? [] : [platformOf(device.platform)]),
  ]
  const given = members.find(({ name }) => name === 'device')
  const more = given?.value.kind === 'object' ? given.value.members : []
  return [
    ...members.filter((member) => member !== given),
    {
      name: 'device',
      field: at,
      value: { kind: 'object', members: [...own, ...more] },
      path: ['send', 'token'],
    },
  ]
}

/** Customer.io knows two platforms (Pipelines API, "Device Created or Updated"). */
function platformOf(platform: FieldSpec): Member {
  const value = fieldValue(platform, 'context.device.type', 'invalid')
  return {
    name: 'type',
    field: 'context.device.type',
    value:
      value.kind === 'column'
        ? { ...value, nulls: 'invalid', rule: { type: 'text', oneOf: ['ios', 'android'] } }
        : value,
    path: platform.path,
  }
}

/** The fields of the payload, in the order of the file, before anything is put around them. */
function fieldsOf(send: SendSpec): Member[] {
  return membersOf(send.fields, placeOf(send.call), send.nulls).map((member) =>
    stored(send, member),
  )
}

/** Single preferences, by dotted names: those that are not named stay as they are (Pipelines API, identify). */
function consentOf({ consent, nulls }: SendSpec): Member[] {
  if (consent === undefined) return []
  const single = (kind: string, prefix: string, fields: Fields): Member[] =>
    Object.entries(fields).map(([key, spec]) => {
      const name = `cio_subscription_preferences.${kind}.${prefix}${key}`
      const field = `traits.${name}`
      return {
        name,
        field,
        value: fieldValue(spec, field, nulls),
        path: spec.path,
        isAttribute: true,
      }
    })
  const { unsubscribed } = consent
  return [
    ...(unsubscribed === undefined
      ? []
      : [
          {
            name: 'unsubscribed',
            field: 'traits.unsubscribed',
            value: fieldValue(unsubscribed, 'traits.unsubscribed', nulls),
            path: unsubscribed.path,
            isAttribute: true as const,
          },
        ]),
    ...single('topics', 'topic_', consent.topics),
    ...single('channels', '', consent.channels),
  ]
}

/** The payload of a call around its fields. */
function payloadOf({ call, object, limits }: SendSpec, all: readonly Member[]): Member[] {
  const fields = limits.attributeCount === 'truncate' ? all.slice(0, maxAttributes) : all
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

function naming(
  name: string,
  field: string,
  column: string,
  path: Path,
  maxBytes = maxIdentifierBytes,
): Member {
  return {
    name,
    field,
    value: { kind: 'column', column, nulls: 'invalid', names: { maxBytes } },
    path,
  }
}

function leaves(member: Member): (Member & { readonly value: ColumnValue })[] {
  const { value } = member
  if (value.kind === 'object') return value.members.flatMap(leaves)
  return value.kind === 'column' ? [{ ...member, value }] : []
}

function payloadColumns(plan: Plan): string[] {
  return columnMembers(plan).map(({ value }) => value.column)
}

function envelopeColumns({ userId, anonymousId, groupId, event, at }: Plan): string[] {
  const name = event !== undefined && 'column' in event ? event.column : undefined
  return [userId, anonymousId, groupId, name, at].filter((column) => column !== undefined)
}

function membersOf(fields: Fields, above: string, nulls: Nulls): Member[] {
  return Object.entries(fields).map(([name, spec]) => {
    const field = `${above}.${name}`
    return { name, field, value: fieldValue(spec, field, nulls), path: spec.path }
  })
}

function fieldValue(spec: FieldSpec, field: string, nulls: Nulls): Value {
  if (spec.kind === 'constant') return { kind: 'constant', value: spec.value }
  if (spec.kind === 'fields')
    return { kind: 'object', members: membersOf(spec.fields, field, nulls) }
  return {
    kind: 'column',
    column: spec.column,
    nulls: spec.nulls ?? nulls,
    ...(spec.as !== undefined && { as: spec.as }),
    ...(spec.mask !== undefined && { mask: spec.mask }),
  }
}
