export {
  type AuditKey,
  hashIn,
  hashKeyNameIn,
  isWrittenHash,
  type KnownKeys,
  writtenHash,
} from './audit-key.ts'
export { blockOf, type Entry, textColumn } from './block.ts'
export {
  type Call,
  calls,
  eventCalls,
  fieldsName,
  irreversibleCalls,
  isEventCall,
  isIrreversible,
  stateCalls,
} from './calls.ts'
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
export type { EventCatalogue, EventRule, PropertyRule, PropertyType } from './event-rule.ts'
export { messageId, messageIdBytes, newId, writeIdHash, writeIdTime } from './ids.ts'
export { createLog, type Log, type LogFields, type LogFormat, redact, silentLog } from './log.ts'
export { expected, misfits } from './misfits.ts'
export { nothingPersonal, type Personal } from './personal.ts'
export { closest, formatProblem, InvalidFiles, type Place, type Problem } from './problem.ts'
export type {
  DestinationSpec,
  EraseSpec,
  JobSpec,
  ProjectSpec,
  SecretRef,
  TelemetrySpec,
} from './project.ts'
export type {
  As,
  BrakesSpec,
  CanarySpec,
  ChangesSpec,
  ChecksSpec,
  ColumnsSpec,
  ConsentSpec,
  DeviceSpec,
  FieldSpec,
  Fields,
  LimitPolicy,
  LimitsSpec,
  LockSpec,
  Mask,
  Moved,
  Nulls,
  ObjectSpec,
  OnDelete,
  OutboxSpec,
  Path,
  PersonSpec,
  RouteSpec,
  SendSpec,
  SourceSpec,
  SyncSpec,
  SyncTest,
} from './spec.ts'
export { noTelemetry, type Span, type Telemetry } from './telemetry.ts'
export { isTime } from './time.ts'
export { trusting } from './trust.ts'
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
