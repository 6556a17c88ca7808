import type { ProjectSpec } from '../core/index.ts'
import { type Job, jobFile } from './job.ts'
import { handedOn, type Parameters } from './parameters.ts'
import { schedule } from './start.ts'
import { forEachTask, nodeTask } from './task.ts'

/** The names of the jobs that every project has, or that one with `erase` has; no group may have one of them. */
export const operationNames = [
  'setup',
  'doctor',
  'replay',
  'reconcile',
  'erase',
  'report',
  'maintain',
] as const

type OperationName = (typeof operationNames)[number]

/** The jobs that somebody starts by hand, and the one that keeps the control tables small; by name. */
export function operationJobs(project: ProjectSpec): [OperationName, object][] {
  const syncs = project.syncs.map(({ name }) => name)
  const replay: Parameters = {
    mode: 'plan',
    syncs: '',
    since: '',
    reason: '',
    why: '',
    confirm: '',
  }
  const reconcile: Parameters = { mode: 'plan', syncs: '', why: '' }
  const erase: Parameters = { mode: 'plan', why: '', confirm: '' }
  const maintain: Parameters = { mode: 'run', vacuum: 'false' }
  return [
    operation('setup', 'Creates what is missing of the control schema', {}),
    operation('doctor', 'Checks all that a run needs, and says of each fault what to do', {}),
    ...(syncs.length === 0
      ? []
      : [
          operation(
            'replay',
            'Dead letters of syncs. mode: plan (counts them) or run (sends their rows as they are now)',
            replay,
            { tasks: [oneByOne('replay', syncs, replay)] },
          ),
          operation(
            'reconcile',
            'Compares sources with ledger and outcomes. mode: plan, or run (the next runs take up what is missing)',
            reconcile,
            { tasks: [oneByOne('reconcile', syncs, reconcile)] },
          ),
        ]),
    ...(project.erase === undefined
      ? []
      : [
          operation(
            'erase',
            'Forgets the people whom the table of requests names. mode: plan (counts them) or run, with confirm',
            erase,
          ),
        ]),
    operation('report', 'Prints what became of the rows of the newest windows', {}),
    operation(
      'maintain',
      'Keeps the control tables small. mode: run or plan (counts only); vacuum: true gives storage back',
      maintain,
      { start: schedule('0 30 3 ? * SUN'), queue: false },
    ),
  ]
}

function operation(
  name: OperationName,
  description: string,
  parameters: Parameters,
  more: Partial<Pick<Job, 'start' | 'queue' | 'tasks'>> = {},
): [OperationName, object] {
  const job: Job = {
    name,
    description,
    start: {},
    queue: true,
    parameters,
    warnAfterSeconds: 7_200,
    tasks: [
      nodeTask({ key: name, entry: name, words: handedOn(parameters), timeoutSeconds: 14_400 }),
    ],
    ...more,
  }
  return [name, jobFile(job)]
}

/** A process per sync, one after the other: each may spend what its sync may. */
function oneByOne(
  name: 'replay' | 'reconcile',
  syncs: readonly string[],
  parameters: Parameters,
): object {
  return forEachTask({
    key: name,
    inputs: syncs,
    concurrency: 1,
    each: nodeTask({
      key: `${name}_sync`,
      entry: name,
      words: ['sync={{input}}', ...handedOn(parameters)],
      timeoutSeconds: 14_400,
    }),
  })
}
