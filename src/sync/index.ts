export {
  type Abandoned,
  abandonBackfill,
  type Backfill,
  type BackfillOptions,
  backfill,
} from './backfill.ts'
export type { BackfillAccount, BackfillFilter } from './backfill-plan.ts'
export { type BackfillStep, backfillShare } from './backfill-windows.ts'
export { type ByHand, type Ending, eachDestination } from './by-hand.ts'
export { compileSync } from './compile-sync.ts'
export { type Destination, openDestination } from './destination.ts'
export { type HashedState, hashState } from './hash-state.ts'
export { type Allowance, allowanceOf, releaseCanaryAct } from './limit.ts'
export { loadOutcomes } from './load-outcomes.ts'
export { type LookedAt, lookAt } from './look-at.ts'
export { type MovedState, moveState } from './move-state.ts'
export { openParts, type Parts, type PartsOptions, type Patience } from './parts.ts'
export { type PlanEnding, plan, planExitCode } from './plan.ts'
export type { ChangedRow, ChangedValue, Changes } from './plan-changes.ts'
export type { Estimate } from './plan-estimate.ts'
export { type Standing, standingOf } from './plan-standing.ts'
export type { Plan } from './plan-window.ts'
export { type RebaseOptions, rebase } from './rebase.ts'
export { type Reconciled, type ReconcileOptions, reconcile } from './reconcile.ts'
export {
  type DeadLetters,
  type Replay,
  type ReplayFilter,
  type ReplayOptions,
  replay,
} from './replay.ts'
export { type RunOptions, type RunReport, runWindow } from './run.ts'
export { exitCodeOf, failedRun, type RunEnding, runAll } from './run-all.ts'
export { schedule, shareOf } from './schedule.ts'
export type { Progress } from './send.ts'
export { planSlices, type SlicePlanOptions, type SliceTask } from './slice-plan.ts'
export { runSlice, type SliceReport, type SliceRunOptions } from './slice-run.ts'
export { type SettleReport, settleSlices } from './slice-settle.ts'
export { tombstonesOf } from './tombstones.ts'
export { packageVersion } from './version.ts'
export { type IdleWindow, whenQuiet } from './when-quiet.ts'
