import { actsIn, pendingMigrations } from '../../audit/index.ts'
import { setup } from '../setup.ts'
import { whoActs } from '../who.ts'
import { clearPayloads } from './clear-payloads.ts'
import { type DroppedSnapshots, dropSnapshots } from './drop-snapshots.ts'
import { type OptimizedTable, optimizeTables } from './optimize.ts'
import type { MaintainOptions, MaintainParts } from './parts.ts'
import { removeOutboxRows } from './remove-outbox-rows.ts'
import { type RemovedOutcomes, removeOutcomes } from './remove-outcomes.ts'
import { type RemovedParts, removeParts } from './remove-parts.ts'
import { type RemovedRows, removeEndedHolds, removeRows } from './remove-rows.ts'
import { daysBefore, fewestDays } from './retention.ts'
import { type VacuumAdvice, vacuumAdvice, vacuumTables } from './vacuum-advice.ts'

/** What maintenance did, or with a dry run would do; counts and names only. */
export interface Maintained {
  readonly control: string
  readonly dryRun: boolean
  /** Tables that got columns of this version. */
  readonly migrated: number
  readonly outcomes: RemovedOutcomes
  readonly rows: readonly RemovedRows[]
  readonly holds: number
  /** Outcomes whose payload was emptied; the rows stay. */
  readonly payloads: number
  /** Rows of the outbox. */
  readonly outbox: number
  readonly parts: RemovedParts
  readonly snapshots: DroppedSnapshots
  readonly optimized: readonly OptimizedTable[]
  readonly vacuum: VacuumAdvice
}

/** How long parts stay in the volume after their window was closed, in days: long enough to look into a bad load. */
export const partDays = 7

/**
 * Keeps the control schema small and up to date: what this version adds, rows past their time, parts that are loaded,
 * snapshots and holds that ended, small files. Ledger, checkpoints, windows, mappings, acts, receipts and tombstones are
 * kept. Each step can break off anywhere and be repeated, and touches nothing that an open window needs, so it may run
 * beside live syncs.
 */
export async function maintain(
  parts: MaintainParts,
  { keep, dryRun, vacuum = false, onStep = () => {} }: MaintainOptions,
): Promise<Maintained> {
  const { warehouse, project, clock } = parts
  const { control } = project
  const now = clock.now()
  const old = (days: number) => daysBefore(now, days)
  onStep('looking for columns to add')
  const pending = await pendingMigrations(warehouse, control)
  if (!dryRun) {
    await setup(warehouse, project, clock)
    const who = await whoActs(parts)
    await actsIn(warehouse, control, clock).record({ act: 'maintain', who, details: { ...keep } })
  }
  onStep('removing old outcomes')
  const outcomes = await removeOutcomes(parts, old(keep.outcome_log), dryRun)
  const rows: RemovedRows[] = []
  for (const table of ['requests', 'runs', 'quality'] as const) {
    onStep(`removing old rows of ${table}`)
    rows.push(await removeRows(parts, table, old(keep[table]), dryRun))
  }
  const holds = await removeEndedHolds(parts, old(fewestDays), dryRun)
  onStep('emptying old payloads')
  const payloads = await clearPayloads(parts, old(keep.payloads), dryRun)
  const outbox = await removeOutboxRows(parts, old(keep.outbox), dryRun)
  onStep('removing parts that are loaded')
  const rowsBefore = { outcomes: old(keep.outcome_log), requests: old(keep.requests) }
  const removed = await removeParts(parts, old(partDays), rowsBefore, dryRun)
  const snapshots = await dropSnapshots(parts, dryRun)
  onStep('putting small files together')
  const optimized = await optimizeTables(parts, dryRun)
  const changed = [
    ...[outcomes, ...rows].filter((one) => one.rows > 0).map(({ table }) => table),
    ...(payloads > 0 ? ['outcome_log'] : []),
    ...(outbox > 0 ? ['outbox'] : []),
    ...optimized.filter((one) => one.filesAfter < one.filesBefore).map(({ table }) => table),
  ]
  if (vacuum && !dryRun) onStep('removing files that no version needs any more')
  return {
    control,
    dryRun,
    migrated: pending.length,
    outcomes,
    rows,
    holds,
    payloads,
    outbox,
    parts: removed,
    snapshots,
    optimized,
    vacuum: vacuum && !dryRun ? await vacuumTables(parts) : await vacuumAdvice(parts, changed),
  }
}
