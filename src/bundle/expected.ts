import type { ProjectSpec, RouteSpec } from '../core/index.ts'

/** What customerio.yml says of a sync and one of its destinations. */
export interface ExpectedPair {
  readonly sync: string
  readonly destination: string
  /** The longest time between two starts, in minutes; absent where no clock starts a job that has the sync. */
  readonly everyMinutes?: number
}

/** Every sync of the project to every destination, in the order of the files. */
export function expectedPairs({ syncs, jobs }: ProjectSpec): ExpectedPair[] {
  return syncs.flatMap(({ name, send }) => {
    const periods = jobs.flatMap(({ longestGapMs, syncs: some }) =>
      longestGapMs !== undefined && some.includes(name) ? [longestGapMs] : [],
    )
    const due = periods.length === 0 ? {} : { everyMinutes: Math.min(...periods) / 60_000 }
    return destinationsOf(send.to).map((destination) => ({ sync: name, destination, ...due }))
  })
}

function destinationsOf(to: RouteSpec): string[] {
  if (to.kind === 'one') return [to.destination]
  const all = [...Object.values(to.routes), ...(to.else === 'invalid' ? [] : [to.else])]
  return [...new Set(all)].sort()
}
