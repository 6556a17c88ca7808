import { controlOf } from '../audit/index.ts'
import type { Warehouse } from '../warehouse/index.ts'

/** The newest window of each sync and destination, in numbers. */
export interface ReportWindow {
  readonly windowId: string
  readonly sync: string
  readonly destination: string
  readonly state: string
  readonly openedAt: Date
  readonly rows: number
  readonly fates: Readonly<Record<Fate, number>>
}

/** The fates a row can have, in the order they are shown. */
export const fates = [
  'delivered',
  'unchanged',
  'held',
  'ignored',
  'invalid',
  'rejected',
  'undelivered',
  'pending',
] as const
/** What became of a row. */
export type Fate = (typeof fates)[number]

/** One HTTP request. */
export interface ReportRequest {
  readonly windowId: string
  readonly startedAt: number
  readonly durationMs: number
  readonly waitMs: number
  readonly status: number | null
  readonly messages: number
  readonly bytes: number
}

/** Why messages are not delivered, counted. */
export interface ReportFailure {
  readonly sync: string
  readonly destination: string
  readonly status: string
  readonly reason: string
  readonly text: string
  readonly count: number
}

/** Everything a run report shows; it holds counts, names and times, never a value of a row. */
export interface Report {
  readonly control: string
  readonly windows: readonly ReportWindow[]
  readonly requests: readonly ReportRequest[]
  readonly failures: readonly ReportFailure[]
}

/** Requests shown at most: enough for an hour at the default budget of a small project. */
const mostRequests = 50_000

/** Reads the newest windows, their requests and what is not delivered from the control tables. */
export async function readReport(warehouse: Warehouse, control: string): Promise<Report> {
  const at = controlOf(control)
  const newest = `SELECT max(\`window_id\`) AS \`window_id\` FROM ${at.name('windows')} GROUP BY \`sync\`, \`destination\``
  const windows = await warehouse.query(
    `SELECT a.*, w.\`opened_at\` FROM ${at.name('account')} AS a JOIN ${at.name('windows')} AS w ON a.\`window_id\` = w.\`window_id\` WHERE a.\`window_id\` IN (${newest}) ORDER BY w.\`opened_at\``,
  )
  const requests = await warehouse.query(
    `SELECT \`window_id\`, \`started_at\`, \`duration_ms\`, \`wait_ms\`, \`http_status\`, \`messages\`, \`bytes\` FROM ${at.name('requests')} WHERE \`window_id\` IN (${newest}) ORDER BY \`started_at\` LIMIT ${mostRequests}`,
  )
  const failures = await warehouse.query(
    `SELECT \`sync\`, \`destination\`, \`status\`, \`reason\`, \`reason_text\`, count(*) AS \`messages\` FROM ${at.name('dead_letters')} GROUP BY \`sync\`, \`destination\`, \`status\`, \`reason\`, \`reason_text\` ORDER BY count(*) DESC LIMIT 100`,
  )
  const keyless = await warehouse.query(
    `SELECT \`sync\`, \`destination\`, \`null_keys\`, \`duplicate_keys\` FROM ${at.name('windows')} WHERE \`window_id\` IN (${newest})`,
  )
  return {
    control,
    windows: windows.map((row) => ({
      windowId: String(row.window_id),
      sync: String(row.sync),
      destination: String(row.destination),
      state: String(row.state),
      openedAt: row.opened_at as Date,
      rows: Number(row.row_count),
      fates: Object.fromEntries(fates.map((fate) => [fate, Number(row[fate])])) as Record<
        Fate,
        number
      >,
    })),
    requests: requests.map((row) => ({
      windowId: String(row.window_id),
      startedAt: (row.started_at as Date).getTime(),
      durationMs: Number(row.duration_ms),
      waitMs: Number(row.wait_ms),
      status: row.http_status === null ? null : Number(row.http_status),
      messages: Number(row.messages),
      bytes: Number(row.bytes),
    })),
    failures: [
      ...keyless.flatMap((row) => keyFailures(row)),
      ...failures.map((row) => ({
        sync: String(row.sync),
        destination: String(row.destination),
        status: String(row.status),
        reason: String(row.reason),
        text: String(row.reason_text ?? ''),
        count: Number(row.messages),
      })),
    ],
  }
}

/** Rows without a key of their own make no message; the window counts them. */
function keyFailures(row: Readonly<Record<string, unknown>>): ReportFailure[] {
  const shared = { sync: String(row.sync), destination: String(row.destination), status: 'invalid' }
  return [
    { ...shared, reason: 'key_null', text: 'The key is NULL.', count: Number(row.null_keys) },
    {
      ...shared,
      reason: 'key_duplicate',
      text: 'Another row has the same key.',
      count: Number(row.duplicate_keys),
    },
  ].filter(({ count }) => count > 0)
}
