import type { ProjectSpec } from '../core/index.ts'
import { type ExpectedPair, expectedPairs } from './expected.ts'

/*
 * What dashboard, alerts and report ask of the control tables, as SQL that Databricks and the twin both run. Every answer
 * about a sync has the columns `sync` and `destination`, every one over time `day`: filters go by these names. No answer
 * has a key, an id or a value of a row.
 */

/** How questions are put. */
export interface Asking {
  /** How SQL names a table or view of the control schema; unqualified where the schema is the session's own. */
  readonly name: (table: string) => string
  /** SQL expression of the moment from which on windows, runs and requests are looked at. */
  readonly since: string
}

/** A moment some time back from now, for {@link Asking.since}. */
export function back(unit: 'HOUR' | 'DAY', amount: number): string {
  return `timestampadd(${unit}, ${-amount}, current_timestamp())`
}

/** What became of rows, by day, status and reason: messages, and rows that could become none. */
export function messagesQuestion({ name, since }: Asking): string {
  const recent = `SELECT window_id FROM ${name('windows')} WHERE opened_at >= ${since}`
  const counted = (reason: string, column: string) =>
    `SELECT sync, destination, CAST(opened_at AS DATE), 'invalid', '${reason}', ${column} FROM ${name('windows')} WHERE opened_at >= ${since} AND ${column} > 0`
  return `SELECT sync, destination, day, status, reason,
  sum(messages) AS messages,
  sum(CASE WHEN status = 'delivered' THEN messages ELSE 0 END) AS delivered,
  sum(CASE WHEN status = 'delivered' THEN 0 ELSE messages END) AS failed
FROM (
  SELECT sync, destination, CAST(sent_at AS DATE) AS day, status, coalesce(reason, '') AS reason, count(*) AS messages
  FROM ${name('outcomes')} WHERE window_id IN (${recent})
  GROUP BY sync, destination, CAST(sent_at AS DATE), status, coalesce(reason, '')
  UNION ALL ${counted('key_null', 'null_keys')}
  UNION ALL ${counted('key_duplicate', 'duplicate_keys')}
  UNION ALL ${counted('no_route', 'no_route')}
) AS counted
GROUP BY sync, destination, day, status, reason`
}

/** Why rows were not delivered; a row that went later counts all the same. */
export function reasonsQuestion(asking: Asking): string {
  return `SELECT sync, destination, day, status, reason, messages
FROM (
${messagesQuestion(asking)}
) AS asked
WHERE status <> 'delivered'`
}

/** Every run: how long it took, how it ended, and how many messages a second it sent. */
export function runsQuestion({ name, since }: Asking): string {
  return `SELECT sync, destination, CAST(started_at AS DATE) AS day, started_at, run_id, window_id, attempt,
  CASE WHEN finished_at IS NULL THEN 'no end known' WHEN exit_code = 0 THEN 'ok' ELSE coalesce(error_code, 'failed') END AS ending,
  coalesce(delivered, 0) AS delivered,
  coalesce(invalid, 0) + coalesce(rejected, 0) + coalesce(undelivered, 0) AS failed,
  coalesce(requests, 0) AS requests,
  round((unix_millis(finished_at) - unix_millis(started_at)) / 1000.0, 1) AS seconds,
  CASE WHEN send_ms > 0 THEN round(1000.0 * (coalesce(delivered, 0) + coalesce(rejected, 0)) / send_ms, 1) END AS rows_per_second
FROM ${name('runs')}
WHERE started_at >= ${since}
ORDER BY started_at DESC`
}

/** How long Customer.io took to answer, by day: the time that half, 95 and 99 of 100 requests stayed below. */
export function latencyQuestion({ name, since }: Asking): string {
  const line = (label: string, column: string) =>
    `SELECT sync, destination, day, '${label}' AS percentile, ${column} AS milliseconds, requests FROM answered`
  return `WITH answered AS (
  SELECT sync, destination, CAST(started_at AS DATE) AS day, count(*) AS requests,
    percentile(duration_ms, 0.5) AS half, percentile(duration_ms, 0.95) AS most, percentile(duration_ms, 0.99) AS nearly_all
  FROM ${name('requests')}
  WHERE started_at >= ${since} AND http_status IS NOT NULL
  GROUP BY sync, destination, CAST(started_at AS DATE)
)
${line('50 %', 'half')}
UNION ALL ${line('95 %', 'most')}
UNION ALL ${line('99 %', 'nearly_all')}`
}

/** The busiest second of every minute, per destination, and what customerio.yml allows. */
export function quotaQuestion({ name, since }: Asking, project: ProjectSpec): string {
  const quotas = Object.values(project.destinations).map(
    (one) => `(${text(one.name)}, ${one.requestsPerSecond})`,
  )
  return `WITH busiest AS (
  SELECT destination, date_trunc('MINUTE', second) AS minute, max(requests) AS requests
  FROM (
    SELECT destination, date_trunc('SECOND', started_at) AS second, count(*) AS requests
    FROM ${name('requests')} WHERE started_at >= ${since}
    GROUP BY destination, date_trunc('SECOND', started_at)
  ) AS seconds
  GROUP BY destination, date_trunc('MINUTE', second)
)
SELECT destination, CAST(minute AS DATE) AS day, minute, concat(destination, ': busiest second') AS line, CAST(requests AS DOUBLE) AS requests
FROM busiest
UNION ALL
SELECT b.destination, CAST(b.minute AS DATE), b.minute, concat(b.destination, ': quota'), CAST(q.quota AS DOUBLE)
FROM busiest AS b JOIN (VALUES ${quotas.join(', ')}) AS q(destination, quota) ON q.destination = b.destination`
}

