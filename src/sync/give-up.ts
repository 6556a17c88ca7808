import { actsIn, type Lease, ledgerIn, type Window, windowsIn } from '../audit/index.ts'
import { loadOutcomes } from './load-outcomes.ts'
import type { Parts } from './parts.ts'

/**
 * Closes a window that can't be finished, because the version it reads is gone: what was decided counts, and rows
 * without an outcome count as held. Nothing is lost by that: the checkpoint stays where it was, so the next window looks
 * at all of them again, beside whatever changed since. Writes an act first.
 */
export async function giveUpWindow(
  parts: Parts,
  lease: Lease,
  window: Window,
  who: string,
): Promise<void> {
  const { warehouse, project, clock, log } = parts
  const { windowId, sync, destination } = window
  const { control } = project
  await actsIn(warehouse, control, clock).record({
    act: 'give-up',
    who,
    sync,
    destination,
    windowId,
  })
  await loadOutcomes(parts, window)
  await ledgerIn(warehouse, control).settle(windowId)
  const { held } = await windowsIn(warehouse, control).giveUp(
    windowId,
    new Date(clock.now()),
    lease,
  )
  log.warn('a window was given up; the next one looks at its rows again', {
    window: windowId,
    held,
  })
}
