import type { JobSpec } from '../core/index.ts'

/**
 * How many of these syncs of a job may be at work at the same time, at most, when each waits for those that `after` puts
 * before it. It is the size of the largest set of which none waits for another, by Dilworth's theorem: as many as there
 * are syncs, less the largest matching of syncs to syncs that wait for them.
 */
export function width(syncs: readonly string[], { after }: Pick<JobSpec, 'after'>): number {
  const waits = new Map(syncs.map((sync) => [sync, ancestors(sync, after)]))
  const matched = new Map<string, string>()
  const match = (sync: string, seen: Set<string>): boolean =>
    syncs.some((other) => {
      if (seen.has(other) || waits.get(sync)?.has(other) !== true) return false
      seen.add(other)
      const rival = matched.get(other)
      if (rival !== undefined && !match(rival, seen)) return false
      matched.set(other, sync)
      return true
    })
  return syncs.filter((sync) => !match(sync, new Set())).length
}

/** Everything that has to run before a sync. */
function ancestors(sync: string, after: JobSpec['after'], found = new Set<string>()): Set<string> {
  for (const before of after[sync] ?? []) {
    if (!found.has(before)) ancestors(before, after, found.add(before))
  }
  return found
}
