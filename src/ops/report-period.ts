import { controlOf } from '../audit/index.ts'
import {
  type Asking,
  accountQuestion,
  deadLettersQuestion,
  freshnessQuestion,
  latencyQuestion,
  messagesQuestion,
  runsQuestion,
} from '../bundle/index.ts'
import type { Clock, ProjectSpec } from '../core/index.ts'
import type { SqlRow, Warehouse } from '../warehouse/index.ts'

/** Which part of the past a report is about. */
export interface Period {
  /** From when on, in ms since the epoch. */
  readonly since: number
  /** Only this sync; all of them if left out. */
  readonly sync?: string
}

/** What became of rows on one day. */
export interface PeriodMessages {
  /** The day, as 2026-01-31. */
  readonly day: string
  readonly status: string
  readonly reason: string
  readonly rows: number
}

/** One run. */
export interface PeriodRun {
  readonly sync: string
  readonly destination: string
  readonly windowId: string
  readonly startedAt: Date
  /** `ok`, the code of the error, or that no end is known. */
  readonly ending: string
  readonly delivered: number
  readonly failed: number
  /** Absent where nothing was sent. */
  readonly rowsPerSecond?: number
}

/** A sync and destination as it stands now. */
export interface PeriodSync {
  readonly sync: string
  readonly destination: string
  readonly state: string
  readonly everyMinutes?: number
  readonly lastRunAt?: Date
  readonly lastClosedAt?: Date
  readonly delivered: number
  readonly failed: number
  readonly deadLetters: number
  /** Rows of open windows that nothing accounts for yet. */
  readonly pending: number
}

/** What a report on a sync or on some days shows; counts, names and times, never a value of a row. */
export interface PeriodReport {
  readonly control: string
  readonly sync?: string
  readonly from: Date
  readonly to: Date
  readonly messages: readonly PeriodMessages[]
  /** The newest first, at most a few thousand. */
  readonly runs: readonly PeriodRun[]
  /** The time that a share of the requests of a day stayed below, in ms: that of the slowest sync. */
  readonly latency: readonly {
    readonly day: string
    readonly percentile: string
    readonly ms: number
  }[]
  readonly syncs: readonly PeriodSync[]
}

const mostRuns = 4000

/** Reads the control tables once; they answer what the dashboard asks too. */
export async function readPeriod(
  { warehouse, project, clock }: ReportParts,
  { since, sync }: Period,
): Promise<PeriodReport> {
  const asking: Asking = {
    name: controlOf(project.control).name,
    since: `timestamp_millis(${Math.trunc(since)})`,
  }
  const ask = async (sql: string, more = '') =>
    await warehouse.query(
      `SELECT * FROM (\n${sql}\n) AS asked${sync === undefined ? '' : ' WHERE sync = :sync'}${more}`,
      sync === undefined ? {} : { sync },
    )
  const messages = await ask(messagesQuestion(asking))
  const runs = await ask(runsQuestion(asking), ` ORDER BY started_at DESC LIMIT ${mostRuns}`)
  const latency = await ask(latencyQuestion(asking))
  const known = await ask(freshnessQuestion(asking, project))
  const dead = await ask(deadLettersQuestion(asking))
  const windows = await ask(accountQuestion(asking))
  return {
    control: project.control,
    ...(sync === undefined ? {} : { sync }),
    from: new Date(since),
    to: new Date(clock.now()),
    messages: summedMessages(messages),
    runs: runs.map(toRun),
    latency: slowest(latency),
    syncs: known.map((row) => {
      const mine = (rows: readonly SqlRow[], column: string) =>
        total(
          rows.filter((one) => one.sync === row.sync && one.destination === row.destination),
          column,
        )
      return {
        sync: String(row.sync),
        destination: String(row.destination),
        state: String(row.state),
        ...(row.every_minutes === null ? {} : { everyMinutes: Number(row.every_minutes) }),
        ...(row.last_run_at instanceof Date ? { lastRunAt: row.last_run_at } : {}),
        ...(row.last_closed_at instanceof Date ? { lastClosedAt: row.last_closed_at } : {}),
        delivered: mine(messages, 'delivered'),
        failed: mine(messages, 'failed'),
        deadLetters: mine(dead, 'dead_letters'),
        pending: mine(
          windows.filter(({ state }) => state === 'open'),
          'pending',
        ),
      }
    }),
  }
}

/** What a report needs of the parts of a process. */
export interface ReportParts {
  readonly warehouse: Warehouse
  readonly project: ProjectSpec
  readonly clock: Clock
}

/** Destinations put together. */
function summedMessages(rows: readonly SqlRow[]): PeriodMessages[] {
  const sums = new Map<string, PeriodMessages>()
  for (const row of rows) {
    const [day, status, reason] = [dayOf(row.day), String(row.status), String(row.reason)]
    const key = `${day} ${status} ${reason}`
    const before = sums.get(key)?.rows ?? 0
    sums.set(key, { day, status, reason, rows: before + Number(row.messages) })
  }
  return [...sums.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

function toRun(row: SqlRow): PeriodRun {
  return {
    sync: String(row.sync),
    destination: String(row.destination),
    windowId: String(row.window_id),
    startedAt: row.started_at as Date,
    ending: String(row.ending),
    delivered: Number(row.delivered),
    failed: Number(row.failed),
    ...(row.rows_per_second === null ? {} : { rowsPerSecond: Number(row.rows_per_second) }),
  }
}

function slowest(rows: readonly SqlRow[]): PeriodReport['latency'] {
  const most = new Map<string, PeriodReport['latency'][number]>()
  for (const row of rows) {
    const [day, percentile] = [dayOf(row.day), String(row.percentile)]
    const ms = Math.max(Number(row.milliseconds), most.get(`${day} ${percentile}`)?.ms ?? 0)
    most.set(`${day} ${percentile}`, { day, percentile, ms })
  }
  return [...most.values()]
}

function dayOf(value: unknown): string {
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value)
}

function total(rows: readonly SqlRow[], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0)
}
