import { holdsIn, isDeadLocalOwner } from '../../audit/index.ts'
import { nextStart } from '../../config/index.ts'
import type { JobSpec, ProjectSpec, SyncSpec } from '../../core/index.ts'
import { destinationsOf } from '../../source/index.ts'
import type { Allowance, Parts } from '../../sync/index.ts'
import { type Facts, readFacts } from './facts.ts'
import { type Colour, colourOf, type Status, statusOf } from './status.ts'

/** What the listing needs of the parts of a process. */
export type ListParts = Pick<Parts, 'project' | 'warehouse' | 'clock'>

/** A sync and destination as it stands; names, numbers and times only, never a value of a row. */
export interface ListedSync {
  readonly sync: string
  readonly destination: string
  readonly owner?: string
  readonly status: Status
  /** What stands behind it: who runs or holds it, the window that is open, the code of the error. */
  readonly because?: string
  readonly lastRun?: {
    readonly runId: string
    readonly startedAt: Date
    /** Absent while it runs, and when it was killed. */
    readonly durationMs?: number
    /** Absent while it runs. */
    readonly colour?: Colour
    readonly errorCode?: string
  }
  /** The newest closed window that looked at everything new, and the source version it read. */
  readonly freshness?: {
    readonly windowId: string
    readonly closedAt: Date
    readonly version?: number
    readonly committedAt?: Date
    /** It let rows wait for the next window. */
    readonly limit?: Pick<Allowance, 'rows' | 'by'>
  }
  /** Keys whose last decided outcome is not a delivery. */
  readonly deadLetters: number
  /** When its job should start it next; in the past where it is late. Only for a job with `every`. */
  readonly nextDue?: Date
}

/** Every sync of the project to every destination, in the order of the files. Reads the control tables only. */
export async function listSyncs({ project, warehouse, clock }: ListParts): Promise<ListedSync[]> {
  const holds = await holdsIn(warehouse, project.control, clock).inForce()
  const facts = await readFacts(warehouse, project.control)
  return project.syncs.flatMap((sync) =>
    destinationsOf(sync.send.to).map((destination) => {
      const known = facts(sync.name, destination)
      const hold = holds.find((one) => one.sync === undefined || one.sync === sync.name)
      const runner = known.lease !== undefined && !isDeadLocalOwner(known.lease) ? known.lease : ''
      return listed(project, sync, destination, known, {
        ...(runner === '' ? {} : { runner }),
        ...(hold === undefined
          ? {}
          : { hold: `by ${hold.heldBy} since ${hold.heldAt.toISOString()}: ${hold.why}` }),
      })
    }),
  )
}

function listed(
  project: ProjectSpec,
  sync: SyncSpec,
  destination: string,
  { run, closed, open, deadLetters }: Facts,
  now: { readonly runner?: string; readonly hold?: string },
): ListedSync {
  const isOn = now.runner !== undefined && run?.finishedAt === undefined
  const colour = run === undefined || isOn ? undefined : colourOf(run)
  const { status, because } = statusOf({
    ...now,
    ...(run === undefined ? {} : { run }),
    ...(open === undefined ? {} : { open }),
    hasClosed: closed !== undefined,
  })
  const nextDue = dueAfter(project.jobs, sync.name, run?.startedAt)
  return {
    sync: sync.name,
    destination,
    ...(sync.owner === undefined ? {} : { owner: sync.owner }),
    status,
    ...(because === undefined ? {} : { because }),
    ...(run === undefined
      ? {}
      : {
          lastRun: {
            runId: run.runId,
            startedAt: run.startedAt,
            ...(run.finishedAt === undefined
              ? {}
              : { durationMs: run.finishedAt.getTime() - run.startedAt.getTime() }),
            ...(colour === undefined ? {} : { colour }),
            ...(run.errorCode === undefined ? {} : { errorCode: run.errorCode }),
          },
        }),
    ...(closed === undefined ? {} : { freshness: closed }),
    deadLetters,
    ...(nextDue === undefined ? {} : { nextDue }),
  }
}

/** The earliest next start by any job with a clock; a sync that never ran has no last start to count from. */
function dueAfter(
  jobs: readonly JobSpec[],
  sync: string,
  last: Date | undefined,
): Date | undefined {
  if (last === undefined) return undefined
  const starts = jobs
    .filter(({ syncs }) => syncs.includes(sync))
    .flatMap((job) => nextStart(job, last)?.getTime() ?? [])
  return starts.length === 0 ? undefined : new Date(Math.min(...starts))
}
