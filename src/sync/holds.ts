import { holdsIn } from '../audit/index.ts'
import { Braked, type SyncSpec } from '../core/index.ts'
import { either } from './either.ts'
import type { Parts } from './parts.ts'

/** As often as parts are uploaded: what was sent before a hold was seen is no more than a crash could repeat. */
const lookAgainMs = 10_000

/** Throws Braked SYNC_HELD where somebody holds the sync, all of them, or this one by the name it had before. */
export async function obeyHolds(
  { warehouse, project, clock }: Parts,
  { name, renamedFrom }: Pick<SyncSpec, 'name' | 'renamedFrom'>,
): Promise<void> {
  const holds = holdsIn(warehouse, project.control, clock)
  const hold =
    (await holds.isHeld(name)) ??
    (renamedFrom === undefined ? undefined : await holds.isHeld(renamedFrom))
  if (hold === undefined) return
  const what = hold.sync === undefined ? 'every sync is' : `${hold.sync} is`
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
  sync: Pick<SyncSpec, 'name' | 'renamedFrom'>,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  await obeyHolds(parts, sync)
  const held = new AbortController()
  const over = new AbortController()
  const watching = watch(parts, sync, held, over.signal)
  try {
    return await work(either(signal, held.signal))
  } catch (error) {
    throw held.signal.aborted ? held.signal.reason : error
  } finally {
    over.abort()
    await watching
  }
}

async function watch(
  parts: Parts,
  sync: Pick<SyncSpec, 'name' | 'renamedFrom'>,
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
