export { abandonedText, backfillStepText, backfillText } from './backfill-text.ts'
export { changedSyncs } from './changed-syncs.ts'
export {
  type CheckName,
  type CheckResult,
  type Diagnosis,
  type DoctorLook,
  type DoctorOptions,
  doctor,
  doctorText,
  experimentNames,
  type Finding,
  forget,
  type Health,
  isSick,
  type LiveOptions,
  type LiveReport,
  type LiveResult,
  live,
  liveText,
  resultText,
} from './doctor/index.ts'
export {
  type Erased,
  type EraseOptions,
  erase,
  erasedExitCode,
  erasedText,
  type FailedStep,
} from './erase/index.ts'
export {
  type ExplainedKey,
  type ExplainLook,
  type ExplainOptions,
  explainKey,
  explainPerson,
  exportPerson,
  type KeyExplanation,
  keyText,
  type PersonExplanation,
  type PersonExport,
  type PersonInSync,
  personText,
  type Reason,
  withoutPersonalData,
} from './explain/index.ts'
export { count, duration } from './figures.ts'
export { hashedText } from './hashed-text.ts'
export {
  type Held,
  type HoldParts,
  heldText,
  hold,
  type Released,
  release,
  releasedText,
} from './hold.ts'
export {
  type Colour,
  type ListedSync,
  type ListLook,
  type ListParts,
  listSyncs,
  listText,
  type Status,
} from './list/index.ts'
export { type LockChange, lockChange, lockChangeText, lockOf } from './lock.ts'
export {
  daysOf,
  type Maintained,
  type MaintainOptions,
  type MaintainParts,
  maintain,
  maintainedText,
  type Retention,
  retentionDefaults,
} from './maintain/index.ts'
export { movedText } from './moved-text.ts'
export { planMark, planMarkdown } from './plan-markdown.ts'
export { planText } from './plan-text.ts'
export { type Preview, preview, withoutValues } from './preview.ts'
export { reconcileText } from './reconcile-text.ts'
export { replayText } from './replay-text.ts'
export { type Report, readReport } from './report.ts'
export { reportHtml } from './report-html.ts'
export { type Period, type PeriodReport, readPeriod } from './report-period.ts'
export { periodHtml } from './report-period-html.ts'
export { periodText } from './report-period-text.ts'
export { reportText } from './report-text.ts'
export { setup } from './setup.ts'
export { settledText, sliceText } from './slices-text.ts'
export { failureText, runSummary, table } from './summary.ts'
export {
  type SyncCheck,
  validateAgainstLock,
  validateAgainstSources,
  validateEvents,
} from './validate.ts'
export { whoActs } from './who.ts'
