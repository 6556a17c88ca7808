import type { JobSpec } from '../core/index.ts'

/** What starts the job of a group: its period, its Quartz expression in UTC, its tables, or somebody by hand. */
export function startOf(job: JobSpec): object {
  if (job.everyMs !== undefined) return { trigger: { periodic: period(job.everyMs) } }
  if (job.cron !== undefined) return schedule(job.cron)
  if (job.onTableUpdate !== undefined) {
    return {
      trigger: {
        table_update: {
          table_names: `\${var.${tablesVariable(job)}}`,
          condition: 'ANY_UPDATED',
          // A rebuild may be several commits; Databricks takes a minute at least.
          wait_after_last_change_seconds: 60,
        },
      },
    }
  }
  return {}
}

/** A Quartz expression, seconds first. UTC knows no hour that comes twice. */
export function schedule(cron: string): object {
  return { schedule: { quartz_cron_expression: cron, timezone_id: 'UTC' } }
}

/** The variable with the tables that start a job: their names may differ from target to target. */
export function tablesVariable({ name }: Pick<JobSpec, 'name'>): string {
  return `${name}_tables`
}

const units = [
  ['WEEKS', 604_800_000],
  ['DAYS', 86_400_000],
  ['HOURS', 3_600_000],
  ['MINUTES', 60_000],
] as const

/** A period in the largest unit that it is a whole number of. */
function period(everyMs: number): object {
  const [unit, ms] = units.find(([, length]) => everyMs % length === 0) ?? units[3]
  return { interval: everyMs / ms, unit }
}
