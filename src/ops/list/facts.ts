import { type Control, controlOf } from '../../audit/index.ts'
import type { Allowance } from '../../sync/index.ts'
import type { SqlRow, Warehouse } from '../../warehouse/index.ts'
import type { KnownRun } from './status.ts'

/** What the control tables say of a sync and destination. */
export interface Facts {
  /** Process that holds the lease, or that of a slice, now. */
  readonly lease?: string
  readonly run?: KnownRun
  readonly closed?: {
    readonly windowId: string
    readonly closedAt: Date
    readonly version?: number
    readonly committedAt?: Date
    readonly limit?: Allowance
  }
  /** The window that is open. */
  readonly open?: string
  readonly deadLetters: number
}

/** Reads the control tables once; what it returns answers for every sync and destination. */
export async function readFacts(
  warehouse: Warehouse,
  control: string,
): Promise<(sync: string, destination: string) => Facts> {
  const at = controlOf(control)
  const ask = async (sql: string) => byPair(await warehouse.query(sql))
  const [leases, runs, windows, dead] = await Promise.all([
    ask(leasesHeld(at)),
    ask(newestRuns(at)),
    ask(newestWindows(at)),
    ask(deadLetters(at)),
  ])
  return (sync, destination) => {
    const of = (rows: ReadonlyMap<string, SqlRow[]>) => rows.get(pair(sync, destination)) ?? []
    const [lease] = of(leases)
    const [run] = of(runs)
    const closed = of(windows).find((row) => row.state === 'closed')
    const open = of(windows).find((row) => row.state === 'open')
    return {
      ...(lease === undefined ? {} : { lease: String(lease.owner) }),
      ...(run === undefined ? {} : { run: toRun(run) }),
      ...(closed === undefined ? {} : { closed: toClosed(closed) }),
      ...(open === undefined ? {} : { open: String(open.window_id) }),
      deadLetters: Number(of(dead)[0]?.keys ?? 0),
    }
  }
}

function leasesHeld(at: Control): string {
  return `SELECT \`sync\`, \`destination\`, \`owner\` FROM ${at.name('checkpoints')}
WHERE \`owner\` IS NOT NULL AND \`expires_at\` >= current_timestamp() ORDER BY \`sync\``
}

function newestRuns(at: Control): string {
  return `SELECT * FROM (
  SELECT *, row_number() OVER (PARTITION BY \`sync\`, \`destination\` ORDER BY \`started_at\` DESC, \`run_id\` DESC) AS \`place\`
  FROM ${at.name('runs')}
) AS ranked WHERE \`place\` = 1`
}

/** The newest closed window that looked at everything new, and the oldest open one of any kind. */
function newestWindows(at: Control): string {
  const columns = '`sync`, `destination`, `window_id`, `window_number`, `state`, `pin`, `closed_at`'
  return `SELECT * FROM (
  SELECT ${columns}, row_number() OVER (
    PARTITION BY \`sync\`, \`destination\`, \`state\`
    ORDER BY CASE WHEN \`state\` = 'open' THEN \`window_number\` ELSE - \`window_number\` END
  ) AS \`place\`
  FROM ${at.name('windows')} WHERE \`state\` = 'open' OR \`kind\` IN ('sync', 'rebase')
) AS ranked WHERE \`place\` = 1`
}

/** By the ledger: one row a key, whatever happened to old outcomes. */
function deadLetters(at: Control): string {
  return `SELECT \`sync\`, \`destination\`, count(*) AS \`keys\` FROM ${at.name('ledger')}
WHERE \`status\` NOT IN ('delivered', 'adopted') GROUP BY \`sync\`, \`destination\``
}

function byPair(rows: readonly SqlRow[]): ReadonlyMap<string, SqlRow[]> {
  const found = new Map<string, SqlRow[]>()
  for (const row of rows) {
    // A slice has a lease of its own, named as customers#3/8.
    const [sync = ''] = String(row.sync).split('#')
    const name = pair(sync, String(row.destination))
    found.set(name, [...(found.get(name) ?? []), row])
  }
  return found
}

function pair(sync: string, destination: string): string {
  return `${sync} → ${destination}`
}

function toRun(row: SqlRow): KnownRun {
  return {
    runId: String(row.run_id),
    startedAt: row.started_at as Date,
    ...(row.finished_at instanceof Date ? { finishedAt: row.finished_at } : {}),
    ...(row.exit_code === null ? {} : { exitCode: Number(row.exit_code) }),
    ...(row.error_code === null ? {} : { errorCode: String(row.error_code) }),
    failedRows: [row.invalid, row.rejected, row.undelivered].reduce<number>(
      (sum, rows) => sum + Number(rows ?? 0),
      0,
    ),
  }
}

/** A snapshot's version counts our own copy, so it says nothing of the source but when it was read. */
function toClosed(row: SqlRow): NonNullable<Facts['closed']> {
  const { pin, limit } = JSON.parse(String(row.pin)) as {
    pin?: { version?: number; committedAt?: number; snapshot?: boolean }
    limit?: Allowance
  }
  return {
    windowId: String(row.window_id),
    closedAt: row.closed_at as Date,
    ...(pin?.version === undefined || pin.snapshot === true ? {} : { version: pin.version }),
    ...(pin?.committedAt === undefined ? {} : { committedAt: new Date(pin.committedAt) }),
    ...(limit === undefined ? {} : { limit: { rows: limit.rows, by: limit.by } }),
  }
}
