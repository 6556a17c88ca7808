import { declared, type Parameters } from './parameters.ts'
import { environments } from './task.ts'

/** What differs from job to job. */
export interface Job {
  readonly name: string
  readonly description: string
  /** `trigger`, `schedule` or nothing. */
  readonly start: object
  /**
   * Whether a start waits while the job is at work. It helps where a start that is left out would be missed: one by hand,
   * or by a table that was written to. On a schedule the next start does the same work.
   */
  readonly queue: boolean
  readonly parameters: Parameters
  /** A run that takes longer is told about. */
  readonly warnAfterSeconds: number
  readonly tasks: readonly object[]
}

/** The resource file of one job. Addresses to tell are the bundle's variable `notify`. */
export function jobFile(job: Job): object {
  const told = '${var.notify}'
  return {
    resources: {
      jobs: {
        [job.name]: {
          name: `customerio-jobs ${job.name}`,
          description: job.description,
          tags: { product: 'customerio-jobs', job: job.name },
          max_concurrent_runs: 1,
          queue: { enabled: job.queue },
          ...job.start,
          ...(Object.keys(job.parameters).length === 0
            ? {}
            : { parameters: declared(job.parameters) }),
          email_notifications: {
            on_failure: told,
            on_duration_warning_threshold_exceeded: told,
          },
          notification_settings: {
            no_alert_for_skipped_runs: true,
            no_alert_for_canceled_runs: true,
          },
          health: {
            rules: [
              {
                metric: 'RUN_DURATION_SECONDS',
                op: 'GREATER_THAN',
                value: job.warnAfterSeconds,
              },
            ],
          },
          environments,
          tasks: job.tasks,
        },
      },
    },
  }
}
