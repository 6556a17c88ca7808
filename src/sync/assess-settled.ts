import type { SyncSpec } from '../core/index.ts'
import { type Assessed, assess, type WindowRequest } from './assess.ts'
import { goneCount, isSourceEmpty } from './brakes.ts'
import type { Parts } from './parts.ts'

/** How often a source that was just emptied is looked at again. */
const lookAgainMs = 15_000

/**
 * As {@link assess}, but a source that was emptied a moment ago is given `settle` to fill up again: a rebuild that makes
 * the table first and fills it then leaves an empty version in between, which must not count as "everything is gone".
 */
export async function assessSettled(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  request: WindowRequest,
  signal?: AbortSignal,
): Promise<Assessed> {
  const { clock, log, warehouse } = parts
  for (;;) {
    const assessed = await assess(parts, sync, destination, request, signal)
    const { scope, due } = assessed
    const leftMs = scope.pin.committedAt + sync.source.settleMs - clock.now()
    if (leftMs <= 0 || scope.pin.snapshot || goneCount(due) === 0) return assessed
    if (!(await isSourceEmpty(warehouse, scope, due, signal))) return assessed
    log.info('the source was emptied a moment ago; waiting for it to fill up again', {
      sync: sync.name,
      destination,
      seconds: Math.ceil(leftMs / 1000),
    })
    await clock.sleep(Math.min(leftMs, lookAgainMs), signal)
  }
}
