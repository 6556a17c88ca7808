export { type HttpAnswer, understand, understandFailure } from './answers.ts'
export { batchFormat } from './batch-format.ts'
export { build } from './build.ts'
export type { Alias, Group, Identify, Track, View } from './build-calls.ts'
export type {
  DeliveryReport,
  Device,
  DeviceDelete,
  ObjectName,
  ObjectUpdate,
  PersonOrder,
  Platform,
  Relationship,
  RelationshipDelete,
} from './build-orders.ts'
export { checkMessage } from './check-message.ts'
export { checkProperties } from './check-properties.ts'
export { type Client, type ClientOptions, createClient } from './client.ts'
export type { CommonFields } from './common-fields.ts'
export { eventCatalogue } from './event-catalogue.ts'
export { eventRules } from './event-rules.ts'
export { identityOf } from './identity.ts'
export type { JsonObject, JsonValue } from './json.ts'
export { checkKey, keyFingerprint } from './key.ts'
export { limits } from './limits.ts'
export {
  AliasMessage,
  BatchBody,
  GroupMessage,
  IdentifyMessage,
  Message,
  PageMessage,
  ScreenMessage,
  TrackMessage,
} from './messages.ts'
export { nearestEvent } from './nearest-event.ts'
export type { KnownPerson, Person } from './person.ts'
export { type Reach, type ReachOptions, reach } from './reach.ts'
export { baseUrl, type Region, regions } from './regions.ts'
export {
  type SemanticEventName,
  type SemanticProperties,
  semanticSchemas,
} from './semantic/catalogue.ts'
export {
  type SemanticBuilders,
  type SemanticEvent,
  semantic,
  semanticEvent,
} from './semantic-events.ts'
