import {
  type Checkpoint,
  isDeadLocalOwner,
  type KeptLease,
  keepLease,
  type Lease,
  leaseDefaults,
  leasesIn,
  localProcesses,
  type Pair,
  processOwner,
  type Slice,
  sliceLeasesIn,
  slicePair,
} from '../audit/index.ts'
import { AuditError, type SyncSpec } from '../core/index.ts'
import { either } from './either.ts'
import type { Parts } from './parts.ts'

/** A lease in use: every send asks {@link check}, every fenced statement carries {@link lease}. */
export interface HeldLease {
  readonly lease: Lease
  /** Throws LEASE_LOST when another run may have taken over; asks nobody, so it costs nothing. */
  check(): void
}

/** What is done while a lease is held; the signal also aborts when the lease is lost. */
type Work<T> = (held: HeldLease, signal: AbortSignal) => Promise<T>

/**
 * Runs `work` while this process holds the lease of the sync and destination, and gives the lease back afterwards.
 * `work` gets a signal that also aborts when the lease is lost: a process that froze and woke up late stops before it
 * sends anything. Throws AuditError LEASE_HELD when another run has it, SLICES_AT_WORK while slices of it are at work.
 */
export function withLease<T>(
  parts: Parts,
  sync: Pick<SyncSpec, 'name'>,
  destination: string,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  const pair = { sync: sync.name, destination }
  return holding(parts, pair, signal, async (held, both) => {
    await refuseWhileSlicesWork(parts, pair)
    return work(held, both)
  })
}

/**
 * The same with the lease of a slice. Slices work only while nobody has the lease of the whole, and whoever has that
 * works only while no slice does: each takes its own lease first and looks at the other one then, so of two that start
 * in the same moment at least one steps back. Throws SLICE_UNKNOWN where the window is not cut like that.
 */
export async function withSliceLease<T>(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  slice: Slice,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  const whole = { sync: sync.name, destination }
  const pair = slicePair(whole, slice)
  const leases = leasesIn(parts.warehouse, parts.project.control, parts.clock)
  if ((await leases.find(pair)) === undefined) {
    throw new AuditError(
      'SLICE_UNKNOWN',
      `${sync.name} → ${destination} is not cut into ${slice.of} slices; run "customerio-jobs slice plan ${sync.name} --slices ${slice.of}" first`,
    )
  }
  return holding(parts, pair, signal, async (held, both) => {
    const main = await leases.find(whole)
    if (main !== undefined && !main.isFree && !isDeadLocalOwner(main.owner ?? '')) {
      throw heldBy(`${sync.name} → ${destination}`, main.owner ?? 'another run', main.expiresAt)
    }
    return work(held, both)
  })
}

async function holding<T>(
  parts: Parts,
  pair: Pair,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  const { clock, log, environment } = parts
  const leases = leasesIn(parts.warehouse, parts.project.control, clock)
  const processes = localProcesses()
  const { CUSTOMERIO_JOBS_JOB_RUN_ID: jobRun, CUSTOMERIO_JOBS_TASK_KEY: task } = environment
  const taken = await leases.take({
    ...pair,
    owner: processOwner(processes),
    // Tasks of one job run share its id: without the task's name one could take another's lease.
    ...(jobRun === undefined || task === undefined ? {} : { jobRunId: `${jobRun}/${task}` }),
    ownerIsDead: (owner) => isDeadLocalOwner(owner, processes),
    ttlMs: leaseDefaults.ttlMs,
  })
  if ('heldBy' in taken) {
    throw heldBy(`${pair.sync} → ${pair.destination}`, taken.heldBy, taken.until)
  }
  const kept: KeptLease = keepLease(leases, taken, { everyMs: leaseDefaults.everyMs, clock, log })
  const both = either(signal, kept.signal)
  try {
    return await work({ lease: taken, check: kept.check }, both)
  } catch (error) {
    throw kept.signal.aborted ? kept.signal.reason : error
  } finally {
    kept.stop()
    // A lease that can't be given back now ends by itself.
    await leases.release(taken).catch(() => {})
  }
}

/** A slice whose process is known to be dead does not count: what it wrote down is loaded by whoever goes on. */
async function refuseWhileSlicesWork(parts: Parts, pair: Pair): Promise<void> {
  const slices = sliceLeasesIn(parts.warehouse, parts.project.control, parts.clock)
  const working = (await slices.atWork(pair)).filter(({ owner }) => !isDeadLocalOwner(owner))
  if (working.length === 0) return
  throw new AuditError(
    'SLICES_AT_WORK',
    `${working.length} slices of ${pair.sync} → ${pair.destination} are at work (${working.map(({ slice }) => slice).join(', ')}); let them end, then run the command again`,
    { context: { slices: working.length } },
  )
}

function heldBy(what: string, owner: string, until: Checkpoint['expiresAt']): AuditError {
  return new AuditError(
    'LEASE_HELD',
    `${what} is being run by ${owner}${until === undefined ? '' : ` until ${until.toISOString()} at least`}; let it end, then run the command again`,
  )
}
