export { fingerprintOf } from './credentials.ts'
export { type CustomerioDoorOptions, createCustomerioDoor } from './door.ts'
export type { ListName, ListPart, ListQuery } from './lists.ts'
export type { Counts, EventFilter, PersonDetail, Queries } from './queries.ts'
export { documentedRate, mostInWindow, type RateLimit } from './rate-window.ts'
export type { KeyFilter, RequestCounts } from './request-log.ts'
export { createStore, type Reception, type Store, type StoreOptions } from './store.ts'
export type {
  DeviceRecord,
  DroppedRecord,
  EventRecord,
  FailureRecord,
  Fate,
  IgnoredRecord,
  JsonObject,
  MessageRecord,
  ObjectRecord,
  PersonRecord,
  Reason,
  Region,
  RelationshipRecord,
  ReportRecord,
  RequestRecord,
  SuppressionRecord,
  Verdict,
} from './words.ts'
