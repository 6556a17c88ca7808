import type { Problem, SyncSpec } from '../core/index.ts'

/** What is wrong with the names of all syncs together: taken twice, or renamed from one that is still there. */
export function nameProblems(syncs: readonly SyncSpec[]): Problem[] {
  return syncs.flatMap((sync, i) => {
    const before = syncs.slice(0, i)
    const twin = before.find((other) => other.name === sync.name)
    const found: Problem[] = []
    if (twin !== undefined) {
      found.push({
        ...sync.at(['sync']),
        code: 'duplicate_sync',
        message: `the name "${sync.name}" is taken by ${twin.file}`,
        suggestion: 'state is kept by name: give this sync another one',
      })
    }
    const old = sync.renamedFrom
    if (old === undefined) return found
    const holder = syncs.find((other) => other !== sync && other.name === old)
    if (holder !== undefined) {
      found.push({
        ...sync.at(['renamed_from']),
        code: 'renamed_from_existing',
        message: `"${old}" is still the name of ${holder.file}`,
        suggestion: 'two syncs cannot share what is known: rename, or remove one of them',
      })
    }
    const rival = before.find((other) => other.renamedFrom === old)
    if (rival !== undefined) {
      found.push({
        ...sync.at(['renamed_from']),
        code: 'renamed_from_twice',
        message: `${rival.file} was renamed from "${old}" already`,
        suggestion: 'one sync can take over what is known under a name',
      })
    }
    return found
  })
}
