import { leasesIn, ledgerIn, windowsIn } from '../audit/index.ts'
import type { SyncSpec } from '../core/index.ts'
import type { Parts } from './parts.ts'
import { catchUp } from './settle.ts'
import { withLease } from './with-lease.ts'

/** What came of a rename: what was known is taken over, or the new name has its own, or the old one has nothing. */
export type TakenOver = 'taken over' | 'has its own' | 'nothing known'

/**
 * Gives a renamed sync what is known of it under its old name, in one destination: before its first window and never
 * again, so that the rename sends nothing. A window that is open under the old name is finished under it first, by
 * `finish`; then nobody can open another one, since both leases are held. Throws LEASE_HELD where somebody runs either.
 */
export async function takeOver(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  finish: (old: SyncSpec) => Promise<unknown>,
  signal?: AbortSignal,
): Promise<TakenOver> {
  const { renamedFrom, ...rest } = sync
  if (renamedFrom === undefined) return 'nothing known'
  const { warehouse, project, clock } = parts
  const leases = leasesIn(warehouse, project.control, clock)
  const own = await leases.find({ sync: sync.name, destination })
  if (own?.position !== undefined) return 'has its own'
  if ((await leases.find({ sync: renamedFrom, destination })) === undefined) return 'nothing known'
  const old: SyncSpec = { ...rest, name: renamedFrom }
  const windows = windowsIn(warehouse, project.control)
  for (;;) {
    const isTaken = await withLease(parts, old, destination, signal, async ({ lease }) => {
      const { open, lastClosed } = await windows.standing(old.name, destination)
      if (open !== undefined) return false
      await catchUp(parts, lease, lastClosed)
      await withLease(parts, sync, destination, signal, () =>
        ledgerIn(warehouse, project.control).rename(old.name, sync.name, destination),
      )
      return true
    })
    if (isTaken) return 'taken over'
    await finish(old)
  }
}
