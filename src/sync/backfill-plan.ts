import { type Act, actsIn, controlOf, type Pair } from '../audit/index.ts'
import type { KeyPick, Look } from '../source/index.ts'
import type { Parts } from './parts.ts'

/** What a backfill sends: keys for which all conditions hold; without any, everything. */
export type BackfillFilter = Pick<KeyPick, 'run' | 'mapping' | 'from' | 'to'>

/** A backfill as it was begun. It lives in `acts` alone, and its progress in `windows`: any process can go on with it. */
export interface BackfillPlan extends Pair {
  readonly act: Pick<Act, 'actId' | 'who' | 'at'>
  readonly filter: BackfillFilter
  /** Parts that it is sent in, each a window. */
  readonly windows: number
  /** Brakes that a person let go for all of it. */
  readonly passes: readonly string[]
}

/** The commands in `acts` that begin a backfill, and that give one up. */
export const backfillActs = { begin: 'backfill', abandon: 'backfill --abandon' } as const

/** What stands in `acts.details`. */
export function detailsOf({
  filter,
  windows,
  passes,
}: Pick<BackfillPlan, 'filter' | 'windows' | 'passes'>): NonNullable<Act['details']> {
  return { ...filter, windows, ...(passes.length === 0 ? {} : { passes: passes.join(',') }) }
}

/** Where a backfill looks for keys. */
export function lookOf(filter: BackfillFilter): Look {
  return Object.keys(filter).length === 0 ? { kind: 'all' } : { kind: 'picked', pick: filter }
}

/** True when both are about the same keys. */
export function isSameFilter(a: BackfillFilter, b: BackfillFilter): boolean {
  return filterNames.every((name) => a[name] === b[name])
}

const filterNames = ['run', 'mapping', 'from', 'to'] as const

/** The backfill of a sync and destination that was begun last, unless it was given up or all its windows are closed. */
export async function unfinishedBackfill(
  parts: Pick<Parts, 'warehouse' | 'project' | 'clock'>,
  pair: Pair,
): Promise<{ readonly plan: BackfillPlan; readonly done: ReadonlySet<number> } | undefined> {
  const acts = actsIn(parts.warehouse, parts.project.control, parts.clock)
  const last = await acts.last(pair.sync, pair.destination, Object.values(backfillActs))
  if (last?.act !== backfillActs.begin) return undefined
  const plan = toPlan(pair, last)
  const done = await donePartsOf(parts, plan)
  return done.size === plan.windows ? undefined : { plan, done }
}

function toPlan({ sync, destination }: Pair, { actId, who, at, details = {} }: Act): BackfillPlan {
  const { windows, passes } = details
  const filter = Object.fromEntries(
    filterNames.flatMap((name) => (details[name] === undefined ? [] : [[name, details[name]]])),
  )
  return {
    sync,
    destination,
    act: { actId, who, at },
    filter,
    windows: Number(windows),
    passes: passes === undefined ? [] : String(passes).split(','),
  }
}

const ours =
  "`sync` = :sync AND `destination` = :destination AND `kind` = 'backfill' AND get_json_object(`pin`, '$.backfill.act') = :act"

/** The parts of a backfill whose window is closed, by number. */
export async function donePartsOf(
  { warehouse, project }: Pick<Parts, 'warehouse' | 'project'>,
  { sync, destination, act }: BackfillPlan,
): Promise<ReadonlySet<number>> {
  const rows = await warehouse.query(
    `SELECT DISTINCT get_json_object(\`pin\`, '$.backfill.part') AS part FROM ${controlOf(project.control).name('windows')} WHERE ${ours} AND \`state\` = 'closed'`,
    { sync, destination, act: act.actId },
  )
  return new Set(rows.map(({ part }) => Number(part)))
}

/** What became of all rows of a backfill, whichever processes sent them. */
export interface BackfillAccount {
  readonly rows: number
  readonly delivered: number
  readonly invalid: number
  readonly rejected: number
  readonly undelivered: number
  readonly unchanged: number
  readonly held: number
  readonly ignored: number
}

/** The accounts of all windows of a backfill, summed up. */
export async function accountOf(
  { warehouse, project }: Pick<Parts, 'warehouse' | 'project'>,
  { sync, destination, act }: BackfillPlan,
): Promise<BackfillAccount> {
  const control = controlOf(project.control)
  const [row] = await warehouse.query(
    `SELECT ${fates.map((name) => `sum(a.\`${name}\`) AS \`${name}\``).join(', ')}, sum(a.\`row_count\`) AS \`rows_in_all\`
FROM ${control.name('account')} AS a
LEFT SEMI JOIN (SELECT \`window_id\` FROM ${control.name('windows')} WHERE ${ours}) AS w ON w.\`window_id\` = a.\`window_id\``,
    { sync, destination, act: act.actId },
  )
  const sums = fates.map((name) => [name, Number(row?.[name] ?? 0)] as const)
  return {
    rows: Number(row?.rows_in_all ?? 0),
    ...(Object.fromEntries(sums) as Omit<BackfillAccount, 'rows'>),
  }
}

const fates = [
  'delivered',
  'invalid',
  'rejected',
  'undelivered',
  'unchanged',
  'held',
  'ignored',
] as const
