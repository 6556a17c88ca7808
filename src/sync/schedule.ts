import { ConfigError, closest, type ProjectSpec, type SyncSpec } from '../core/index.ts'

/**
 * The named syncs (all of them when none is named) in the order they have to run: as the files stand, but each after
 * the syncs that `after` of any job puts before it.
 */
export function schedule(project: ProjectSpec, names: readonly string[]): SyncSpec[] {
  const wanted = names.length === 0 ? project.syncs.map((sync) => sync.name) : [...new Set(names)]
  const byName = new Map(project.syncs.map((sync) => [sync.name, sync]))
  for (const name of wanted) {
    if (byName.has(name)) continue
    const near = closest(name, byName.keys())
    throw new ConfigError(
      'SYNC_UNKNOWN',
      `there is no sync "${name}"${near === undefined ? `; known: ${[...byName.keys()].join(', ') || 'none'}` : `; did you mean "${near}"?`}`,
    )
  }
  const before = (name: string) => project.jobs.flatMap((job) => job.after[name] ?? [])
  const ordered: SyncSpec[] = []
  const place = (name: string) => {
    const sync = byName.get(name)
    if (sync === undefined || ordered.includes(sync)) return
    for (const earlier of before(name)) if (wanted.includes(earlier)) place(earlier)
    ordered.push(sync)
  }
  for (const name of wanted) place(name)
  return ordered
}

/**
 * The part of every destination's budget that a process may spend which runs these syncs one after the other: what their
 * jobs state, the least where a sync is in several, all of it where none says anything.
 */
export function shareOf({ jobs }: ProjectSpec, syncs: readonly Pick<SyncSpec, 'name'>[]): number {
  const shares = syncs.map(({ name }) =>
    Math.min(1, ...jobs.filter((job) => job.syncs.includes(name)).map(({ share }) => share)),
  )
  return shares.length === 0 ? 1 : Math.max(...shares)
}
