import { AuditError } from '../core/index.ts'
import type { Sql, SqlValue } from './ports.ts'

/** The right to work on one sync and destination, for a time. Nothing in it changes; a renewal gives a new one. */
export interface Lease {
  readonly sync: string
  readonly destination: string
  /** Whoever takes the lease next has a higher one. */
  readonly epoch: number
  /** Names this taking: two takers of one process and epoch are never mistaken for each other. */
  readonly leaseId: string
  readonly owner: string
  /** How long it holds without being renewed, in ms. */
  readonly ttlMs: number
  /** By this process's clock, in ms since the epoch: until then nobody else can have taken it by expiry. */
  readonly freshUntil: number
}

/** Holds in SQL for the row of `checkpoints` as long as the lease does; needs {@link fenceValues}. */
export const fence =
  '`sync` = :sync AND `destination` = :destination AND `epoch` = :epoch AND `lease_id` = :lease_id'

/** The parameters of {@link fence}. */
export function fenceValues(lease: Lease): Readonly<Record<string, SqlValue>> {
  return {
    sync: lease.sync,
    destination: lease.destination,
    epoch: lease.epoch,
    lease_id: lease.leaseId,
  }
}

/** True for the error that a lost lease ends with. */
export function isLeaseLost(error: unknown): error is AuditError {
  return error instanceof AuditError && error.code === 'LEASE_LOST'
}

/** The error of a lease that another run has, or may have by now. */
export function leaseLost({ sync, destination, epoch }: Lease, cause?: unknown): AuditError {
  return new AuditError(
    'LEASE_LOST',
    `this run of ${sync} to ${destination} was not heard of in time, so another one may go on with its window; this one stops, and running the command again is safe`,
    { context: { sync, destination, epoch }, ...(cause === undefined ? {} : { cause }) },
  )
}

/**
 * The row of a lease that is held; throws LEASE_LOST where it is not. An epoch never comes back, so a lease that is
 * held after a statement was held while it ran: asked then, this confirms a fenced statement too.
 */
export async function heldRow(
  sql: Sql,
  checkpoints: string,
  lease: Lease,
): Promise<Readonly<Record<string, unknown>>> {
  const [row] = await sql.query(`SELECT * FROM ${checkpoints} WHERE ${fence}`, fenceValues(lease))
  if (row === undefined) throw leaseLost(lease)
  return row
}
