import { quoteName } from '../warehouse/index.ts'
import type { Sql, SqlValue } from './ports.ts'
import { ledger } from './state-tables.ts'

/** Rows of a source that are taken over as they are, without sending. */
export interface Adoption {
  readonly sync: string
  readonly destination: string
  /** The window that takes them over. */
  readonly windowId: string
  readonly windowNumber: number
  /** The mapping that the hashes are made under. */
  readonly mappingHash: string
  /** A relation with the columns `message_key`, `row_hash` and `identity` (JSON, or NULL), each key once. */
  readonly relation: string
  /** The parameters of {@link relation}. */
  readonly parameters: Readonly<Record<string, SqlValue>>
  readonly at: Date
}

/** What an adoption says of a key that the ledger does not know. */
const fresh: Readonly<Record<string, string>> = {
  sync: ':sync',
  destination: ':destination',
  message_key: 's.`message_key`',
  status: "'adopted'",
  row_hash: 's.`row_hash`',
  mapping_hash: ':mapping_hash',
  identity: 's.`identity`',
  message_id: "''",
  window_id: ':window_id',
  decided_at: 'CAST(:decided_at AS TIMESTAMP)',
  window_number: 'CAST(:window_number AS BIGINT)',
}

/** What it changes of one that the ledger knows, besides status, reason, call and identity. */
const changed = ['row_hash', 'mapping_hash', 'window_id', 'decided_at', 'window_number']

/** Whether what was delivered is still there, and not taken away by us since. */
const stands =
  "(t.`status` IN ('delivered', 'adopted') AND coalesce(t.`call`, '') NOT IN ('delete', 'clear'))"

/** Takes rows over into the ledger `table`; see `Ledger.adopt`. */
export async function adoptRows(sql: Sql, table: string, adoption: Adoption): Promise<void> {
  const names = ledger.columns.map(({ name }) => name).filter((name) => name in fresh)
  await sql.execute(
    `MERGE INTO ${table} AS t
USING (SELECT r.\`message_key\`, r.\`row_hash\`, r.\`identity\` FROM ${adoption.relation} AS r) AS s
ON t.\`sync\` = :sync AND t.\`destination\` = :destination AND t.\`message_key\` = s.\`message_key\`
WHEN MATCHED AND (t.\`window_number\` IS NULL OR t.\`window_number\` <= :window_number)
  AND NOT (coalesce(t.\`call\`, '') = 'suppress' AND t.\`status\` = 'delivered') THEN UPDATE SET
  ${changed.map((name) => `\`${name}\` = ${fresh[name]}`).join(', ')},
  \`status\` = CASE WHEN ${stands} THEN t.\`status\` ELSE 'adopted' END,
  \`call\` = CASE WHEN ${stands} THEN t.\`call\` END,
  \`reason\` = NULL,
  \`identity\` = coalesce(s.\`identity\`, t.\`identity\`)
WHEN NOT MATCHED THEN INSERT (${names.map(quoteName).join(', ')})
VALUES (${names.map((name) => fresh[name]).join(', ')})`,
    {
      ...adoption.parameters,
      sync: adoption.sync,
      destination: adoption.destination,
      window_id: adoption.windowId,
      window_number: adoption.windowNumber,
      mapping_hash: adoption.mappingHash,
      decided_at: adoption.at,
    },
  )
}
