import { ConfigError, isError, redact, SyncError } from '../../../core/index.ts'
import type { PartsOptions } from '../../../sync/index.ts'
import type { Experiment, Seen } from './experiment.ts'
import { destinationFor, openLab, personPrefix } from './lab.ts'
import { batchExperiments } from './on-batches.ts'
import { keyExperiments } from './on-keys.ts'
import { leaseExperiments } from './on-leases.ts'
import { partExperiments } from './on-parts.ts'
import { personExperiments } from './on-people.ts'
import { tableExperiments } from './on-tables.ts'

/** How experiments are made. */
export interface LiveOptions extends PartsOptions {
  /** The destination; may be left out where there is only one. */
  readonly to?: string | undefined
  /** Told of each experiment as it ends. */
  readonly onResult?: (result: LiveResult) => void
  /** Awaited before the person is deleted: the time to look at them. False keeps them. */
  readonly lookAt?: (person: string) => Promise<boolean>
}

/** One experiment and what came of it. */
export interface LiveResult extends Omit<Experiment<unknown>, 'run'>, Seen {
  readonly isExpected: boolean
}

/** All experiments, in their order. */
export interface LiveReport {
  readonly destination: string
  readonly person: string
  /** How Customer.io answered when the person was deleted; null where they were kept. */
  readonly forgotten: string | null
  readonly results: readonly LiveResult[]
}

const onBench = [...partExperiments, ...tableExperiments, ...leaseExperiments]
const onStage = [...keyExperiments, ...batchExperiments, ...personExperiments]

/** The names of all experiments, in the order in which they are made. */
export const experimentNames: readonly string[] = [...onBench, ...onStage].map(({ name }) => name)

/**
 * Asks a real workspace and a real Customer.io what no document says, in a schema and under a person of its own. Both are
 * gone in the end, unless `lookAt` keeps the person. An experiment that breaks off is one that did not go as expected; the
 * others go on. Throws for settings and a destination that cannot be used.
 */
export async function live(options: LiveOptions): Promise<LiveReport> {
  const destination = destinationFor(options.project, options.to)
  const lab = openLab(options, options.settings, destination)
  const results: LiveResult[] = []
  const make = async <On>(experiments: readonly Experiment<On>[], open: () => Promise<On>) => {
    for (const { run, ...what } of experiments) {
      const seen = await open().then(run).catch(brokenOff)
      const result = { ...what, isExpected: seen.seen === what.expected, ...seen }
      results.push(result)
      options.onResult?.(result)
    }
  }
  try {
    await make(onBench, lab.bench)
    await make(onStage, lab.stage)
    const isKept = (await options.lookAt?.(lab.person)) === false
    const forgotten = isKept
      ? null
      : await lab.forget(lab.person).catch((error) => brokenOff(error).seen)
    return { destination, person: lab.person, forgotten, results }
  } finally {
    await lab.close()
  }
}

/** Deletes a person whom an earlier time kept; says how Customer.io answered. Throws ConfigError PERSON_INVALID for others. */
export async function forget(options: LiveOptions, person: string): Promise<string> {
  if (!person.startsWith(personPrefix)) {
    throw new ConfigError(
      'PERSON_INVALID',
      `--forget deletes people of experiments only, whose ids begin with ${personPrefix}; for others there is "erase"`,
    )
  }
  const lab = openLab(options, options.settings, destinationFor(options.project, options.to))
  try {
    return await lab.forget(person)
  } finally {
    await lab.close()
  }
}

function brokenOff(error: unknown): Seen {
  const code = error instanceof SyncError ? `${error.code}: ` : ''
  return { isExpected: false, seen: redact(`${code}${isError(error) ? error.message : error}`) }
}
