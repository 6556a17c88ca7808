import type { JobSpec } from '../core/index.ts'
import { readQuartz } from './quartz.ts'

/** When the clock of a job starts it next, after it was started; undefined where none does. */
export function nextStart({ everyMs, cron }: JobSpec, started: Date): Date | undefined {
  if (everyMs !== undefined) return new Date(started.getTime() + everyMs)
  return cron === undefined ? undefined : readQuartz(cron).next(started)
}
