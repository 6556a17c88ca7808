import { holdsIn } from '../audit/index.ts'
import { Braked, type SyncSpec } from '../core/index.ts'
import type { Parts } from './parts.ts'

/** As often as parts are uploaded: what was sent before a hold was seen is no more than a crash could repeat. */
const lookAgainMs = 10_000

/** Throws Braked SYNC_HELD where somebody holds the sync, or all of them. */
export async function obeyHolds(
  { warehouse, project, clock }: Parts,
  { name }: Pick<SyncSpec, 'name'>,
): Promise<void> {
  const hold = await holdsIn(warehouse, project.control, clock).isHeld(name)
  if (hold === undefined) return
  const what = hold.sync === undefined ? 'every sync is' : `${name} is`
  throw new Braked(
    'SYNC_HELD',
    `${what} held by ${hold.heldBy} since ${hold.heldAt.toISOString()} (${hold.why}); "customerio-jobs release ${hold.sync ?? '--all'}" lets go`,
  )
}

/**
 * Asks for holds before `work` and again and again while it runs; one that is set meanwhile stops it as a signal does:
 * what is in flight ends, and the window stays open.
 */
export async function whileReleased<T>(
  parts: Parts,
  sync: Pick<SyncSpec, 'name'>,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await obeyHolds(parts, sync)
  const held = new AbortController()
  const over = new AbortController()
  const watching = watch(parts, sync, held, over.signal)
  try {
    return await work(signal === undefined ? held.signal : AbortSignal.any([signal, held.signal]))
  } catch (error) {
    throw held.signal.aborted ? held.signal.reason : error
  } finally {
    over.abort()
    await watching
  }
}

async function watch(
  parts: Parts,
  sync: Pick<SyncSpec, 'name'>,
  held: AbortController,
  over: AbortSignal,
): Promise<void> {
  for (;;) {
    await parts.clock.sleep(lookAgainMs, over).catch(() => {})
    if (over.aborted) return
    try {
      await obeyHolds(parts, sync)
    } catch (error) {
      if (error instanceof Braked) return held.abort(error)
      // A warehouse that does not answer now is no hold; the next look tells.
    }
  }
}