/**
 * How old each sync is, beside what customerio.yml says is due. `periods_late` counts from the start of the last run, or
 * from the setup of one that never ran; NULL for a sync without `every`.
 */
export function freshnessQuestion({ name }: Pick<Asking, 'name'>, project: ProjectSpec): string {
  return `SELECT *, CASE WHEN every_minutes IS NULL THEN 'no period' WHEN periods_late > 2 THEN 'late' ELSE 'in time' END AS state,
  CASE WHEN periods_late > 2 THEN 1 ELSE 0 END AS is_late
FROM (
  SELECT d.sync, d.destination, d.every_minutes, r.last_run_at, w.last_closed_at,
    ${minutesSince('w.last_closed_at')} AS minutes_since_closed,
    round(${minutesSince('coalesce(r.last_run_at, c.updated_at)')} / d.every_minutes, 1) AS periods_late
  FROM (VALUES ${expectedPairs(project).map(due).join(', ')}) AS d(sync, destination, every_minutes)
  LEFT JOIN (SELECT sync, destination, max(started_at) AS last_run_at FROM ${name('runs')} GROUP BY sync, destination) AS r
    ON r.sync = d.sync AND r.destination = d.destination
  LEFT JOIN (
    SELECT sync, destination, max(closed_at) AS last_closed_at FROM ${name('windows')}
    WHERE state = 'closed' AND kind IN ('sync', 'rebase') GROUP BY sync, destination
  ) AS w ON w.sync = d.sync AND w.destination = d.destination
  LEFT JOIN ${name('checkpoints')} AS c ON c.sync = d.sync AND c.destination = d.destination
) AS known`
}

/** Every window with its account; `is_open` is 1 while it is open. */
export function accountQuestion({ name, since }: Asking): string {
  return `SELECT a.sync, a.destination, CAST(w.opened_at AS DATE) AS day, w.opened_at, a.window_id, w.kind, a.state,
  a.row_count, a.delivered, a.invalid, a.rejected, a.undelivered, a.unchanged, a.held, a.ignored, a.pending,
  CASE WHEN a.state = 'open' THEN 1 ELSE 0 END AS is_open
FROM ${name('account')} AS a JOIN ${name('windows')} AS w ON w.window_id = a.window_id
WHERE w.opened_at >= ${since} OR a.state = 'open'
ORDER BY w.opened_at DESC`
}

/** How many dead letters each sync has more than a day ago; fewer is below zero. Only where something was decided since. */
export function growthQuestion({ name }: Pick<Asking, 'name'>): string {
  const yesterday = back('DAY', 1)
  return `SELECT sync, destination, sum(dead_now - dead_before) AS growth
FROM (
  SELECT sync, destination,
    CASE WHEN max_by(status, sent_at) <> 'delivered' THEN 1 ELSE 0 END AS dead_now,
    CASE WHEN max_by(CASE WHEN sent_at < ${yesterday} THEN status END, CASE WHEN sent_at < ${yesterday} THEN sent_at END) <> 'delivered' THEN 1 ELSE 0 END AS dead_before
  FROM ${name('outcomes')}
  GROUP BY sync, destination, message_key
  HAVING max(sent_at) >= ${yesterday}
) AS keys
GROUP BY sync, destination`
}

/** Keys whose last decided outcome is not a delivery, as the ledger knows them, by reason. */
export function deadLettersQuestion({ name }: Pick<Asking, 'name'>): string {
  return `SELECT sync, destination, status, coalesce(reason, '') AS reason, count(*) AS dead_letters
FROM ${name('ledger')}
WHERE status NOT IN ('delivered', 'adopted')
GROUP BY sync, destination, status, coalesce(reason, '')`
}

/**
 * What the compute of the jobs cost at list prices, from the system tables of Databricks. The SQL warehouse is not in it:
 * nothing there says which statements were ours.
 */
export function costQuestion({ since }: Pick<Asking, 'since'>): string {
  return `SELECT u.usage_date AS day, j.name AS job, u.sku_name AS sku,
  sum(u.usage_quantity) AS units,
  sum(u.usage_quantity * p.pricing.default) AS list_price
FROM system.billing.usage AS u
JOIN (
  SELECT workspace_id, job_id, max_by(name, change_time) AS name
  FROM system.lakeflow.jobs WHERE tags['product'] = 'customerio-jobs' GROUP BY workspace_id, job_id
) AS j ON j.workspace_id = u.workspace_id AND j.job_id = u.usage_metadata.job_id
LEFT JOIN system.billing.list_prices AS p
  ON p.sku_name = u.sku_name AND p.cloud = u.cloud AND u.usage_end_time >= p.price_start_time
  AND (p.price_end_time IS NULL OR u.usage_end_time < p.price_end_time)
WHERE u.usage_date >= CAST(${since} AS DATE)
GROUP BY u.usage_date, j.name, u.sku_name`
}

function due({ sync, destination, everyMinutes }: ExpectedPair): string {
  return `(${text(sync)}, ${text(destination)}, CAST(${everyMinutes ?? 'NULL'} AS DOUBLE))`
}

function minutesSince(moment: string): string {
  return `round((unix_seconds(current_timestamp()) - unix_seconds(${moment})) / 60.0)`
}

/** Names of customerio.yml are lower case letters, digits, - and _. */
function text(name: string): string {
  return `'${name}'`
}
