import type { Attempt } from './python-file.ts'
import type { Settings, Task } from './settings.ts'
import type { overall, Result } from './verdict.ts'

/** A task of a run, from its waiting to its end. */
export interface TaskRun {
  readonly task: Task
  /** Of the last attempt: each has its own. */
  runId: number
  /** From 0. */
  attempt: number
  startedAt?: number
  endedAt?: number
  /** Absent until it is over. */
  result?: Result
  /** What the last attempt left. */
  last?: Attempt
  /** The runs of a for-each task, one for each input. */
  iterations: TaskRun[]
}

/** One run of a job. */
export interface JobRun {
  readonly runId: number
  readonly jobId: number
  readonly settings: Settings
  readonly parameters: Readonly<Record<string, string>>
  /** What the caller knows it by, to ask for it twice and have it once. */
  readonly token: string | undefined
  readonly tasks: readonly TaskRun[]
  readonly startedAt: number
  endedAt?: number
  result?: ReturnType<typeof overall>
  readonly stop: AbortController
}
