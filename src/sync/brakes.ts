import { createHash } from 'node:crypto'
import { controlOf, ledgerIn } from '../audit/index.ts'
import { Braked, type SyncSpec } from '../core/index.ts'
import { pinned } from '../source/index.ts'
import type { Assessed, WindowRequest } from './assess.ts'
import type { CheckResult } from './checks.ts'
import type { Parts } from './parts.ts'

/** A brake that fires. */
export interface FiredBrake {
  /** As the sync file names it: `empty_source`, `max_rows`, … */
  readonly brake: string
  /** Our own words, with the numbers. */
  readonly text: string
  /** False where no confirmation can say what to do: the sync file has to. */
  readonly isConfirmable: boolean
}

/** First windows of fewer messages ask nobody. */
const smallFirstRun = 1000
/** Fewer messages are never too many for the usual change. */
const smallChange = 1000
/** Windows whose median is the usual change, and how few are no measure. */
const usual = { most: 10, least: 3 } as const

/** Every brake that what a window would send pulls. Empty: nothing stands in its way. */
export async function brakesOn(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  { kind }: Pick<WindowRequest, 'kind'>,
  assessed: Assessed,
  checks: readonly CheckResult[],
  signal?: AbortSignal,
): Promise<FiredBrake[]> {
  const { counts, due } = assessed
  const { brakes } = sync
  const fired: FiredBrake[] = []
  const fire = (brake: string, text: string, isConfirmable = true) =>
    fired.push({ brake, text, isConfirmable })
  for (const check of checks.filter(({ passed }) => !passed))
    fire(`check ${check.name}`, check.text)
  if (counts.moved > 0) {
    fire(
      'moved',
      `${counts.moved} keys go to another destination now; say what becomes of them here: moved: delete_old or moved: keep_both under send.to`,
      false,
    )
  }
  if (await isEmptied(parts, sync, assessed, signal)) {
    fire('empty_source', 'the source has no row, and it had some before')
  }
  if (brakes.maxRows !== undefined && counts.send > brakes.maxRows) {
    fire('max_rows', `${counts.send} messages, and ${brakes.maxRows} are allowed`)
  }
  // The whole of them: a limit must not spread over many windows what would be too much in one.
  if (due.delete > 0) {
    const { delivered } = await ledgerIn(parts.warehouse, parts.project.control).counts(
      sync.name,
      destination,
    )
    const percent = (100 * due.delete) / Math.max(delivered, due.delete)
    if (percent > brakes.maxDeletePercent) {
      fire(
        'max_delete_percent',
        `${due.delete} deletions are ${percent.toFixed(1)} % of the ${delivered} keys that were delivered, and ${brakes.maxDeletePercent} % are allowed`,
      )
    }
  }
  if (kind === 'rebase') {
    fire('rebase', `${counts.unchanged} rows would count as known as they are, without being sent`)
  }
  // How many a limited window sends was said by a person.
  if (kind !== 'sync' || assessed.scope.limit !== undefined) return fired
  const earlier = await sentByEarlierWindows(parts, sync, destination, signal)
  if (earlier === undefined) {
    if (brakes.firstRun === 'confirm' && counts.send > smallFirstRun) {
      fire('first_run', `the first window would send ${counts.send} messages`)
    }
  } else if (
    brakes.maxChangeFactor > 0 &&
    earlier.length >= usual.least &&
    counts.send > smallChange
  ) {
    const median = medianOf(earlier)
    if (counts.send > brakes.maxChangeFactor * Math.max(median, 1)) {
      fire(
        'max_change_factor',
        `${counts.send} messages, more than ${brakes.maxChangeFactor} times the usual ${median}`,
      )
    }
  }
  return fired
}

/** What a person says to go past these brakes with exactly this plan. */
export function confirmationOf(
  sync: SyncSpec,
  destination: string,
  { scope, mapping, counts }: Assessed,
  fired: readonly FiredBrake[],
): string {
  const { table, version, snapshot } = scope.pin
  const plan = [
    sync.name,
    destination,
    // A snapshot is another table each time: what it holds is told by its numbers.
    snapshot ? JSON.stringify(counts) : `${table} ${version}`,
    mapping.hash,
    ...fired.map(({ brake }) => brake),
  ]
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 8)
}

/** Throws Braked unless no brake fires or a person confirmed exactly this plan. */
export function obeyBrakes(
  sync: SyncSpec,
  destination: string,
  assessed: Assessed,
  fired: readonly FiredBrake[],
  confirmed: readonly string[],
): void {
  if (fired.length === 0) return
  const value = confirmationOf(sync, destination, assessed, fired)
  const isFinal = fired.some(({ isConfirmable }) => !isConfirmable)
  if (!isFinal && confirmed.includes(value)) return
  const lines = fired.map(({ brake, text }) => `  ${brake}: ${text}`).join('\n')
  throw new Braked(
    'BRAKED',
    `nothing was sent for ${sync.name} → ${destination}:\n${lines}\n${
      isFinal
        ? `"customerio-jobs plan ${sync.name}" shows more`
        : `"customerio-jobs plan ${sync.name}" shows more; to go on all the same, run again with --confirm ${value}`
    }`,
    { context: { brakes: fired.map(({ brake }) => brake).join(', ') } },
  )
}

/** True when the source has no row at all although the ledger knows some. */
async function isEmptied(
  { warehouse }: Parts,
  { brakes }: SyncSpec,
  { scope, due }: Assessed,
  signal?: AbortSignal,
): Promise<boolean> {
  if (brakes.emptySource === 'allow') return false
  return (await isSourceEmpty(warehouse, scope, due, signal)) && goneCount(due) > 0
}

/** Keys that were there before and are not any more. */
export function goneCount(counts: Assessed['counts']): number {
  return counts.delete + counts.ignored + counts.moved
}

/** Asks the warehouse only when nothing that was looked at speaks against it. */
export async function isSourceEmpty(
  warehouse: Parts['warehouse'],
  { pin }: Pick<Assessed['scope'], 'pin'>,
  counts: Assessed['counts'],
  signal?: AbortSignal,
): Promise<boolean> {
  if (counts.send + counts.unchanged + counts.null_key + counts.duplicate_key > 0) return false
  const [row] = await warehouse.query(
    `SELECT count(*) AS row_count FROM ${pinned(pin)}`,
    {},
    signal,
  )
  return Number(row?.row_count) === 0
}

/** Messages that the newest closed windows without a limit sent; undefined when there is none. */
async function sentByEarlierWindows(
  { warehouse, project }: Parts,
  sync: SyncSpec,
  destination: string,
  signal?: AbortSignal,
): Promise<number[] | undefined> {
  const rows = await warehouse.query(
    `SELECT \`row_count\` - \`null_keys\` - \`duplicate_keys\` - \`unchanged\` - \`held\` - \`ignored\` AS \`sent\` FROM ${controlOf(project.control).name('windows')} WHERE \`sync\` = :sync AND \`destination\` = :destination AND \`kind\` = 'sync' AND \`state\` = 'closed' AND get_json_object(\`pin\`, '$.limit') IS NULL ORDER BY \`window_number\` DESC LIMIT ${usual.most}`,
    { sync: sync.name, destination },
    signal,
  )
  return rows.length === 0 ? undefined : rows.map(({ sent }) => Number(sent))
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
