import { group, track } from './build-calls.ts'
import { type CommonFields, commonFields } from './common-fields.ts'
import { invalidMessage } from './invalid-message.ts'
import { limits } from './limits.ts'
import type { GroupMessage, TrackMessage } from './messages.ts'
import {
  identifier,
  type KnownPerson,
  knownPersonFields,
  type Person,
  personFields,
} from './person.ts'
import type { SemanticProperties } from './semantic/catalogue.ts'
import { semantic } from './semantic-events.ts'

/*
 * Messages about people, devices, objects and deliveries that are more than one of the six calls by itself
 * (Pipelines API, semantic events, 2026-09). They throw as the six calls do.
 */

/** A person as a whole: what deletions and suppressions are made of. */
export interface PersonOrder extends CommonFields {
  readonly person: KnownPerson
}

/** Removes a person, who comes back with the next message. */
export function personDelete(order: PersonOrder): TrackMessage {
  return ofKnown(order, semantic.userDeleted())
}

/** Removes a person and blocks the identifiers: whatever comes later is ignored. The data does not come back. */
export function personSuppress(order: PersonOrder): TrackMessage {
  return ofKnown(order, semantic.userSuppressed())
}

/** Frees an identifier that was blocked. */
export function personUnsuppress(order: PersonOrder): TrackMessage {
  return ofKnown(order, semantic.userUnsuppressed())
}

/** The platforms of devices. */
export type Platform = 'ios' | 'android'

/** What {@link device} is made of. `timestamp` is when it was last used. */
export interface Device extends PersonOrder {
  readonly token: string
  readonly platform: Platform
  readonly attributes?: object | undefined
}

/** Makes or updates a person's device, known by its token. */
export function device({ attributes = {}, ...order }: Device): TrackMessage {
  if (order.platform === undefined) throw platformProblem()
  return ofDevice(order, semantic.deviceCreatedOrUpdated({ ...attributes }))
}

/** What {@link deviceDelete} is made of. */
export interface DeviceDelete extends PersonOrder {
  readonly token: string
  readonly platform?: Platform | undefined
}

/** Removes a device from a person. */
export function deviceDelete(order: DeviceDelete): TrackMessage {
  return ofDevice(order, semantic.deviceDeleted())
}

/** Which object: the number of its type in Customer.io (from 1) and its id. */
export interface ObjectName extends CommonFields {
  readonly type: number
  readonly object: string
}

/** What {@link object} is made of. */
export interface ObjectUpdate extends ObjectName {
  readonly traits?: object | undefined
}

/** Creates or updates an object. The type must exist in Customer.io. */
export function object({ type, object, traits = {}, ...common }: ObjectUpdate): GroupMessage {
  const taken = ['objectTypeId', 'object_type_id', 'relationshipAttributes'].find(
    (name) => name in traits,
  )
  if (taken !== undefined)
    throw invalidMessage([
      `traits.${taken} must not be set: Customer.io reads it as something else`,
    ])
  const typed = { objectTypeId: String(typeId(type)), ...traits }
  return group({ groupId: objectId(object), traits: typed, ...common })
}

/** What {@link relationship} is made of. */
export interface Relationship extends ObjectName {
  readonly person: Person
  /** Attributes of the relationship itself. */
  readonly attributes?: object | undefined
}

/** Relates a person to an object, or updates the relationship; makes the object where there is none. */
export function relationship(options: Relationship): GroupMessage {
  const { type, object, person, attributes, ...common } = options
  const relationshipAttributes =
    attributes === undefined ? {} : { relationshipAttributes: attributes }
  const traits = { objectTypeId: String(typeId(type)), ...relationshipAttributes }
  return group({ groupId: objectId(object), person, traits, ...common })
}

/** Removes an object. Customer.io wants an `anonymousId` of any kind here: it is the object's id. */
export function objectDelete({ type, object, ...common }: ObjectName): TrackMessage {
  const event = semantic.objectDeleted(thing(type, object))
  return track({ person: { anonymousId: object }, ...event, ...common })
}

/** What {@link relationshipDelete} is made of. */
export interface RelationshipDelete extends ObjectName {
  readonly person: KnownPerson
}

/** Ends a relationship; person and object stay. */
export function relationshipDelete(order: RelationshipDelete): TrackMessage {
  const { type, object, ...rest } = order
  return ofKnown(rest, semantic.relationshipDeleted(thing(type, object)))
}

/** What {@link deliveryReport} is made of; a person is not needed. */
export interface DeliveryReport extends CommonFields {
  /** The id Customer.io gave the delivery. */
  readonly deliveryId: string
  readonly metric: SemanticProperties<'Report Delivery Event'>['metric']
  readonly recipient?: string | undefined
  readonly reason?: string | undefined
  readonly actionValue?: string | undefined
  readonly href?: string | undefined
  readonly person?: Person | undefined
}

/** Tells Customer.io what became of a message it has sent. */
export function deliveryReport(report: DeliveryReport): TrackMessage {
  const { person, deliveryId, metric, recipient, reason, actionValue, href, ...common } = report
  const properties = { deliveryId, metric, recipient, reason, actionValue, href }
  return {
    type: 'track',
    ...(person !== undefined && personFields(person)),
    ...semantic.reportDeliveryEvent(properties),
    ...commonFields(common),
  }
}

function ofKnown(
  { person, ...common }: PersonOrder,
  event: { readonly event: string; readonly properties: object },
): TrackMessage {
  knownPersonFields(person, `"${event.event}" is about somebody Customer.io knows`)
  return track({ person, ...event, ...common })
}

function ofDevice(
  { token, platform, context = {}, ...order }: DeviceDelete,
  event: { readonly event: string; readonly properties: object },
): TrackMessage {
  if (platform !== undefined && platform !== 'ios' && platform !== 'android')
    throw platformProblem()
  const { device }: { device?: object } = context
  const named = {
    ...device,
    token: identifier(token, 'token', limits.messageBytes),
    ...(platform !== undefined && { type: platform }),
  }
  return ofKnown({ ...order, context: { ...context, device: named } }, event)
}

function platformProblem(): Error {
  return invalidMessage(['platform must be ios or android'])
}

function thing(type: number, object: string): { objectId: string; objectTypeId: number } {
  return { objectId: objectId(object), objectTypeId: typeId(type) }
}

function objectId(object: string): string {
  return identifier(object, 'object', limits.objectIdBytes)
}

function typeId(type: number): number {
  if (!Number.isSafeInteger(type) || type < 1)
    throw invalidMessage(['type must be the number of an object type, from 1'])
  return type
}
