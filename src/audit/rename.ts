import { quoteName } from '../warehouse/index.ts'
import type { Control } from './control.ts'
import type { Sql } from './ports.ts'
import { positionText, readPosition } from './position.ts'
import { checkpoints, ledger, mappings } from './state-tables.ts'
import type { Table } from './table.ts'

/**
 * Gives a renamed sync what is known under its old name, in one destination or in all; see `Ledger.rename`. The position comes last: where the new name
 * has one, everything is there. Windows are numbered anew, so what is copied counts as older than all of them.
 */
export async function renameState(
  sql: Sql,
  control: Control,
  oldName: string,
  newName: string,
  destination?: string,
): Promise<void> {
  const table = control.name(checkpoints.name)
  const names = { old_name: oldName, new_name: newName }
  const places = { ...names, ...(destination === undefined ? {} : { only: destination }) }
  const moves = `${table} AS o INNER JOIN ${table} AS n ON n.\`destination\` = o.\`destination\`
WHERE o.\`sync\` = :old_name AND n.\`sync\` = :new_name AND n.\`position\` IS NULL${destination === undefined ? '' : ' AND n.`destination` = :only'}`
  const pairs = await sql.query(
    `SELECT o.\`destination\`, o.\`position\`, o.\`window_id\` FROM ${moves}`,
    places,
  )
  if (pairs.length === 0) return
  await copyRows(sql, control, ledger, {
    key: ['destination', 'message_key'],
    values: { window_number: 'CAST(NULL AS BIGINT)' },
    where: `\`destination\` IN (SELECT o.\`destination\` FROM ${moves})`,
    names: places,
  })
  await copyRows(sql, control, mappings, { key: ['mapping_hash'], names })
  for (const { destination, position, window_id } of pairs) {
    if (position === null) continue
    await sql.execute(
      `UPDATE ${table} SET \`position\` = :position, \`window_id\` = CAST(:window_id AS STRING), \`updated_at\` = current_timestamp()
WHERE \`sync\` = :new_name AND \`destination\` = :destination AND \`position\` IS NULL`,
      {
        new_name: newName,
        destination: String(destination),
        position: positionText({ ...readPosition(String(position)), window: 0 }),
        window_id: window_id === null ? null : String(window_id),
      },
    )
  }
}

/** Copies rows of the old name to the new one, unless one with the same `key` is there under it. */
async function copyRows(
  sql: Sql,
  control: Control,
  table: Table,
  copy: {
    readonly key: readonly string[]
    readonly values?: Readonly<Record<string, string>>
    readonly where?: string
    readonly names: Readonly<Record<'old_name' | 'new_name', string>>
  },
): Promise<void> {
  const name = control.name(table.name)
  const values: Readonly<Record<string, string>> = { ...copy.values, sync: ':new_name' }
  const same = copy.key.map((column) => `t.${quoteName(column)} = s.${quoteName(column)}`)
  await sql.execute(
    `MERGE INTO ${name} AS t
USING (SELECT * FROM ${name} WHERE \`sync\` = :old_name${copy.where === undefined ? '' : ` AND ${copy.where}`}) AS s
ON t.\`sync\` = :new_name AND ${same.join(' AND ')}
WHEN NOT MATCHED THEN INSERT (${table.columns.map((column) => quoteName(column.name)).join(', ')})
VALUES (${table.columns.map((column) => values[column.name] ?? `s.${quoteName(column.name)}`).join(', ')})`,
    copy.names,
  )
}
