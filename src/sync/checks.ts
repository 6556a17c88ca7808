import { qualityIn } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import { pinned } from '../source/index.ts'
import { quoteName } from '../warehouse/index.ts'
import type { Assessed, WindowRequest } from './assess.ts'
import type { Parts } from './parts.ts'

/** What one check of the pinned source gave. */
export interface CheckResult {
  /** As the sync file names it: `unique`, `not_null:email`, `fresh:loaded_at`. */
  readonly name: string
  readonly passed: boolean
  /** Rows that broke it, where rows can. */
  readonly failedRows?: number
  /** Our own words, never a value of a row. */
  readonly text: string
}

/** Asks the warehouse whether the pinned source is fit to be sent, as the sync file's `checks` say. */
export async function runChecks(
  { warehouse, clock }: Parts,
  { checks }: SyncSpec,
  { scope, counts }: Assessed,
  signal?: AbortSignal,
): Promise<CheckResult[]> {
  const { notNull, fresh, unique } = checks
  const uniqueness: CheckResult[] = unique
    ? [
        {
          name: 'unique',
          passed: counts.duplicate_key === 0,
          failedRows: counts.duplicate_key,
          text: `${counts.duplicate_key} rows share their key with another row`,
        },
      ]
    : []
  if (notNull.length === 0 && fresh === undefined) return uniqueness
  const asked = [
    ...notNull.map((column, i) => `count_if(${quoteName(column)} IS NULL) AS null_${i}`),
    ...(fresh === undefined
      ? []
      : [`unix_millis(CAST(max(${quoteName(fresh.column)}) AS TIMESTAMP)) AS newest`]),
  ]
  const [row] = await warehouse.query(
    `SELECT ${asked.join(', ')} FROM ${pinned(scope.pin)}`,
    {},
    signal,
  )
  const nulls = notNull.map((column, i): CheckResult => {
    const failedRows = Number(row?.[`null_${i}`])
    return {
      name: `not_null:${column}`,
      passed: failedRows === 0,
      failedRows,
      text: `${failedRows} rows have no ${column}`,
    }
  })
  if (fresh === undefined) return [...uniqueness, ...nulls]
  const age = row?.newest === null ? Infinity : clock.now() - Number(row?.newest)
  return [
    ...uniqueness,
    ...nulls,
    {
      name: `fresh:${fresh.column}`,
      passed: age <= fresh.withinMs,
      text: `the newest ${fresh.column} is ${hours(age)} old, and ${hours(fresh.withinMs)} are allowed`,
    },
  ]
}

function hours(ms: number): string {
  return Number.isFinite(ms) ? `${(ms / 3600_000).toFixed(1)} h` : 'infinitely'
}

/** Writes results to `quality`, those of a run that a check stops too. */
export async function recordChecks(
  { warehouse, project, clock }: Parts,
  sync: SyncSpec,
  destination: string,
  { windowId }: Pick<WindowRequest, 'windowId'>,
  results: readonly CheckResult[],
): Promise<void> {
  if (results.length === 0) return
  await qualityIn(warehouse, project.control).record({
    windowId,
    sync: sync.name,
    destination,
    checkedAt: new Date(clock.now()),
    results,
  })
}
