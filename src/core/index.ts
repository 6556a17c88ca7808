export { blockOf, type Entry, textColumn } from './block.ts'
export { type Clock, systemClock } from './clock.ts'
export {
  AuditError,
  Braked,
  ConfigError,
  codesOf,
  DestinationError,
  type Disposition,
  type ErrorContext,
  isError,
  RunStopped,
  SourceError,
  SyncError,
  TooManyFailed,
} from './errors.ts'
export type { EventRule, PropertyRule, PropertyType } from './event-rule.ts'
export { messageId, messageIdBytes, newId, writeIdHash, writeIdTime } from './ids.ts'
export { createLog, type Log, type LogFields, type LogFormat, redact, silentLog } from './log.ts'
export { closest, formatProblem, InvalidFiles, type Place, type Problem } from './problem.ts'
export type {
  As,
  BrakesSpec,
  ChangesSpec,
  ChecksSpec,
  ColumnsSpec,
  DestinationSpec,
  FieldSpec,
  Fields,
  IdentifySpec,
  JobSpec,
  Mask,
  Moved,
  Nulls,
  OnDelete,
  Path,
  PersonSpec,
  ProjectSpec,
  RouteSpec,
  SecretRef,
  SendCommon,
  SendSpec,
  SourceSpec,
  SyncSpec,
  SyncTest,
  TrackSpec,
} from './spec.ts'
export type {
  Answer,
  BatchFormat,
  BatchOutcome,
  Exchange,
  InvalidRow,
  Json,
  MessageBlock,
  MessageRun,
  MessageType,
  OutcomeStatus,
  Send,
  TextColumn,
  Verdict,
} from './words.ts'
