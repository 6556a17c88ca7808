import { z } from 'zod'
import { ApiError } from '../api-error.ts'
import { invalid } from '../request-json.ts'

const RunIf = z.enum([
  'ALL_SUCCESS',
  'ALL_DONE',
  'NONE_FAILED',
  'AT_LEAST_ONE_SUCCESS',
  'AT_LEAST_ONE_FAILED',
  'ALL_FAILED',
])

/** When a task runs, by what became of those it depends on. */
export type RunIf = z.output<typeof RunIf>

const common = {
  task_key: z.string(),
  depends_on: z
    .array(z.object({ task_key: z.string(), outcome: z.undefined().optional() }))
    .default([]),
  run_if: RunIf.default('ALL_SUCCESS'),
  max_retries: z.number().int().default(0),
  min_retry_interval_millis: z.number().default(0),
  retry_on_timeout: z.boolean().default(false),
  timeout_seconds: z.number().default(0),
}
const PythonTask = z.object({
  ...common,
  spark_python_task: z.object({
    python_file: z.string().startsWith('/'),
    parameters: z.array(z.string()).default([]),
    source: z.literal('WORKSPACE').optional(),
  }),
})
const ForEachTask = z.object({
  ...common,
  for_each_task: z.object({
    inputs: z.string(),
    concurrency: z.number().int().positive().default(1),
    task: PythonTask,
  }),
})
const Settings = z.object({
  name: z.string().default('Untitled'),
  parameters: z.array(z.object({ name: z.string(), default: z.string() })).default([]),
  tasks: z.array(z.union([PythonTask, ForEachTask])).default([]),
})

/** A task that is a Python file. */
export type PythonTask = z.output<typeof PythonTask>
/** A task that runs another one for each of its inputs. */
export type ForEachTask = z.output<typeof ForEachTask>
export type Task = PythonTask | ForEachTask
export type Settings = z.output<typeof Settings>

/**
 * What of a job's settings a run goes by, its tasks in an order in which each comes behind those it depends on.
 *
 * @throws ApiError 501 for a task that the twin cannot run, 400 for tasks that wait for each other or for none.
 */
export function settingsOf(deployed: unknown): Settings {
  const parsed = Settings.safeParse(deployed)
  if (parsed.success) return { ...parsed.data, tasks: inOrder(parsed.data.tasks) }
  const at = parsed.error.issues[0]?.path.join('.') ?? 'the job'
  throw new ApiError(
    501,
    'NOT_IMPLEMENTED',
    `The twin runs Python files of the workspace (spark_python_task), one by one or for_each_task; ${at} is something else.`,
  )
}

function inOrder(tasks: readonly Task[]): Task[] {
  const ordered = new Map<string, Task>()
  while (ordered.size < tasks.length) {
    const isReady = (task: Task) => task.depends_on.every((one) => ordered.has(one.task_key))
    const next = tasks.find((task) => !ordered.has(task.task_key) && isReady(task))
    if (next === undefined) {
      throw invalid('The tasks depend on each other in a circle, on a missing one, or share a key.')
    }
    ordered.set(next.task_key, next)
  }
  return [...ordered.values()]
}
