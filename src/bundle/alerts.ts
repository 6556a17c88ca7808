import type { ProjectSpec } from '../core/index.ts'
import { expectedPairs } from './expected.ts'
import {
  type Asking,
  accountQuestion,
  back,
  freshnessQuestion,
  growthQuestion,
  messagesQuestion,
} from './questions.ts'

/** What an alert asks, and from when on it tells somebody. */
interface Alert {
  readonly title: string
  /** What to do, for the mail. */
  readonly advice: string
  readonly sql: string
  /** The column that is looked at, over all rows of the answer. */
  readonly column: string
  readonly over: 'MAX' | 'COUNT'
  /** It tells above this. */
  readonly above: number
}

/** Two attempts of the longest task, and some time to start them: no run works on a window for longer. */
const longestRunHours = 12
const hour = 3_600_000
const day = 24 * hour

/**
 * SQL alerts on the control tables, in the target's own schema: the resource of each, by its key. They run as the jobs do,
 * and are paused where triggers are: Databricks applies `run_as` and the target's presets to alerts too. An alert that
 * could never tell anything is not made: a project without syncs has none, one that no clock starts none about runs that
 * did not come.
 */
export function alertResources(project: ProjectSpec): ReadonlyMap<string, object> {
  const schedule = scheduleOf(project)
  return new Map(
    [...alertsOf(project)].map(([name, alert]) => {
      const alerts = { [name]: resourceOf(alert, schedule) }
      return [name, { resources: { alerts } }]
    }),
  )
}

function alertsOf(project: ProjectSpec): ReadonlyMap<string, Alert> {
  const isPeriodic = expectedPairs(project).some(({ everyMinutes }) => everyMinutes !== undefined)
  const alerts: (readonly [string, Alert])[] = [
    ['failure_rate', failureRate],
    ...(isPeriodic ? [['no_run', noRun(project)] as const] : []),
    ['unaccounted_rows', unaccounted],
    ['dead_letters', deadLetters],
  ]
  return new Map(project.syncs.length === 0 ? [] : alerts)
}

/** An alert has no schema of its own, so tables have their whole names. */
const asking: Asking = {
  name: (table) => `\`\${var.control_catalog}\`.\`\${var.control_schema}\`.\`${table}\``,
  since: back('HOUR', 24),
}

const failureRate: Alert = {
  title: 'more than 1 % of a sync failed in a day',
  advice: 'Look at the reasons: docs/reasons.md says of each what to do.',
  sql: `SELECT sync, destination, sum(failed) AS failed, sum(messages) AS messages,
  round(100.0 * sum(failed) / sum(messages), 2) AS failed_percent
FROM (
${messagesQuestion(asking)}
) AS asked
GROUP BY sync, destination`,
  column: 'failed_percent',
  over: 'MAX',
  above: 1,
}

function noRun(project: ProjectSpec): Alert {
  return {
    title: 'a sync did not run when it was due',
    advice: 'Its job is paused, fails before its sync, or the sync is held: look at the job.',
    sql: `SELECT sync, destination, every_minutes, last_run_at, periods_late
FROM (
${freshnessQuestion(asking, project)}
) AS freshness
WHERE periods_late IS NOT NULL`,
    column: 'periods_late',
    over: 'MAX',
    above: 2,
  }
}

const unaccounted: Alert = {
  title: 'a window does not account for its rows',
  advice: `It is open for more than ${longestRunHours} hours, or closed with rows that nothing accounts for. Run the sync again; docs/operations.md says what else helps.`,
  sql: `SELECT window_id, state, pending, opened_at
FROM (
${accountQuestion(asking)}
) AS account
WHERE (state = 'open' AND opened_at < ${back('HOUR', longestRunHours)}) OR (state = 'closed' AND pending <> 0)`,
  column: 'window_id',
  over: 'COUNT',
  above: 0,
}

const deadLetters: Alert = {
  title: 'there are more dead letters than a day ago',
  advice: 'Mend the source or the sync file; "replay" sends what is good again.',
  sql: growthQuestion(asking),
  column: 'growth',
  over: 'MAX',
  above: 0,
}

/** Together, so that they wake the warehouse once: every hour where a job runs more often than once a day, else four times. */
function scheduleOf({ jobs }: ProjectSpec): string {
  const isOften = jobs.some(({ longestGapMs }) => longestGapMs !== undefined && longestGapMs < day)
  return isOften ? '0 50 * * * ?' : '0 50 0/6 * * ?'
}

function resourceOf({ title, advice, sql, column, over, above }: Alert, cron: string): object {
  return {
    display_name: `customerio-jobs: ${title}`,
    warehouse_id: '${var.warehouse_id}',
    query_text: sql,
    evaluation: {
      source: { name: column, aggregation: over },
      comparison_operator: 'GREATER_THAN',
      threshold: { value: { double_value: above } },
      empty_result_state: 'OK',
      notification: {
        notify_on_ok: true,
        retrigger_seconds: day / 1000,
        subscriptions: '${var.notify_alerts}',
      },
    },
    schedule: { quartz_cron_schedule: cron, timezone_id: 'UTC' },
    custom_summary: `customerio-jobs: ${title}`,
    custom_description: advice,
  }
}
