export { type Clock, systemClock } from './clock.ts'
export {
  AuditError,
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
export { messageId, messageIdBytes, newId, writeIdHash, writeIdTime } from './ids.ts'
export { createLog, type Log, type LogFields, type LogFormat, redact, silentLog } from './log.ts'
export { closest, formatProblem, InvalidFiles, type Place, type Problem } from './problem.ts'
export type {
  As,
  ColumnsSpec,
  DestinationSpec,
  FieldSpec,
  Fields,
  IdentifySpec,
  JobSpec,
  Mask,
  Nulls,
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
