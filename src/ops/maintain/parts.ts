import type { Parts } from '../../sync/index.ts'
import type { Retention } from './retention.ts'

/** What maintenance needs of the parts of a process. */
export type MaintainParts = Pick<
  Parts,
  'project' | 'warehouse' | 'workspace' | 'clock' | 'log' | 'environment'
>

/** What maintenance may do. */
export interface MaintainOptions {
  readonly keep: Retention
  /** Looks and counts, and changes nothing. */
  readonly dryRun: boolean
  /** Runs VACUUM on every control table too: what was removed from them leaves the storage. Default false. */
  readonly vacuum?: boolean
  /** Told what comes next, for people. */
  readonly onStep?: (step: string) => void
}

/** Windows, or files, that one statement or round of calls takes at a time. Databricks takes 256 parameters at most. */
export const windowsAtATime = 200

/** Cuts a list into pieces of at most `size`. */
export function pieces<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
    all.slice(i * size, (i + 1) * size),
  )
}

/** Values as a list of parameters for `IN (…)`, and the parameters. */
export function inList(values: readonly string[]): {
  readonly list: string
  readonly parameters: Readonly<Record<string, string>>
} {
  return {
    list: values.map((_, i) => `:value_${i}`).join(', '),
    parameters: Object.fromEntries(values.map((value, i) => [`value_${i}`, value])),
  }
}
