import type { JobSpec, SyncSpec } from '../core/index.ts'
import { jobFile } from './job.ts'
import { handedOn, type Parameters } from './parameters.ts'
import { shareOfTask } from './share.ts'
import { startOf } from './start.ts'
import { forEachTask, nodeTask } from './task.ts'

const parameters: Parameters = {
  mode: 'run',
  syncs: '',
  limit: '',
  since: '',
  reason: '',
  why: '',
  confirm: '',
}

/** No sync can be called so: names begin with a letter. */
const setupKey = '_setup'
const runSeconds = 14_400
const hour = 3_600

/**
 * The job of one group of customerio.yml: first the control schema, then a task per sync, each after those that `after`
 * puts before it. The task that ends a sync has the sync's name.
 */
export function groupJob(job: JobSpec, syncs: readonly SyncSpec[]): object {
  return jobFile({
    name: job.name,
    description: `Syncs ${job.syncs.join(', ')}. mode: run, plan (says what a run would do) or retry (sends dead letters again)`,
    start: startOf(job),
    queue: job.everyMs === undefined && job.cron === undefined,
    parameters,
    // A run that is longer than its period is late for the next one.
    warnAfterSeconds: Math.min(2 * hour, (job.everyMs ?? Number.POSITIVE_INFINITY) / 1000),
    tasks: [
      nodeTask({ key: setupKey, entry: 'setup', words: [], timeoutSeconds: hour / 2 }),
      ...job.syncs.flatMap((sync) => syncTasks(job, sync, syncs)),
    ],
  })
}

function syncTasks(job: JobSpec, sync: string, syncs: readonly SyncSpec[]): object[] {
  const before = job.after[sync] ?? []
  const after = before.length === 0 ? [setupKey] : before
  const words = [`job=${job.name}`, `sync=${sync}`, `share=${shareOfTask(job, sync, syncs)}`]
  const slices = job.slices[sync]
  if (slices === undefined) {
    const told = [...words, ...handedOn(parameters)]
    return [nodeTask({ key: sync, entry: 'run', words: told, after, timeoutSeconds: runSeconds })]
  }
  return slicedTasks(sync, slices, words, after)
}

/**
 * A sync whose windows are sent in slices: plan, as many slices as the file says, settle. Settling starts after slices that
 * failed too, but not after a plan that did. Numbers of slices stand in the file, so no task hands anything to another.
 */
function slicedTasks(
  sync: string,
  slices: number,
  words: readonly string[],
  after: readonly string[],
): object[] {
  const [plan, each] = [`_plan_${sync}`, `_slices_${sync}`]
  const told = [...words, `slices=${slices}`, ...handedOn(parameters)]
  const task = { entry: 'slice', timeoutSeconds: runSeconds }
  return [
    nodeTask({ ...task, key: plan, words: ['plan', ...told], after }),
    forEachTask({
      key: each,
      after: [plan],
      inputs: Array.from({ length: slices }, (_, i) => i + 1),
      concurrency: slices,
      each: nodeTask({
        ...task,
        key: `_slice_${sync}`,
        words: ['run', ...told, `slice={{input}}/${slices}`],
      }),
    }),
    nodeTask({
      ...task,
      key: sync,
      words: ['settle', ...told],
      after: [plan, each],
      runIf: 'AT_LEAST_ONE_SUCCESS',
      // A slice that died keeps its lease for five minutes.
      retryAfterMs: 360_000,
    }),
  ]
}
