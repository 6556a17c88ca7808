export type { Account } from './account.ts'
export { type Act, type Acts, actsIn, type NewAct } from './acts.ts'
export type { Adoption } from './adopt.ts'
export type { Checkpoint, Pair } from './checkpoint.ts'
export { type Control, controlOf, volumePath } from './control.ts'
export { controlDocs } from './control-docs.ts'
export type { Enqueued } from './enqueue.ts'
export { type Hold, type Holds, holdsIn } from './holds.ts'
export { type KeepOptions, type KeptLease, keepLease } from './keep-lease.ts'
export { isLeaseLost, type Lease } from './lease.ts'
export {
  isDeadLocalOwner,
  localProcesses,
  type Processes,
  processOwner,
} from './lease-owner.ts'
export {
  type Held,
  type Leases,
  leaseDefaults,
  leasesIn,
  type Taker,
} from './leases.ts'
export {
  type Ledger,
  type LedgerCounts,
  type LeftBehind,
  ledgerIn,
  type UsedMapping,
} from './ledger.ts'
export { type Loaded, type LoadSettings, loadWindow } from './load.ts'
export { type MappingUse, mappingUse } from './mapping-use.ts'
export { type KnownMapping, type MappedColumn, type Mappings, mappingsIn } from './mappings.ts'
export {
  type ExistingColumns,
  migrateStatements,
  pendingMigrations,
  type SetUp,
  setUpControl,
} from './migrate.ts'
export type { Files, Sql, SqlValue } from './ports.ts'
export { type Position, positionText, readPosition } from './position.ts'
export { type CheckedWindow, type CheckFinding, type Quality, qualityIn } from './quality.ts'
export { type NewReceipt, type Receipts, receiptsIn } from './receipts.ts'
export {
  createRecorder,
  type Recorder,
  type RecorderCounts,
  type RecorderLimits,
  type RecorderSettings,
} from './recorder.ts'
export { type NewRun, type RunEnd, type Runs, runsIn, type WindowRun } from './runs.ts'
export { controlStatements, controlTables, controlViews } from './schema.ts'
export {
  readSlice,
  type Slice,
  type SliceAtWork,
  type SliceLeases,
  sliceLeasesIn,
  sliceName,
  slicePair,
} from './slices.ts'
export type { PartSummary } from './uploads.ts'
export { outcomesWhere } from './views.ts'
export {
  type NewWindow,
  type Window,
  type WindowCounts,
  type WindowKind,
  type WindowStanding,
  type Windows,
  windowIdOf,
  windowsIn,
} from './windows.ts'
