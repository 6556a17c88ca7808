import type { Control } from './control.ts'
import { windows } from './history-tables.ts'
import { mappings } from './state-tables.ts'
import { destination, sync } from './table.ts'
import type { View } from './views.ts'

const fields = ['column', 'field', 'as', 'mask', 'tag']
const type = `ARRAY<STRUCT<${fields.map((name) => `\`${name}\`: STRING`).join(', ')}>>`

/** What leaves, column by column, by the mapping of the newest window of each sync and destination. */
export const inventory: View = {
  name: 'inventory',
  comment: 'One row per column that leaves and its place in a message, by the newest window',
  columns: [
    [sync.name, sync.comment],
    [destination.name, destination.comment],
    ['column_name', 'Column of the source'],
    ['field', 'Its place in the message, for example traits.address.city'],
    ['written_as', 'unix, iso, json or text, where the sync file says so'],
    ['mask', 'How it is made unreadable before it leaves; NULL when it leaves as it is'],
    ['tag', 'Tag that marked it as personal in Unity Catalog when that window was opened'],
    ['call', 'Call of the sync'],
    ['since', 'When the mapping was first used'],
    ['window_id', 'That window'],
  ],
  query: (
    control: Control,
  ) => `SELECT \`sync\`, \`destination\`, \`mapped\`.\`column\` AS \`column_name\`, \`mapped\`.\`field\` AS \`field\`,
  \`mapped\`.\`as\` AS \`written_as\`, \`mapped\`.\`mask\` AS \`mask\`, \`mapped\`.\`tag\` AS \`tag\`, \`call\`, \`since\`, \`window_id\`
FROM (
  SELECT w.\`sync\`, w.\`destination\`, w.\`window_id\`, get_json_object(m.\`mapping\`, '$.call') AS \`call\`,
    m.\`first_used_at\` AS \`since\`, explode(from_json(m.\`fields\`, '${type}')) AS \`mapped\`
  FROM (
    SELECT \`sync\`, \`destination\`, \`window_id\`, \`mapping_hash\`, row_number() OVER (
      PARTITION BY \`sync\`, \`destination\` ORDER BY \`window_number\` DESC
    ) AS \`place\`
    FROM ${control.name(windows.name)}
  ) AS w
  INNER JOIN ${control.name(mappings.name)} AS m ON m.\`mapping_hash\` = w.\`mapping_hash\` AND m.\`sync\` = w.\`sync\`
  WHERE w.\`place\` = 1
) AS exploded`,
}
