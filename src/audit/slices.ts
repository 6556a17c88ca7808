import { type Clock, ConfigError } from '../core/index.ts'
import type { Pair } from './checkpoint.ts'
import { controlOf } from './control.ts'
import { free, leasesIn } from './leases.ts'
import type { Sql } from './ports.ts'
import { checkpoints } from './state-tables.ts'

/** One of the parts that a window is cut into, so that several processes can work on it at once. */
export interface Slice {
  /** Counts from 1. */
  readonly number: number
  /** How many there are. */
  readonly of: number
}

/** How a slice is written: `3/8`. */
export function sliceName({ number, of }: Slice): string {
  return `${number}/${of}`
}

/** Reads what {@link sliceName} wrote. Throws ConfigError SLICES_INVALID for anything else. */
export function readSlice(text: string): Slice {
  const [, number, of] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(text)?.map(Number) ?? []
  if (number !== undefined && of !== undefined && number <= of) return { number, of }
  throw new ConfigError(
    'SLICES_INVALID',
    `a slice is named as 3/8, the third of eight, not "${text}"`,
  )
}

/** The row of `checkpoints` that holds the lease of a slice: `customers#3/8`. No sync has such a name. */
export function slicePair({ sync, destination }: Pair, slice: Slice): Pair {
  return { sync: `${sync}#${sliceName(slice)}`, destination }
}

/** A slice that somebody has the lease of. */
export interface SliceAtWork {
  /** As `3/8`. */
  readonly slice: string
  readonly owner: string
  readonly until: Date | undefined
}

/** The slices of one control schema. */
export interface SliceLeases {
  /**
   * Gives a sync and destination the rows for so many slices, and removes those of any other number: a slice of an
   * earlier cut cannot start any more. For the holder of its lease, while no slice is at work. Can be repeated.
   */
  cut(pair: Pair, of: number): Promise<void>
  /** Into how many slices a sync and destination is cut; 0 where it never was. */
  cutInto(pair: Pair): Promise<number>
  /** The slices whose leases are held now, by the warehouse's time. */
  atWork(pair: Pair): Promise<readonly SliceAtWork[]>
}

/** The leases of slices in `control` (catalog and schema). */
export function sliceLeasesIn(sql: Sql, control: string, clock: Clock): SliceLeases {
  const table = controlOf(control).name(checkpoints.name)
  const mine = '`destination` = :destination AND substring(`sync`, 1, length(:prefix)) = :prefix'
  const values = ({ sync, destination }: Pair) => ({ destination, prefix: `${sync}#` })
  return {
    async cut(pair, of) {
      await sql.execute(`DELETE FROM ${table} WHERE ${mine} AND \`sync\` NOT LIKE :kept`, {
        ...values(pair),
        kept: `%/${of}`,
      })
      const slices = Array.from({ length: of }, (_, i) => slicePair(pair, { number: i + 1, of }))
      await leasesIn(sql, control, clock).ensure(slices)
    },

    async cutInto(pair) {
      const rows = await sql.query(`SELECT \`sync\` FROM ${table} WHERE ${mine}`, values(pair))
      return rows.length
    },

    async atWork(pair) {
      const { prefix } = values(pair)
      const rows = await sql.query(
        `SELECT \`sync\`, \`owner\`, \`expires_at\` FROM ${table} WHERE ${mine} AND NOT ${free} ORDER BY \`sync\``,
        values(pair),
      )
      return rows.map((row) => ({
        slice: String(row.sync).slice(prefix.length),
        owner: String(row.owner),
        until: row.expires_at === null ? undefined : (row.expires_at as Date),
      }))
    },
  }
}
