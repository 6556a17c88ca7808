import { type CommonFields, commonFields, optionalFields } from './common-fields.ts'
import { invalidMessage } from './invalid-message.ts'
import { limits } from './limits.ts'
import type {
  AliasMessage,
  GroupMessage,
  IdentifyMessage,
  PageMessage,
  ScreenMessage,
  TrackMessage,
} from './messages.ts'
import {
  identifier,
  type KnownPerson,
  knownPersonFields,
  type Person,
  personFields,
} from './person.ts'

/*
 * The six calls of the Pipelines API (2026-09) as they stand in a batch. Each throws ConfigError MESSAGE_INVALID, which
 * names the field and what is expected of it, never its value. Sizes of whole messages are for the sender to check.
 */

/** What {@link identify} is made of. */
export interface Identify extends CommonFields {
  readonly person: KnownPerson
  /** Attributes to set; null removes one. */
  readonly traits?: object | undefined
}

/** Creates or updates a person. Somebody anonymous is refused: Customer.io accepts such calls and ignores them. */
export function identify({ person, traits, ...common }: Identify): IdentifyMessage {
  const who = knownPersonFields(person, 'Customer.io ignores an identify of somebody anonymous')
  return { type: 'identify', ...who, ...optionalFields('traits', traits), ...commonFields(common) }
}

/** What {@link track} is made of. */
export interface Track extends CommonFields {
  readonly person: Person
  readonly event: string
  readonly properties?: object | undefined
}

/** An event of a person. Takes what `semanticEvent` gives: `track({ person, ...semantic.orderCompleted({ … }) })`. */
export function track({ person, event, properties, ...common }: Track): TrackMessage {
  return {
    type: 'track',
    ...personFields(person),
    event: identifier(event, 'event', limits.eventNameBytes),
    ...optionalFields('properties', properties),
    ...commonFields(common),
  }
}

/** What {@link page} and {@link screen} are made of. */
export interface View extends CommonFields {
  readonly person: Person
  readonly name?: string | undefined
  /** Of a page, Customer.io takes `url` for its name. */
  readonly properties?: object | undefined
}

/** A view of a web page. */
export function page(view: View): PageMessage {
  return { type: 'page', ...viewFields(view) }
}

/** A view of an app's screen. */
export function screen(view: View): ScreenMessage {
  return { type: 'screen', ...viewFields(view) }
}

/** What {@link group} is made of. */
export interface Group extends CommonFields {
  readonly groupId: string
  /** Who belongs to it; without a person only the object is written. */
  readonly person?: Person | undefined
  readonly traits?: object | undefined
}

/** The plain group call; `object` and `relationship` say more clearly what they do. */
export function group({ groupId, person, traits, ...common }: Group): GroupMessage {
  return {
    type: 'group',
    groupId: identifier(groupId, 'groupId', limits.objectIdBytes),
    ...(person !== undefined && personFields(person)),
    ...optionalFields('traits', traits),
    ...commonFields(common),
  }
}

/** What {@link alias} is made of. */
export interface Alias extends CommonFields {
  readonly keep: KnownPerson
  /** Who is gone afterwards. */
  readonly merge: Person
}

/** Merges one person into another, for ever. */
export function alias({ keep, merge, ...common }: Alias): AliasMessage {
  const { userId } = knownPersonFields(keep, 'only somebody known can be kept')
  const merged = personFields(merge)
  return {
    type: 'alias',
    userId,
    previousId: merged.userId ?? merged.anonymousId ?? '',
    ...commonFields(common),
  }
}

function viewFields({ person, name, properties, ...common }: View) {
  if (name !== undefined && typeof name !== 'string') throw invalidMessage(['name must be text'])
  return {
    ...personFields(person),
    ...(name !== undefined && { name }),
    ...optionalFields('properties', properties),
    ...commonFields(common),
  }
}
