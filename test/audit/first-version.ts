import type { Column } from '../../src/audit/table.ts'

/**
 * The columns of every control table in the first version, `?` for those that may be NULL: what a migration starts from,
 * and what no later version may take away.
 */
const first = {
  windows:
    'window_id:STRING sync:STRING destination:STRING window_number:BIGINT kind:STRING state:STRING pin:STRING mapping_hash:STRING mapping:STRING row_count:BIGINT null_keys:BIGINT duplicate_keys:BIGINT no_route:BIGINT unchanged:BIGINT held:BIGINT ignored:BIGINT run_id:STRING opened_at:TIMESTAMP closed_at:TIMESTAMP?',
  runs: 'run_id:STRING window_id:STRING sync:STRING destination:STRING attempt:INT started_by:STRING? job_id:STRING? job_run_id:STRING? task_run_id:STRING? package_version:STRING git_commit:STRING? node_version:STRING key_fingerprint:STRING? started_at:TIMESTAMP finished_at:TIMESTAMP? exit_code:INT? error_code:STRING? delivered:BIGINT? invalid:BIGINT? rejected:BIGINT? undelivered:BIGINT? requests:BIGINT? bytes:BIGINT? read_ms:BIGINT? send_ms:BIGINT? load_ms:BIGINT? peak_rss_bytes:BIGINT?',
  outcome_log:
    'window_id:STRING sync:STRING destination:STRING partition_value:STRING? message_key:STRING person:STRING? message_id:STRING call:STRING event:STRING? status:STRING reason:STRING? reason_text:STRING? batch_id:STRING? attempt:INT send_attempt:INT bytes:INT? row_hash:STRING? sent_at:TIMESTAMP payload:STRING? run_id:STRING part:STRING',
  requests:
    'window_id:STRING sync:STRING destination:STRING run_id:STRING batch_id:STRING attempt:INT send_attempt:INT partition_value:STRING? http_status:INT? reason:STRING? started_at:TIMESTAMP duration_ms:INT wait_ms:INT bytes:INT messages:INT answer:STRING? part:STRING',
  ledger:
    'sync:STRING destination:STRING message_key:STRING status:STRING reason:STRING? row_hash:STRING? mapping_hash:STRING? identity:STRING? message_id:STRING window_id:STRING decided_at:TIMESTAMP',
  checkpoints:
    'sync:STRING destination:STRING epoch:BIGINT owner:STRING? owner_job_run_id:STRING? expires_at:TIMESTAMP? position:STRING? window_id:STRING? updated_at:TIMESTAMP',
  mappings: 'mapping_hash:STRING sync:STRING mapping:STRING first_used_at:TIMESTAMP',
  acts: 'act_id:STRING act:STRING sync:STRING? destination:STRING? window_id:STRING? actor:STRING why:STRING? details:STRING? acted_at:TIMESTAMP',
  holds:
    'hold_id:STRING sync:STRING destination:STRING? partition_value:STRING? message_key:STRING? why:STRING held_by:STRING held_at:TIMESTAMP released_by:STRING? released_at:TIMESTAMP?',
  receipts:
    'receipt_id:STRING request_id:STRING kind:STRING step:STRING destination:STRING? status:STRING reason:STRING? done_at:TIMESTAMP',
  erased: 'identity_hash:STRING identity_kind:STRING request_id:STRING erased_at:TIMESTAMP',
  quality:
    'window_id:STRING sync:STRING destination:STRING check_name:STRING passed:INT failed_rows:BIGINT? details:STRING? checked_at:TIMESTAMP',
}

/** The tables of the first version. */
export const firstTables: Readonly<Record<string, readonly Omit<Column, 'comment'>[]>> =
  Object.fromEntries(
    Object.entries(first).map(([table, columns]) => [
      table,
      columns.split(' ').map((column) => {
        const [, name = '', type, nullable] = /^(\w+):(\w+)(\??)$/.exec(column) ?? []
        return { name, type: type as Column['type'], required: nullable === '' }
      }),
    ]),
  )
