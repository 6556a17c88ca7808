import type { ParameterName } from './parameters.ts'

/** The kind of a task, as the entries in `jobs/` know it. */
export type TaskKind =
  | 'run'
  | 'slice plan'
  | 'slice run'
  | 'slice settle'
  | 'replay'
  | 'reconcile'
  | 'erase'
  | 'maintain'

/** What a task is told: parameters of the job, and its part, which only a generated file says. */
export type Name = ParameterName | 'job' | 'sync' | 'share' | 'slices' | 'slice'

/** Every {@link Name}. */
export const names: readonly Name[] = [
  ...(['job', 'sync', 'share', 'slices', 'slice'] as const),
  ...(['mode', 'syncs', 'limit', 'since', 'reason', 'why', 'confirm', 'vacuum'] as const),
]

/** What a task does in one mode of its job. */
export interface Mode {
  /** The command; without one the task has no part in this mode. */
  readonly command?: readonly string[]
  /** What somebody may say in this mode; anything else would do nothing. */
  readonly takes: readonly ParameterName[]
}

const run: Mode = { takes: ['limit', 'confirm'] }
const plan: Mode = { takes: [] }
const runPlan: Mode = { command: ['plan'], takes: ['limit'] }
/** The task before it made the plan. */
const planned: Mode = { takes: ['limit'] }
const retry: Mode = { takes: ['since', 'reason', 'why', 'confirm'] }
const resend = { ...retry, command: ['replay', '--send'] }

/** Modes by kind; the first one is that of a task that is told none. */
export const modes: Readonly<Record<TaskKind, Readonly<Record<string, Mode>>>> = {
  run: { run: { ...run, command: ['run'] }, plan: runPlan, retry: resend },
  'slice plan': {
    run: { ...run, command: ['slice', 'plan'] },
    plan: runPlan,
    retry,
  },
  'slice run': { run: { ...run, command: ['slice', 'run'] }, plan: planned, retry },
  'slice settle': {
    run: { ...run, command: ['slice', 'settle'] },
    plan: planned,
    retry: resend,
  },
  replay: { plan: { command: ['replay'], takes: ['since', 'reason'] }, run: resend },
  reconcile: {
    plan: { ...plan, command: ['reconcile'] },
    run: { command: ['reconcile', '--enqueue'], takes: ['why'] },
  },
  erase: {
    plan: { ...plan, command: ['erase', '--plan'] },
    run: { command: ['erase'], takes: ['why', 'confirm'] },
  },
  maintain: {
    run: { command: ['maintain'], takes: ['vacuum'] },
    plan: { ...plan, command: ['maintain', '--dry-run'] },
  },
}

/** The option that a command takes a value by; a command takes no other. `--vacuum` is a word of its own. */
export const optionsOf: Readonly<Record<string, Readonly<Partial<Record<Name, string>>>>> = {
  run: { share: '--share', limit: '--limit', confirm: '--confirm' },
  plan: { limit: '--limit' },
  replay: {
    share: '--share',
    since: '--from',
    reason: '--reason',
    why: '--why',
    confirm: '--confirm',
  },
  'slice plan': { slices: '--slices', limit: '--limit', confirm: '--confirm' },
  'slice run': { slice: '--slice', share: '--share' },
  'slice settle': {},
  reconcile: { why: '--why' },
  erase: { why: '--why', confirm: '--confirm' },
  maintain: {},
}
