import { count } from './insert-once.ts'
import { type Position, readPosition } from './position.ts'

/** A sync and destination: what a lease and a checkpoint are for. */
export interface Pair {
  readonly sync: string
  readonly destination: string
}

/** The row of a sync and destination as it stands. */
export interface Checkpoint extends Pair {
  readonly epoch: number
  /** Who holds the lease, or held it last; undefined when it was given back. */
  readonly owner?: string
  readonly ownerJobRunId?: string
  readonly leaseId?: string
  readonly expiresAt?: Date
  /** True when anybody may take the lease, by the warehouse's time. */
  readonly isFree: boolean
  readonly position?: Position
}

/** Reads a row of `checkpoints` with the column `is_free` beside it. */
export function toCheckpoint(row: Readonly<Record<string, unknown>>): Checkpoint {
  const text = (value: unknown) => (value === null ? undefined : String(value))
  const given = {
    owner: text(row.owner),
    ownerJobRunId: text(row.owner_job_run_id),
    leaseId: text(row.lease_id),
    expiresAt: row.expires_at === null ? undefined : (row.expires_at as Date),
    position: row.position === null ? undefined : readPosition(String(row.position)),
  }
  return {
    sync: String(row.sync),
    destination: String(row.destination),
    epoch: count(row.epoch),
    isFree: row.is_free === true,
    ...(present(given) as Partial<Checkpoint>),
  }
}

function present(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
