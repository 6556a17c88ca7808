import type { Problem, RouteSpec, SyncSpec } from '../core/index.ts'
import type { ProjectFile } from './project-schema.ts'
import type { YamlFile } from './yaml-file.ts'

/**
 * Destinations whose request budget is given away more than once. Jobs that state no share are taken to run one after
 * the other; once one of a destination's jobs states a share, those that do not have the whole.
 */
export function shareProblems(
  { jobs }: ProjectFile,
  syncs: readonly SyncSpec[],
  destinations: readonly string[],
  yaml: YamlFile,
): Problem[] {
  const sendsTo = (destination: string) =>
    new Set(syncs.filter((sync) => reaches(sync.send.to, destination)).map((sync) => sync.name))
  return destinations.flatMap((destination) => {
    const senders = sendsTo(destination)
    const sharers = Object.entries(jobs).filter(([, job]) =>
      job.syncs.some((name) => senders.has(name)),
    )
    const [stating] = sharers.findLast(([, job]) => job.share !== undefined) ?? []
    const sum = sharers.reduce((total, [, job]) => total + (job.share ?? 1), 0)
    // Tenths do not add up exactly in binary.
    if (stating === undefined || sum <= 1 + 1e-9) return []
    const parts = sharers.map(([name, { share }]) => `${name} (${share ?? '1, none stated'})`)
    return [
      {
        ...yaml.at(['jobs', stating, 'share']),
        code: 'shares_exceed_budget',
        message: `the shares of "${destination}" add up to ${Number(sum.toFixed(6))}: ${parts.join(', ')}`,
        suggestion: 'give every job that sends there a share; together at most 1',
      },
    ]
  })
}

function reaches(to: RouteSpec, destination: string): boolean {
  return to.kind === 'one'
    ? to.destination === destination
    : to.else === destination || Object.values(to.routes).includes(destination)
}
