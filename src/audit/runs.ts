import { AuditError } from '../core/index.ts'
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
   * Writes down that a run starts and gives the number of this attempt at its window, from 1. That number names the
   * run's parts, so it belongs to one run only: throws an AuditError where another run took it at the same time.
   */
  start(run: NewRun): Promise<number>
  /** Writes down how a run ended. Can be repeated; the first end stands. */
  finish(runId: string, end: RunEnd): Promise<void>
}

/** Starts and ends runs in `control` (catalog and schema). */
export function runsIn(sql: Sql, control: string): Runs {
  const table = controlOf(control).name(runs.name)
  return {
    async start(run) {
      const [earlier] = await sql.query(
        `SELECT count(*) AS \`attempts\` FROM ${table} WHERE \`window_id\` = :window_id`,
        { window_id: run.windowId },
      )
      const attempt = count(earlier?.attempts) + 1
      await insertOnce(sql, table, runs, ['window_id', 'attempt'], {
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
      })
      const written = await sql.query(
        `SELECT \`run_id\` FROM ${table} WHERE \`window_id\` = :window_id AND \`attempt\` = :attempt`,
        { window_id: run.windowId, attempt },
      )
      if (written.length !== 1 || written[0]?.run_id !== run.runId) {
        throw new AuditError(
          'ATTEMPT_TAKEN',
          `another run started on window ${run.windowId} at the same time; let it end, then run the command again`,
        )
      }
      return attempt
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
  }
}
