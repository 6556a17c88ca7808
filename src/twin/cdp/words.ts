import type { Json, MessageType } from '../../core/index.ts'

/** The two regions of Customer.io. In the twin each is one workspace, whatever the number of its keys. */
export type Region = 'us' | 'eu'

/** A JSON object as it was received. */
export type JsonObject = { readonly [key: string]: Json }

/** True for a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Why a request or a message was not taken.
 *
 * `bad_key` no, an unknown or a malformed key · `wrong_region` a key of the other region · `rate_limited` over the
 * window · `encoding` a compressed body · `content_type` not JSON · `body_too_large`, `message_too_large` over the
 * byte limits · `malformed` not JSON in UTF-8, or nested too deeply · `invalid` JSON that is no message.
 */
export type Reason =
  | 'bad_key'
  | 'wrong_region'
  | 'rate_limited'
  | 'encoding'
  | 'content_type'
  | 'body_too_large'
  | 'message_too_large'
  | 'malformed'
  | 'invalid'

/**
 * What became of a request: `accepted` whole; `partly` answered 200 but without some of its messages; `dropped`
 * answered 200 and thrown away; `refused` answered with an error status.
 */
export type Verdict = 'accepted' | 'partly' | 'dropped' | 'refused'

/** A request as it was received and answered. */
export interface RequestRecord {
  readonly id: string
  /** Milliseconds since the epoch, on the twin's clock. */
  readonly at: number
  readonly region: Region
  /** A short fingerprint of the write key, never the key; `none` when none was given. */
  readonly key: string
  readonly path: string
  readonly status: number
  /** Bytes of the body. */
  readonly bytes: number
  /** Messages the body held, as far as it could be read. */
  readonly messages: number
  readonly strict: boolean
  readonly verdict: Verdict
  readonly reason?: Reason
  /** What was wrong, in our words and without any value. */
  readonly text?: string
}

/** A message, or a whole request, that was thrown away or refused. */
export interface DroppedRecord {
  readonly at: number
  readonly region: Region
  readonly request: string
  readonly path: string
  readonly status: number
  /** Place of the message in its batch; absent when the whole request was dropped. */
  readonly index?: number
  readonly reason: Reason
  readonly text: string
}

/** What a message did to the workspace. */
export type Fate = 'applied' | 'duplicate' | 'ignored'

/** One message id and what was received under it. */
export interface MessageRecord {
  readonly region: Region
  readonly messageId: string
  readonly type: MessageType
  /** How many times it was received; 1 is what a sender hopes for. */
  readonly times: number
  /** How many of the repeats said something else than the first. */
  readonly different: number
  readonly firstAt: number
  readonly lastAt: number
  /** What the first one did. */
  readonly fate: Fate
  /** Why, when it was ignored. */
  readonly note?: string
  /** The first message as it was received. */
  readonly content: JsonObject
}

/** A message that was accepted and changed nothing, and why. */
export interface IgnoredRecord {
  readonly at: number
  readonly region: Region
  readonly messageId: string
  readonly type: MessageType
  readonly fate: Exclude<Fate, 'applied'>
  readonly note: string
}

/** A person of a workspace. */
export interface PersonRecord {
  readonly region: Region
  readonly id?: string
  readonly email?: string
  readonly anonymousIds: readonly string[]
  readonly traits: JsonObject
  readonly firstSeen: number
  readonly lastSeen: number
  readonly events: number
}

/** An event: a track, page or screen call. */
export interface EventRecord {
  readonly region: Region
  readonly type: 'track' | 'page' | 'screen'
  readonly name: string
  /** When it happened, as the message says, else when it was received; ISO 8601. */
  readonly time: string
  readonly receivedAt: number
  readonly messageId: string
  /** The person's id, else e-mail; absent while the event is anonymous. */
  readonly person?: string
  readonly anonymousId?: string
  readonly groupId?: string
  readonly properties: JsonObject
  readonly context: JsonObject
}

/** An object (a group) of a workspace. */
export interface ObjectRecord {
  readonly region: Region
  readonly objectTypeId: string
  readonly objectId: string
  readonly attributes: JsonObject
  readonly firstSeen: number
  readonly lastSeen: number
}

/** A person's relationship to an object. */
export interface RelationshipRecord {
  readonly region: Region
  readonly person: string
  readonly objectTypeId: string
  readonly objectId: string
  readonly attributes: JsonObject
}

/** A person's device. */
export interface DeviceRecord {
  readonly region: Region
  readonly person: string
  readonly token: string
  readonly platform?: string
  readonly attributes: JsonObject
  /** When it was last used, as the message says; ISO 8601. */
  readonly lastUsed: string
}

/** An identifier that is blocked. */
export interface SuppressionRecord {
  readonly region: Region
  readonly identifier: string
  readonly at: number
}

/** An attribute that was not set although its message was accepted. */
export interface FailureRecord {
  readonly at: number
  readonly region: Region
  readonly messageId: string
  /** Name of the attribute, cut to 150 bytes. */
  readonly attribute: string
  readonly note: string
}

/** A report about a delivery or a content, which changes no person. */
export interface ReportRecord {
  readonly at: number
  readonly region: Region
  readonly messageId: string
  readonly event: string
  readonly properties: JsonObject
}
