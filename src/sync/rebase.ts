import type { SyncSpec } from '../core/index.ts'
import { type ByHand, type Ending, eachDestination, recordAct, runAskedFor } from './by-hand.ts'
import type { Parts } from './parts.ts'
import type { RunOptions, RunReport } from './run.ts'

/** What a rebase may be given beside its parts. */
export interface RebaseOptions extends Pick<RunOptions, 'signal' | 'onProgress' | 'confirmed'> {
  readonly by: ByHand
  /** Only this destination. */
  readonly destination?: string | undefined
}

/**
 * Takes the rows of a sync over as they are, under its mapping as it is: they count as known and nothing is sent, so a
 * change is what differs from now on. The way on after an edit that the old mapping can't follow. Keys that are gone
 * from the source are left alone. Asks for a confirmation, as a brake does. What it may be interrupted in goes on with
 * the next run.
 */
export async function rebase(
  parts: Parts,
  sync: SyncSpec,
  { by, destination: only, ...options }: RebaseOptions,
): Promise<Ending<RunReport>[]> {
  return eachDestination(sync, only, options.signal, async (destination) => {
    await recordAct(parts, by, { act: 'rebase', sync: sync.name, destination })
    return runAskedFor(
      parts,
      sync,
      destination,
      { ...options, kind: 'rebase', only: { look: { kind: 'all' }, send: 'nothing' } },
      ({ kind }) => kind === 'rebase',
    )
  })
}
