import {
  boundsOf,
  destination,
  may,
  messageKey,
  must,
  sync,
  type Table,
  windowId,
} from './table.ts'

/** The last decided outcome of every key: what "unchanged" and deletions rest on. */
export const ledger: Table = {
  name: 'ledger',
  comment: 'One row per key of a sync and destination: its last decided outcome',
  clusterBy: ['sync', 'destination'],
  properties: {
    // Lets a project follow what changed in Customer.io without comparing snapshots.
    'delta.enableChangeDataFeed': 'true',
    ...boundsOf('sync', 'destination', 'status', 'window_id', 'decided_at', 'window_number'),
  },
  columns: [
    sync,
    destination,
    messageKey,
    must(
      'status',
      'STRING',
      'delivered, invalid, rejected or undelivered; adopted: taken over as it is, without sending',
    ),
    may('reason', 'STRING', 'Stable code; NULL when delivered'),
    may('row_hash', 'STRING', 'Hash of the source row last decided on'),
    may('mapping_hash', 'STRING', 'Mapping it was last sent under, see mappings'),
    may(
      'identity',
      'STRING',
      'What a deletion needs to name it, as JSON; else a keyed hash of it, under audit_key: hashed',
    ),
    must('message_id', 'STRING', 'messageId of the last decided message'),
    windowId,
    must('decided_at', 'TIMESTAMP', 'When that outcome was decided'),
    may('window_number', 'BIGINT', 'Number of that window: a lower one never replaces it'),
    may('call', 'STRING', 'Customer.io call of that message: tells a deletion from a state'),
    may('delivered_at', 'TIMESTAMP', 'When a message of the key was last delivered; NULL if never'),
  ],
}

/** Lease and position of every sync and destination, and the leases of slices (see slices.ts). */
export const checkpoints: Table = {
  name: 'checkpoints',
  comment:
    'One row per sync and destination: who may run it, and how far it is; and one per slice, named as customers#3/8',
  clusterBy: ['sync', 'destination'],
  columns: [
    sync,
    destination,
    must('epoch', 'BIGINT', 'Counts up each time the lease is taken'),
    may('owner', 'STRING', 'Process that holds the lease; NULL when nobody does'),
    may('owner_job_run_id', 'STRING', 'Databricks job run of the owner'),
    may('expires_at', 'TIMESTAMP', 'When another run may take the lease'),
    may('position', 'STRING', 'How far the source is accounted for, as JSON'),
    may('window_id', 'STRING', 'Window that moved the position last'),
    must('updated_at', 'TIMESTAMP', 'When the row last changed'),
    may('lease_id', 'STRING', 'Taking that the epoch belongs to; NULL when nobody holds it'),
    may('window_number', 'BIGINT', 'Number of that window: the position never goes back'),
  ],
}

/** Every mapping that something was sent under. */
export const mappings: Table = {
  name: 'mappings',
  comment: 'One row per mapping that something was sent under',
  clusterBy: ['mapping_hash'],
  columns: [
    must('mapping_hash', 'STRING', 'Hash of the mapping'),
    sync,
    must('mapping', 'STRING', 'The mapping, as JSON'),
    must('first_used_at', 'TIMESTAMP', 'When a window first used it'),
    may('row_columns', 'STRING', 'Columns of the row hash, as JSON array'),
    may('fields', 'STRING', 'Every column that leaves, as JSON array; see inventory'),
  ],
}

/** What people did by hand. */
export const acts: Table = {
  name: 'acts',
  comment: 'What was done by hand: who, when and why',
  clusterBy: ['acted_at'],
  columns: [
    must('act_id', 'STRING', 'Act'),
    must('act', 'STRING', 'Command, for example replay or hold'),
    may('sync', 'STRING', 'Sync it was about'),
    may('destination', 'STRING', 'Destination it was about'),
    may('window_id', 'STRING', 'Window it was about'),
    must('actor', 'STRING', 'Identity that did it'),
    may('why', 'STRING', 'Reason given'),
    may('details', 'STRING', 'Settings of the command, as JSON, without keys'),
    must('acted_at', 'TIMESTAMP', 'When'),
  ],
}

