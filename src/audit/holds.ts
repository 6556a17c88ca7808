import { type Clock, newId } from '../core/index.ts'
import { actsIn } from './acts.ts'
import { controlOf } from './control.ts'
import { insertOnce } from './insert-once.ts'
import type { Sql } from './ports.ts'
import { holds } from './state-tables.ts'

/** A hold that is in force. */
export interface Hold {
  /** Undefined when it holds every sync. */
  readonly sync?: string
  readonly why: string
  readonly heldBy: string
  readonly heldAt: Date
}

/** The holds of one control schema: a sync that is held sends nothing until somebody lets it go. */
export interface Holds {
  /** Holds a sync, or with null every sync, and writes the act down. Holding twice is one more reason. */
  hold(sync: string | null, who: string, why: string): Promise<void>
  /**
   * Lets go what {@link hold} held under the same name, all reasons at once, and writes the act down. A sync stays held
   * while every sync is.
   */
  release(sync: string | null, who: string, why?: string): Promise<void>
  /** The oldest hold that a sync is under; undefined when it may run. To be asked at start and at each part. */
  isHeld(sync: string): Promise<Hold | undefined>
  /** Every hold of a whole sync, or of every sync, that is in force; the oldest first. */
  inForce(): Promise<readonly Hold[]>
}

/** Stands in the column `sync` for every sync; no sync file can be named so. */
const every = '*'

/** The holds in `control` (catalog and schema). */
export function holdsIn(sql: Sql, control: string, clock: Clock): Holds {
  const table = controlOf(control).name(holds.name)
  const acts = actsIn(sql, control, clock)
  const about = (sync: string | null) => (sync === null ? {} : { sync })
  return {
    async hold(sync, who, why) {
      await acts.record({ act: 'hold', who, why, ...about(sync) })
      const now = clock.now()
      await insertOnce(sql, table, holds, ['hold_id'], {
        hold_id: newId(now),
        sync: sync ?? every,
        why,
        held_by: who,
        held_at: new Date(now),
      })
    },

    async release(sync, who, why) {
      await acts.record({
        act: 'release',
        who,
        ...about(sync),
        ...(why === undefined ? {} : { why }),
      })
      await sql.execute(
        `UPDATE ${table} SET \`released_by\` = :who, \`released_at\` = CAST(:at_time AS TIMESTAMP)
WHERE \`sync\` = :sync AND \`released_at\` IS NULL AND ${whole}`,
        { who, at_time: new Date(clock.now()), sync: sync ?? every },
      )
    },

    async isHeld(sync) {
      const [row] = await sql.query(
        `SELECT * FROM ${table} WHERE \`sync\` IN (:sync, :every) AND \`released_at\` IS NULL AND ${whole} ORDER BY \`held_at\`, \`hold_id\` LIMIT 1`,
        { sync, every },
      )
      return row === undefined ? undefined : toHold(row)
    },

    async inForce() {
      const rows = await sql.query(
        `SELECT * FROM ${table} WHERE \`released_at\` IS NULL AND ${whole} ORDER BY \`held_at\`, \`hold_id\``,
      )
      return rows.map(toHold)
    },
  }
}

function toHold(row: Readonly<Record<string, unknown>>): Hold {
  return {
    ...(row.sync === every ? {} : { sync: String(row.sync) }),
    why: String(row.why),
    heldBy: String(row.held_by),
    heldAt: row.held_at as Date,
  }
}

/** Finer holds, of a destination, a partition or a key, keep back rows, not the sync. */
const whole = '`destination` IS NULL AND `partition_value` IS NULL AND `message_key` IS NULL'
