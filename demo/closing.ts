import type { Parts } from '../src/sync/index.ts'
import type { TwinProcess } from './twin.ts'

/** The words at the end: what arrived, what failed and why, whether it all adds up, and where to look next. */
export async function closing(
  { warehouse, project }: Parts,
  twin: TwinProcess,
  { data, report }: { readonly data: string; readonly report: string },
): Promise<string[]> {
  const { control } = project
  const [sum] = await warehouse.query(
    `SELECT sum(row_count) AS row_count, sum(delivered) AS delivered, sum(pending) AS pending, count_if(state = 'open') AS open_windows FROM ${control}.account`,
  )
  const failures = await warehouse.query(
    `SELECT sync, status, reason, reason_text, count(*) AS messages FROM ${control}.dead_letters GROUP BY sync, status, reason, reason_text ORDER BY sync, reason`,
  )
  const [keyless] = await warehouse.query(
    `SELECT null_keys, duplicate_keys FROM ${control}.windows WHERE sync = 'customers' ORDER BY window_number DESC LIMIT 1`,
  )
  const [requests] = await warehouse.query(
    `SELECT count(*) AS all_of_them, count_if(http_status = 429) AS slowed, count_if(http_status = 503) AS unavailable, count_if(http_status IS NULL) AS broken_off FROM ${control}.requests`,
  )
  const arrived = await twin.counts()
  return [
    '',
    '── What arrived ─────────────────────────────────────────────────────────────',
    `  Customer.io (the twin's) has ${arrived.people} people and ${arrived.events} events.`,
    `  It took ${requests?.all_of_them} requests in all; ${requests?.slowed} were told to wait (429), ${requests?.unavailable} met a 503, ${requests?.broken_off} broke off`,
    '  after the batch had been taken. They were sent again under the same ids: nobody was lost or doubled.',
    '',
    '── What failed, and why ─────────────────────────────────────────────────────',
    `  customers  invalid   key_null            ${keyless?.null_keys} row without a key`,
    `  customers  invalid   key_duplicate       ${keyless?.duplicate_keys} rows that share one key`,
    ...failures.map(
      (row) =>
        `  ${String(row.sync).padEnd(9)}  ${String(row.status).padEnd(8)}  ${String(row.reason).padEnd(18)}  ${row.messages} × ${row.reason_text}`,
    ),
    '',
    '── The account ──────────────────────────────────────────────────────────────',
    `  ${sum?.row_count} rows over all windows, ${sum?.delivered} delivered, ${sum?.pending} pending, ${sum?.open_windows} windows open.`,
    Number(sum?.pending) === 0 ? '  Every row is accounted for.' : '  SOMETHING IS MISSING.',
    '',
    '── Where to look next ───────────────────────────────────────────────────────',
    `  all of it in a browser      ${report}`,
    `  the Delta tables            ${data}/lake/tables  (Spark, delta-rs and DuckDB read them)`,
    '  one message after another   SELECT * FROM main.customerio.outcomes',
    '  each request                SELECT * FROM main.customerio.requests',
    '  what would be sent          npx customerio-jobs twin        (then paste the lines it prints)',
    '                              npx customerio-jobs preview orders',
    '  how it works                docs/architecture.md',
  ]
}