/** What is kept back until somebody lets it go. */
export const holds: Table = {
  name: 'holds',
  comment: 'What is kept back until somebody lets it go',
  clusterBy: ['sync', 'destination'],
  columns: [
    must('hold_id', 'STRING', 'Hold'),
    must('sync', 'STRING', 'Sync that is held; * for all'),
    may('destination', 'STRING', 'NULL holds every destination'),
    may('partition_value', 'STRING', 'NULL holds every partition'),
    may('message_key', 'STRING', 'NULL holds every key'),
    must('why', 'STRING', 'Reason given'),
    must('held_by', 'STRING', 'Identity that set it'),
    must('held_at', 'TIMESTAMP', 'When it was set'),
    may('released_by', 'STRING', 'Identity that let it go'),
    may('released_at', 'TIMESTAMP', 'When it was let go; NULL while it holds'),
  ],
}

/** What was done for each erasure request. */
export const receipts: Table = {
  name: 'receipts',
  comment: 'One row per step taken for an erasure request',
  clusterBy: ['request_id'],
  columns: [
    must('receipt_id', 'STRING', 'Receipt'),
    must('request_id', 'STRING', 'Request, as the request table names it'),
    must('kind', 'STRING', 'What was asked for'),
    must('step', 'STRING', 'What was done: tombstone, delete, purge, …'),
    may('destination', 'STRING', 'Where it was done; NULL for the control tables'),
    must('status', 'STRING', 'done or failed'),
    may('reason', 'STRING', 'Stable code; NULL when done'),
    must('done_at', 'TIMESTAMP', 'When'),
    may(
      'requested_by',
      'STRING',
      'Who asked, as the request table says; e-mail addresses blotted out',
    ),
    may('actor', 'STRING', 'Identity that did it'),
  ],
}

/** Tombstones: people that must not be sent again, by keyed hash only. */
export const erased: Table = {
  name: 'erased',
  comment: 'Tombstones: identities that must not be sent again, by keyed hash only',
  clusterBy: ['identity_hash'],
  columns: [
    must('identity_hash', 'STRING', 'Keyed hash of the identity'),
    must('identity_kind', 'STRING', 'id, email or anonymous_id'),
    must('request_id', 'STRING', 'Request that asked for it'),
    must('erased_at', 'TIMESTAMP', 'When the tombstone was written'),
  ],
}

/** Calls that notebooks ask for: inserted by anybody, sent by the built-in sync `outbox`. */
export const outbox: Table = {
  name: 'outbox',
  comment: 'Calls to Customer.io to be made once each, inserted by any notebook or query',
  clusterBy: ['id'],
  properties: {
    // The built-in sync reads what was inserted, not the whole table.
    'delta.enableChangeDataFeed': 'true',
    ...boundsOf('id', 'call', 'destination', 'requested_at'),
  },
  columns: [
    must('id', 'STRING', 'Names the row, once and for ever; uuid() will do'),
    must('call', 'STRING', 'The call, as in a sync file: identify, track, person_delete, …'),
    may('person', 'STRING', 'Id or e-mail address of the person it is about'),
    may('payload', 'STRING', 'The rest of the call, as a JSON object'),
    may('destination', 'STRING', 'Customer.io workspace; NULL where there is only one'),
    may('requested_by', 'STRING', 'Who asks for it'),
    may('requested_at', 'TIMESTAMP', 'When; rows are sent in this order'),
  ],
}

/** Results of the checks of each window, that of one which a check kept closed too. */
export const quality: Table = {
  name: 'quality',
  comment: 'One row per check of a window, each time it was made',
  clusterBy: ['window_id'],
  columns: [
    windowId,
    sync,
    destination,
    must('check_name', 'STRING', 'Check, as the sync file names it'),
    must('passed', 'INT', '1 when it held, else 0'),
    may('failed_rows', 'BIGINT', 'Rows that broke it'),
    may('details', 'STRING', 'Our own words, never a value of a row'),
    must('checked_at', 'TIMESTAMP', 'When'),
  ],
}
