import {
  isDeadLocalOwner,
  type KeptLease,
  keepLease,
  type Lease,
  leaseDefaults,
  leasesIn,
  localProcesses,
  processOwner,
} from '../audit/index.ts'
import { AuditError, type SyncSpec } from '../core/index.ts'
import type { Parts } from './parts.ts'

/** A lease in use: every send asks {@link check}, every fenced statement carries {@link lease}. */
export interface HeldLease {
  readonly lease: Lease
  /** Throws LEASE_LOST when another run may have taken over; asks nobody, so it costs nothing. */
  check(): void
}

/**
 * Runs `work` while this process holds the lease of the sync and destination, and gives the lease back afterwards.
 * `work` gets a signal that also aborts when the lease is lost: a process that froze and woke up late stops before it
 * sends anything. Throws AuditError LEASE_HELD when another run has it.
 */
export async function withLease<T>(
  parts: Parts,
  sync: SyncSpec,
  destination: string,
  signal: AbortSignal | undefined,
  work: (held: HeldLease, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, log, environment } = parts
  const leases = leasesIn(parts.warehouse, parts.project.control, clock)
  const processes = localProcesses()
  const { CUSTOMERIO_JOBS_JOB_RUN_ID: jobRun, CUSTOMERIO_JOBS_TASK_KEY: task } = environment
  const taken = await leases.take({
    sync: sync.name,
    destination,
    owner: processOwner(processes),
    // Tasks of one job run share its id: without the task's name one could take another's lease.
    ...(jobRun === undefined || task === undefined ? {} : { jobRunId: `${jobRun}/${task}` }),
    ownerIsDead: (owner) => isDeadLocalOwner(owner, processes),
    ttlMs: leaseDefaults.ttlMs,
  })
  if ('heldBy' in taken) {
    throw new AuditError(
      'LEASE_HELD',
      `${sync.name} → ${destination} is being run by ${taken.heldBy}${taken.until === undefined ? '' : ` until ${taken.until.toISOString()} at least`}; let it end, then run the command again`,
    )
  }
  const kept: KeptLease = keepLease(leases, taken, { everyMs: leaseDefaults.everyMs, clock, log })
  const both = signal === undefined ? kept.signal : AbortSignal.any([signal, kept.signal])
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
