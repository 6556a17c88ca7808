import type { Sql, SqlValue } from './ports.ts'

/** Keys that the next window is to look at, whatever the change feed says of them. */
export interface Enqueued {
  readonly sync: string
  readonly destination: string
  /** A relation with the column `message_key`, each key once. */
  readonly relation: string
  /** The parameters of {@link relation}. */
  readonly parameters: Readonly<Record<string, SqlValue>>
  readonly at: Date
}

/** Marks keys in the ledger `table`; see `Ledger.enqueue`. */
export async function enqueueKeys(sql: Sql, table: string, keys: Enqueued): Promise<void> {
  const { sync, destination, relation, parameters, at } = keys
  await sql.execute(
    `MERGE INTO ${table} AS t
USING (SELECT r.\`message_key\` FROM ${relation} AS r) AS s
ON t.\`sync\` = :sync AND t.\`destination\` = :destination AND t.\`message_key\` = s.\`message_key\`
WHEN MATCHED THEN UPDATE SET \`status\` = 'undelivered', \`reason\` = 'enqueued', \`decided_at\` = CAST(:enqueued_at AS TIMESTAMP)
WHEN NOT MATCHED THEN INSERT (\`sync\`, \`destination\`, \`message_key\`, \`status\`, \`reason\`, \`message_id\`, \`window_id\`, \`decided_at\`)
VALUES (:sync, :destination, s.\`message_key\`, 'undelivered', 'enqueued', '', '', CAST(:enqueued_at AS TIMESTAMP))`,
    { ...parameters, sync, destination, enqueued_at: at },
  )
}
