import type { Pair } from './checkpoint.ts'
import { controlOf } from './control.ts'
import { windows } from './history-tables.ts'
import type { Sql } from './ports.ts'

/** What the windows of a sync and destination say of a mapping. */
export interface MappingUse {
  /** When the first window was opened that sent something under it; undefined where none did. */
  readonly firstAt?: Date
  /** When the first window was opened that sent something under another one; undefined where none did. */
  readonly othersFrom?: Date
}

/** Asks the windows whether, and since when, a mapping was sent under. A rebase sends nothing. */
export async function mappingUse(
  sql: Sql,
  control: string,
  { sync, destination }: Pair,
  mappingHash: string,
): Promise<MappingUse> {
  const [row] = await sql.query(
    `SELECT min(CASE WHEN \`mapping_hash\` = :mapping THEN \`opened_at\` END) AS \`first_at\`,
  min(CASE WHEN \`mapping_hash\` <> :mapping THEN \`opened_at\` END) AS \`others_from\`
FROM ${controlOf(control).name(windows.name)} WHERE \`sync\` = :sync AND \`destination\` = :destination AND ${hasSent}`,
    { sync, destination, mapping: mappingHash },
  )
  return {
    ...(row?.first_at instanceof Date ? { firstAt: row.first_at } : {}),
    ...(row?.others_from instanceof Date ? { othersFrom: row.others_from } : {}),
  }
}

const hasSent = '`row_count` > `null_keys` + `duplicate_keys` + `unchanged` + `held` + `ignored`'
