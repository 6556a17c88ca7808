import { AuditError, type Clock, systemClock } from '../core/index.ts'
import { controlOf } from './control.ts'
import { runs } from './history-tables.ts'
import { count, insertOnce } from './insert-once.ts'
import type { Sql, SqlValue } from './ports.ts'

/** Who runs, and with what. */
export interface NewRun {
  readonly runId: string
  readonly windowId: string
  readonly sync: string
  readonly destination: string
  readonly startedBy?: string
  readonly jobId?: string
  readonly jobRunId?: string
  readonly taskRunId?: string
  readonly packageVersion: string
  readonly gitCommit?: string
  readonly nodeVersion: string
  /** Fingerprint of the Customer.io key, never the key. */
  readonly keyFingerprint?: string
  readonly startedAt: Date
  /** The slice of the window it works on, as `3/8`; left out by a run of all of it. */
  readonly slice?: string
}

/** A run of a window. */
export interface WindowRun {
  readonly runId: string
  /** The slice it worked on; undefined for all of the window. */
  readonly slice?: string
  /** Undefined while it runs, and when it was killed. */
  readonly exitCode?: number
}

/** How a run ended. Times in ms. */
export interface RunEnd {
  readonly finishedAt: Date
  readonly exitCode: number
  readonly errorCode?: string
  readonly delivered: number
  readonly invalid: number
  readonly rejected: number
  readonly undelivered: number
  readonly requests: number
  readonly bytes: number
  readonly readMs?: number
  readonly sendMs?: number
  readonly loadMs?: number
  readonly peakRssBytes?: number
}

/** The runs of one control schema. */
export interface Runs {
  /**
   * Writes down that a run starts and gives the number of this attempt at its window, counting up from 1. That number
   * names the run's parts, so it belongs to one run only: runs that start together, as slices do, all get numbers of
   * their own. With `isFirst`, for a window that nobody else can know of yet, it tries 1 without asking. Throws an AuditError where that does not work out within a minute or so.
   */
  start(run: NewRun, isFirst?: boolean): Promise<number>
  /** Writes down how a run ended. Can be repeated; the first end stands. */
  finish(runId: string, end: RunEnd): Promise<void>
  /** The runs of a window so far. */
  ofWindow(windowId: string): Promise<readonly WindowRun[]>
}

/** Tries for a number of one's own, and the longest pause between two of them. */
const mostTries = 40
const longestPauseMs = 3000

/**
 * Starts and ends runs in `control` (catalog and schema).
 *
 * @param random for the pauses between tries: 0 (inclusive) to 1 (exclusive)
 */
export function runsIn(
  sql: Sql,
  control: string,
  clock: Pick<Clock, 'sleep'> = systemClock,
  random: () => number = Math.random,
): Runs {
  const table = controlOf(control).name(runs.name)

  const lastAttempt = async (windowId: string): Promise<number> => {
    const [row] = await sql.query(
      `SELECT max(\`attempt\`) AS \`last\` FROM ${table} WHERE \`window_id\` = :window_id`,
      { window_id: windowId },
    )
    return count(row?.last)
  }

  /**
   * Writes the run down under a number, and tells whether it has that for itself. Delta may let two inserts of the same
   * moment both through: whoever sees another run beside its own gives the number up, so that at most one keeps it.
   */
  const take = async (run: NewRun, attempt: number): Promise<boolean> => {
    const place = { window_id: run.windowId, attempt }
    await insertOnce(sql, table, runs, ['window_id', 'attempt'], rowOf(run, attempt))
    const written = await sql.query(
      `SELECT \`run_id\` FROM ${table} WHERE \`window_id\` = :window_id AND \`attempt\` = :attempt`,
      place,
    )
    const isOurs = written.some(({ run_id }) => run_id === run.runId)
    if (isOurs && written.length > 1) {
      await sql.execute(
        `DELETE FROM ${table} WHERE \`window_id\` = :window_id AND \`attempt\` = :attempt AND \`run_id\` = :run_id`,
        { ...place, run_id: run.runId },
      )
    }
    return isOurs && written.length === 1
  }

  return {
    async start(run, isFirst = false) {
      let attempt = 0
      for (let tries = 0; tries < mostTries; tries++) {
        if (tries > 0) await clock.sleep(random() * Math.min(longestPauseMs, 50 * 2 ** tries))
        const last = isFirst && tries === 0 ? 0 : await lastAttempt(run.windowId)
        attempt = Math.max(attempt, last) + 1
        if (await take(run, attempt)) return attempt
      }
      throw new AuditError(
        'ATTEMPT_TAKEN',
        `other runs start on window ${run.windowId} all the time; let them end, then run the command again`,
      )
    },

    async finish(runId, end) {
      const values: Record<string, SqlValue> = {
        finished_at: end.finishedAt,
        exit_code: end.exitCode,
        error_code: end.errorCode ?? null,
        delivered: end.delivered,
        invalid: end.invalid,
        rejected: end.rejected,
        undelivered: end.undelivered,
        requests: end.requests,
        bytes: end.bytes,
        read_ms: end.readMs ?? null,
        send_ms: end.sendMs ?? null,
        load_ms: end.loadMs ?? null,
        peak_rss_bytes: end.peakRssBytes ?? null,
      }
      const changes = runs.columns
        .filter((column) => column.name in values)
        .map(({ name, type }) => `\`${name}\` = CAST(:${name} AS ${type})`)
      await sql.execute(
        `UPDATE ${table} SET ${changes.join(', ')} WHERE \`run_id\` = :run_id AND \`finished_at\` IS NULL`,
        { ...values, run_id: runId },
      )
    },

    async ofWindow(windowId) {
      const rows = await sql.query(
        `SELECT \`run_id\`, \`slice\`, \`exit_code\` FROM ${table} WHERE \`window_id\` = :window_id`,
        { window_id: windowId },
      )
      return rows.map(({ run_id, slice, exit_code }) => ({
        runId: String(run_id),
        ...(slice === null ? {} : { slice: String(slice) }),
        ...(exit_code === null ? {} : { exitCode: count(exit_code) }),
      }))
    },
  }
}

function rowOf(run: NewRun, attempt: number): Readonly<Record<string, SqlValue>> {
  return {
    run_id: run.runId,
    window_id: run.windowId,
    sync: run.sync,
    destination: run.destination,
    attempt,
    started_by: run.startedBy ?? null,
    job_id: run.jobId ?? null,
    job_run_id: run.jobRunId ?? null,
    task_run_id: run.taskRunId ?? null,
    package_version: run.packageVersion,
    git_commit: run.gitCommit ?? null,
    node_version: run.nodeVersion,
    key_fingerprint: run.keyFingerprint ?? null,
    started_at: run.startedAt,
    slice: run.slice ?? null,
  }
}
