import { actsIn, type NewAct } from '../audit/index.ts'
import { ConfigError, redact, type SyncSpec } from '../core/index.ts'
import { destinationsOf } from '../source/index.ts'
import type { Parts } from './parts.ts'
import { type RunOptions, type RunReport, runWindow } from './run.ts'
import { failedRun, type RunEnding } from './run-all.ts'

/** Who asks for something that no schedule does, and the reason given. */
export interface ByHand {
  readonly who: string
  readonly why?: string
}

/** How the work for one destination ended, as a run does. */
export type Ending<T> =
  | { readonly kind: 'finished'; readonly report: T }
  | Extract<RunEnding, { readonly kind: 'failed' }>

/** Writes an act down before it is done; e-mail addresses in the reason are blotted out. Gives its id. */
export function recordAct(
  { warehouse, project, clock }: Pick<Parts, 'warehouse' | 'project' | 'clock'>,
  { who, why }: ByHand,
  act: Omit<NewAct, 'who' | 'why'>,
): Promise<string> {
  const reason = redact(why?.trim() ?? '')
  const acts = actsIn(warehouse, project.control, clock)
  return acts.record({ ...act, who, ...(reason === '' ? {} : { why: reason }) })
}

/**
 * Does the same for each destination of a sync, or for one of them, side by side: one that fails holds up no other.
 * Throws ConfigError DESTINATION_UNKNOWN for one that the sync does not have.
 */
export async function eachDestination<T>(
  sync: SyncSpec,
  only: string | undefined,
  signal: AbortSignal | undefined,
  work: (destination: string) => Promise<T>,
): Promise<Ending<T>[]> {
  const all = destinationsOf(sync.send.to)
  if (only !== undefined && !all.includes(only)) {
    throw new ConfigError(
      'DESTINATION_UNKNOWN',
      `${sync.name} does not go to "${only}", but to ${all.join(' and ')}`,
    )
  }
  return Promise.all(
    (only === undefined ? all : [only]).map(async (destination): Promise<Ending<T>> => {
      try {
        return { kind: 'finished', report: await work(destination) }
      } catch (error) {
        return failedRun(sync, destination, error, signal)
      }
    }),
  )
}

/**
 * Runs a window that was asked for by hand. What an earlier run left open comes first, since there is one window at a
 * time; `isAskedFor` tells whether what was finished is already the one that was asked for.
 */
export async function runAskedFor(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  options: RunOptions,
  isAskedFor: (report: RunReport) => boolean = ({ resumed }) => !resumed,
): Promise<RunReport> {
  for (;;) {
    const report = await runWindow(parts, sync, destination, options)
    if (isAskedFor(report)) return report
  }
}
