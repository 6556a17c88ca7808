import type { Clock } from '../../../core/index.ts'
import { invalid } from '../request-json.ts'
import type { JobRun, TaskRun } from './job-run.ts'
import type { Attempt, PythonFile } from './python-file.ts'
import { fillIn, inputReferences, type References } from './references.ts'
import type { ForEachTask, PythonTask } from './settings.ts'
import { isGood, overall, type Result, verdict } from './verdict.ts'

/** What carries a run out. */
export interface Means {
  readonly clock: Clock
  /** Runs one Python file. */
  readonly attempt: (
    file: Pick<PythonFile, 'file' | 'parameters' | 'timeoutMs' | 'signal'>,
  ) => Promise<Attempt>
  /** An id that no run has had. */
  readonly newId: () => number
}

/** Runs all tasks of a run, each once those it depends on are over, and gives the run its result. Never rejects. */
export async function carryOut(run: JobRun, means: Means): Promise<void> {
  const ends = new Map<string, Promise<Result>>()
  const references = ofRun(run)
  // In an order in which each comes behind those it depends on: see settingsOf.
  for (const taskRun of run.tasks) {
    const { task_key, depends_on, run_if } = taskRun.task
    const before = Promise.all(depends_on.flatMap((one) => ends.get(one.task_key) ?? []))
    const end = before.then(async (results) => {
      if (run.stop.signal.aborted) return close(taskRun, 'CANCELED', means)
      const decided = verdict(run_if, results)
      if (decided !== 'run') return close(taskRun, decided, means)
      return await runTask(taskRun, run, references, means)
    })
    ends.set(task_key, end)
  }
  const results = await Promise.all(ends.values())
  const waitedFor = new Set(
    run.tasks.flatMap(({ task }) => task.depends_on.map((one) => one.task_key)),
  )
  const last = run.tasks.flatMap(({ task, result }) =>
    result === undefined || waitedFor.has(task.task_key) ? [] : [result],
  )
  run.endedAt = means.clock.now()
  run.result = overall(last, results)
}

function ofRun({ jobId, runId, settings, parameters }: JobRun): References {
  const named = Object.entries(parameters).map(([name, value]) => [`job.parameters.${name}`, value])
  return {
    'job.id': String(jobId),
    'job.name': settings.name,
    'job.run_id': String(runId),
    'job.repair_count': '0',
    ...Object.fromEntries(named),
  }
}

function close(taskRun: TaskRun, result: Result, { clock }: Means): Result {
  taskRun.result = result
  taskRun.endedAt = clock.now()
  return result
}

async function runTask(
  taskRun: TaskRun,
  run: JobRun,
  references: References,
  means: Means,
): Promise<Result> {
  const { task } = taskRun
  taskRun.startedAt = means.clock.now()
  const result =
    'for_each_task' in task
      ? await runForEach(taskRun, task, run, references, means)
      : await runFile(taskRun, task, run, references, means)
  return close(taskRun, result, means)
}

/** Runs the inputs in their order, so many at a time. All of them run, whatever becomes of one. */
async function runForEach(
  taskRun: TaskRun,
  { for_each_task: { inputs, concurrency, task } }: ForEachTask,
  run: JobRun,
  references: References,
  means: Means,
): Promise<Result> {
  let list: unknown[]
  try {
    list = readInputs(fillIn(inputs, references))
  } catch (error) {
    const trace = String(error)
    taskRun.last = { result: 'FAILED', logs: '', isTruncated: false, error: trace, trace }
    return 'FAILED'
  }
  const waiting = list.map((input) => ({ ...newTaskRun(task, means.newId()), input }))
  taskRun.iterations = waiting
  const queue = [...waiting]
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (run.stop.signal.aborted) close(next, 'CANCELED', means)
      else await runTask(next, run, { ...references, ...inputReferences(next.input) }, means)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  if (run.stop.signal.aborted) return 'CANCELED'
  return waiting.every(({ result }) => result !== undefined && isGood(result))
    ? 'SUCCESS'
    : 'FAILED'
}

function readInputs(text: string): unknown[] {
  const inputs: unknown = JSON.parse(text)
  if (Array.isArray(inputs)) return inputs
  throw invalid('the inputs of a for-each task must be a JSON array')
}

/** Runs one file, again after a failure as often as the task says. */
async function runFile(
  taskRun: TaskRun,
  task: PythonTask,
  run: JobRun,
  references: References,
  means: Means,
): Promise<Result> {
  const { clock, newId } = means
  const { max_retries, min_retry_interval_millis, retry_on_timeout, timeout_seconds } = task
  for (;;) {
    const from = clock.now()
    const own = {
      ...references,
      'task.name': task.task_key,
      'task.run_id': String(taskRun.runId),
      'task.execution_count': String(taskRun.attempt + 1),
    }
    const last = await means.attempt({
      file: task.spark_python_task.python_file,
      parameters: task.spark_python_task.parameters.map((word) => fillIn(word, own)),
      timeoutMs: timeout_seconds === 0 ? undefined : timeout_seconds * 1000,
      signal: run.stop.signal,
    })
    taskRun.last = last
    const isFinal =
      last.result === 'SUCCESS' ||
      last.result === 'CANCELED' ||
      (last.result === 'TIMEDOUT' && !retry_on_timeout) ||
      (max_retries >= 0 && taskRun.attempt >= max_retries)
    if (isFinal) return last.result
    // The interval counts from the start of the attempt that failed.
    const wait = Math.max(0, from + min_retry_interval_millis - clock.now())
    await clock.sleep(wait, run.stop.signal).catch(() => {})
    if (run.stop.signal.aborted) return 'CANCELED'
    taskRun.attempt += 1
    taskRun.runId = newId()
  }
}

/** A task that waits for its turn. */
export function newTaskRun(task: TaskRun['task'], runId: number): TaskRun {
  return { task, runId, attempt: 0, iterations: [] }
}
