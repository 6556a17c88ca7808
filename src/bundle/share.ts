import type { JobSpec, RouteSpec, SyncSpec } from '../core/index.ts'
import { width } from './width.ts'

/**
 * The part of every destination's budget that the task of a sync may spend, so that the tasks of its job that are at work
 * at the same time spend what the job may, and no more. Rounded down to millionths.
 */
export function shareOfTask(job: JobSpec, sync: string, syncs: readonly SyncSpec[]): number {
  const reached = syncs
    .filter(({ name }) => job.syncs.includes(name))
    .map(({ name, send }) => ({ name, destinations: destinationsOf(send.to) }))
  const mine = reached.find(({ name }) => name === sync)?.destinations ?? []
  const rivals = mine.map((destination) =>
    reached.filter(({ destinations }) => destinations.includes(destination)),
  )
  const most = Math.max(
    1,
    ...rivals.map((some) =>
      width(
        some.map(({ name }) => name),
        job,
      ),
    ),
  )
  return Math.floor((job.share / most) * 1e6) / 1e6
}

function destinationsOf(to: RouteSpec): string[] {
  return to.kind === 'one' ? [to.destination] : [to.else, ...Object.values(to.routes)]
}
