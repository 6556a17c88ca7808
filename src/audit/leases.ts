import { AuditError, type Clock, newId } from '../core/index.ts'
import { type Checkpoint, type Pair, toCheckpoint } from './checkpoint.ts'
import { controlOf } from './control.ts'
import { count } from './insert-once.ts'
import { fence, fenceValues, heldRow, type Lease } from './lease.ts'
import type { Sql } from './ports.ts'
import { type Position, positionText } from './position.ts'
import { checkpoints } from './state-tables.ts'
import { windowIdOf } from './windows.ts'

/** Who wants a lease, and for how long. */
export interface Taker extends Pair {
  /** Names the process, see `processOwner`. */
  readonly owner: string
  /**
   * What a task of a Databricks job shares with its own retries and repairs and with nothing that runs beside it: the
   * job run with the task's name. A later attempt takes over from an earlier one at once.
   */
  readonly jobRunId?: string
  /** Tells for certain that an owner will never write again, see `isDeadLocalOwner`. Default: never. */
  readonly ownerIsDead?: (owner: string) => boolean
  /** How long the lease holds without being renewed, in ms. */
  readonly ttlMs: number
}

/** The lease is not to be had now. */
export interface Held {
  readonly heldBy: string
  /** When it ends unless it is renewed, by the warehouse's time. */
  readonly until: Date | undefined
}

/**
 * The leases and checkpoints of one control schema. Time is the warehouse's alone; every change of a row is one
 * statement that holds only for the epoch it was meant for, so it may be repeated or come late without harm.
 */
export interface Leases {
  /** Writes the rows that are missing, and leaves all others as they are. For `setup` alone. */
  ensure(pairs: readonly Pair[]): Promise<void>
  /** The row as it stands; undefined where `setup` has not written it. */
  find(pair: Pair): Promise<Checkpoint | undefined>
  /**
   * Takes the lease if it is free, has ended, belongs to an earlier attempt of the same job run or to an owner that is
   * dead. Of several takers at the same moment one gets it. Throws CHECKPOINT_MISSING where there is no row.
   */
  take(taker: Taker): Promise<Lease | Held>
  /** Makes the lease hold for its time again, from now. Throws LEASE_LOST. */
  renew(lease: Lease): Promise<Lease>
  /** Gives the lease back. One that is lost already is left to whoever has it. */
  release(lease: Lease): Promise<void>
  /** Throws LEASE_LOST when another run has taken the lease. */
  assertHeld(lease: Lease): Promise<void>
  /** Moves the checkpoint to the end of a closed window. Throws LEASE_LOST, or CHECKPOINT_AHEAD for an older window. */
  moveCheckpoint(lease: Lease, position: Position): Promise<void>
}

/** Defaults that suit a job: five minutes without a renewal, one renewal a minute. In ms. */
export const leaseDefaults = { ttlMs: 300_000, everyMs: 60_000 } as const

/** Databricks takes 256 parameters in a statement, and a row to ensure has two. */
const pairsPerStatement = 100

/** Holds in SQL for a row of `checkpoints` whose lease anybody may take. */
export const free =
  '(`owner` IS NULL OR `expires_at` IS NULL OR `expires_at` < current_timestamp())'
const until = 'timestamp_millis(unix_millis(current_timestamp()) + :ttl_ms)'

