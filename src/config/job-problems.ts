import { closest, type Problem, type SyncSpec } from '../core/index.ts'
import type { ProjectFile } from './project-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/** What is wrong with the jobs of customerio.yml: unknown syncs, an `after` or `slices`
 * that leaves the job, an `after` that runs in a circle. */
export function jobProblems(
  file: ProjectFile,
  syncs: readonly SyncSpec[],
  yaml: YamlFile,
  incomplete: boolean,
): Problem[] {
  const names = syncs.map((sync) => sync.name)
  return Object.entries(file.jobs).flatMap(([job, { syncs: members, after, slices }]) => {
    const unknownMembers = members.flatMap((name, i) => {
      // While sync files have problems of their own, a missing name proves nothing.
      if (incomplete || names.includes(name)) return []
      const near = closest(name, names)
      return [
        {
          ...yaml.at(['jobs', job, 'syncs', i]),
          code: 'unknown_sync',
          message: `"${name}" is not a sync in syncs/`,
          suggestion: near === undefined ? `known: ${names.join(', ')}` : `did you mean "${near}"?`,
        },
      ]
    })
    const strangers = Object.entries(after).flatMap(([name, before]) =>
      [name, ...before]
        .filter((other) => !members.includes(other))
        .map((other) => ({
          ...yaml.at(['jobs', job, 'after', name]),
          code: 'after_outside_job',
          message: `"${other}" is not a sync of job "${job}"`,
          suggestion: `its syncs: ${members.join(', ')}`,
        })),
    )
    const sliced = Object.keys(slices)
      .filter((name) => !members.includes(name))
      .map((name) => ({
        ...yaml.at(['jobs', job, 'slices', name]),
        code: 'slices_outside_job',
        message: `"${name}" is not a sync of job "${job}"`,
        suggestion: `its syncs: ${members.join(', ')}`,
      }))
    return [...unknownMembers, ...strangers, ...sliced, ...cycles(job, after, yaml)]
  })
}

function cycles(
  job: string,
  after: Readonly<Record<string, readonly string[]>>,
  yaml: YamlFile,
): Problem[] {
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (after[from] ?? []).some(
      (next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
    )
  return Object.keys(after)
    .filter((name) => reaches(name, name, new Set()))
    .map((name) => ({
      ...yaml.at(['jobs', job, 'after', name]),
      code: 'after_cycle',
      message: `"${name}" would wait for itself`,
      suggestion: 'break the circle',
    }))
}
