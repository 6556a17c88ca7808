import type { Clock } from '../core/index.ts'
import { controlOf } from './control.ts'
import { insertOnce } from './insert-once.ts'
import type { Sql } from './ports.ts'
import { mappings } from './state-tables.ts'

/** A mapping that something was sent under. */
export interface KnownMapping {
  readonly hash: string
  /** The mapping itself, as canonical JSON text. */
  readonly text: string
  /** The columns of its row hashes, sorted; undefined where an earlier version wrote it down without them. */
  readonly rowColumns?: readonly string[]
  readonly firstUsedAt: Date
}

/** A column that leaves, as the view `inventory` shows it. */
export interface MappedColumn {
  readonly column: string
  /** Its place in the message, for example `traits.address.city`. */
  readonly field: string
  readonly as?: string
  readonly mask?: string
  /** The tag that marks it as personal in the source's catalog. */
  readonly tag?: string
}

/** The mappings of one control schema: row hashes are compared over the columns of the one a key was sent under. */
export interface Mappings {
  /**
   * Writes a mapping down unless it is there, with the columns that leave as they are tagged now. To be called before
   * the first row of a window is sent under it.
   */
  remember(
    hash: string,
    text: string,
    sync: string,
    rowColumns: readonly string[],
    fields: readonly MappedColumn[],
  ): Promise<void>
  /** Every mapping of a sync, the oldest first. */
  all(sync: string): Promise<readonly KnownMapping[]>
}

/** The mappings in `control` (catalog and schema). */
export function mappingsIn(sql: Sql, control: string, clock: Clock): Mappings {
  const table = controlOf(control).name(mappings.name)
  return {
    async remember(hash, text, sync, rowColumns, fields) {
      const row = {
        mapping_hash: hash,
        sync,
        mapping: text,
        row_columns: JSON.stringify(rowColumns),
        fields: JSON.stringify(fields),
        first_used_at: new Date(clock.now()),
      }
      await insertOnce(sql, table, mappings, ['mapping_hash', 'sync'], row, 'fields')
    },

    async all(sync) {
      const rows = await sql.query(
        `SELECT * FROM ${table} WHERE \`sync\` = :sync ORDER BY \`first_used_at\`, \`mapping_hash\``,
        { sync },
      )
      return rows.map((row) => ({
        hash: String(row.mapping_hash),
        text: String(row.mapping),
        ...(row.row_columns !== null && { rowColumns: JSON.parse(String(row.row_columns)) }),
        firstUsedAt: row.first_used_at as Date,
      }))
    },
  }
}