/** Leases and checkpoints in `control` (catalog and schema). */
export function leasesIn(sql: Sql, control: string, clock: Clock): Leases {
  const table = controlOf(control).name(checkpoints.name)

  const find = async ({ sync, destination }: Pair): Promise<Checkpoint | undefined> => {
    const [row] = await sql.query(
      `SELECT *, ${free} AS \`is_free\` FROM ${table} WHERE \`sync\` = :sync AND \`destination\` = :destination ORDER BY \`epoch\` DESC LIMIT 1`,
      { sync, destination },
    )
    return row === undefined ? undefined : toCheckpoint(row)
  }

  const renew = async (lease: Lease): Promise<Lease> => {
    const freshUntil = clock.now() + lease.ttlMs
    await sql.execute(
      `UPDATE ${table} SET \`expires_at\` = ${until}, \`updated_at\` = current_timestamp() WHERE ${fence}`,
      { ...fenceValues(lease), ttl_ms: lease.ttlMs },
    )
    await heldRow(sql, table, lease)
    return { ...lease, freshUntil }
  }

  return {
    find,
    renew,

    async ensure(pairs) {
      for (let from = 0; from < pairs.length; from += pairsPerStatement) {
        const some = pairs.slice(from, from + pairsPerStatement)
        await sql.execute(
          `MERGE INTO ${table} AS t
USING (${some.map((_, i) => `SELECT CAST(:sync_${i} AS STRING) AS \`sync\`, CAST(:destination_${i} AS STRING) AS \`destination\``).join(' UNION ')}) AS s
ON t.\`sync\` = s.\`sync\` AND t.\`destination\` = s.\`destination\`
WHEN NOT MATCHED THEN INSERT (\`sync\`, \`destination\`, \`epoch\`, \`updated_at\`)
VALUES (s.\`sync\`, s.\`destination\`, 0, current_timestamp())`,
          Object.fromEntries(
            some.flatMap(({ sync, destination }, i) => [
              [`sync_${i}`, sync],
              [`destination_${i}`, destination],
            ]),
          ),
        )
      }
    },

    async take(taker) {
      const seen = await find(taker)
      if (seen === undefined) throw missing(taker)
      const isOurs = isEntitled(taker, seen)
      if (!seen.isFree && !isOurs) return heldBy(seen)
      const { sync, destination, owner, ttlMs } = taker
      const now = clock.now()
      const lease: Lease = {
        sync,
        destination,
        epoch: seen.epoch + 1,
        leaseId: newId(now),
        owner,
        ttlMs,
        freshUntil: now + ttlMs,
      }
      // Only from the epoch that was seen: repeated after a lost reply, or late, the statement does nothing.
      await sql.execute(
        `UPDATE ${table} SET \`epoch\` = \`epoch\` + 1, \`owner\` = :owner, \`owner_job_run_id\` = CAST(:job_run_id AS STRING), \`lease_id\` = :lease_id, \`expires_at\` = ${until}, \`updated_at\` = current_timestamp()
WHERE \`sync\` = :sync AND \`destination\` = :destination AND \`epoch\` = :seen${isOurs ? '' : ` AND ${free}`}`,
        {
          sync,
          destination,
          owner,
          job_run_id: taker.jobRunId ?? null,
          lease_id: lease.leaseId,
          ttl_ms: ttlMs,
          seen: seen.epoch,
        },
      )
      const won = await find(taker)
      if (won === undefined) throw missing(taker)
      if (won.epoch !== lease.epoch || won.leaseId !== lease.leaseId) return heldBy(won)
      // The warehouse may have been slow: a lease that could have ended already is renewed before it is used.
      return clock.now() < lease.freshUntil ? lease : renew(lease)
    },

    async release(lease) {
      await sql.execute(
        `UPDATE ${table} SET \`owner\` = NULL, \`owner_job_run_id\` = NULL, \`lease_id\` = NULL, \`expires_at\` = NULL, \`updated_at\` = current_timestamp() WHERE ${fence}`,
        fenceValues(lease),
      )
    },

    async assertHeld(lease) {
      await heldRow(sql, table, lease)
    },

    async moveCheckpoint(lease, position) {
      const windowId = windowIdOf(lease.sync, lease.destination, position.window)
      await sql.execute(
        `UPDATE ${table} SET \`position\` = :position, \`window_id\` = :window_id, \`window_number\` = CAST(:window_number AS BIGINT), \`updated_at\` = current_timestamp()
WHERE ${fence} AND (\`window_number\` IS NULL OR \`window_number\` <= :window_number)`,
        {
          ...fenceValues(lease),
          position: positionText(position),
          window_id: windowId,
          window_number: position.window,
        },
      )
      if (count((await heldRow(sql, table, lease)).window_number) !== position.window) {
        throw new AuditError(
          'CHECKPOINT_AHEAD',
          `the checkpoint of ${lease.sync} to ${lease.destination} is past window ${windowId} already and never goes back`,
          { context: { window: windowId } },
        )
      }
    },
  }
}

/** True when the owner will never write again, so that there is nothing to wait for. */
function isEntitled({ owner, jobRunId, ownerIsDead }: Taker, seen: Checkpoint): boolean {
  if (seen.owner === undefined || seen.owner === owner) return false
  if (jobRunId !== undefined && seen.ownerJobRunId === jobRunId) return true
  return ownerIsDead?.(seen.owner) ?? false
}

function heldBy({ owner, expiresAt }: Checkpoint): Held {
  // Free again already: somebody was faster, twice.
  return { heldBy: owner ?? 'another run', until: expiresAt }
}

function missing({ sync, destination }: Pair): AuditError {
  return new AuditError(
    'CHECKPOINT_MISSING',
    `${sync} to ${destination} has no row in the table checkpoints; run "customerio-jobs setup"`,
    { context: { sync, destination } },
  )
}
