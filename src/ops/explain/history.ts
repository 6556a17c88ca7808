import { controlOf, outcomesWhere } from '../../audit/index.ts'
import { deletionCalls, numbered } from '../../source/index.ts'
import type { Parts } from '../../sync/index.ts'
import type { SqlParameters, SqlRow } from '../../warehouse/index.ts'

/** What reading the control tables needs of the parts of a process. */
export type HistoryParts = Pick<Parts, 'project' | 'warehouse'>

/** What the ledger knows of a key. */
export interface LedgerFacts {
  readonly status: string
  readonly call?: string
  readonly reason?: string
  readonly windowId: string
  readonly decidedAt: Date
  readonly deliveredAt?: Date
  readonly mappingHash?: string
  /** Whom its messages were about. */
  readonly identity?: string
}

/** One HTTP exchange of a batch. */
export interface ExchangeFacts {
  /** Absent when no answer came. */
  readonly status?: number
  readonly reason?: string
  readonly startedAt: Date
  readonly durationMs: number
  /** Time spent waiting for a permit before it. */
  readonly waitMs: number
  readonly messages: number
  /** Words of the answer, everything personal removed. */
  readonly answer?: string
}

/** What became of one message. */
export interface OutcomeFacts {
  readonly sync: string
  readonly destination: string
  readonly key: string
  readonly windowId: string
  readonly status: string
  readonly call: string
  readonly event?: string
  readonly reason?: string
  readonly text?: string
  readonly batch?: string
  /** Attempt at the window. */
  readonly attempt: number
  /** How many times it was sent. */
  readonly sends: number
  readonly sentAt: Date
  /** The exchanges of the batch that carried it last, the first one first. */
  readonly exchanges: readonly ExchangeFacts[]
}

/** What the ledger knows of some keys of a sync and destination, by key. */
export async function ledgerOf(
  { project, warehouse }: HistoryParts,
  sync: string,
  destination: string,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, LedgerFacts>> {
  const rows = await warehouse.query(
    `SELECT * FROM ${controlOf(project.control).name('ledger')}
WHERE sync = :sync AND destination = :destination AND message_key IN (${names(keys)})`,
    { sync, destination, ...numbered('key', keys) },
    signal,
  )
  return new Map(rows.map((row) => [String(row.message_key), toLedger(row)]))
}

/** The newest outcomes that meet a condition, newest first, each with the exchanges of its batch. */
export async function outcomesOf(
  { project, warehouse }: HistoryParts,
  condition: string,
  parameters: SqlParameters,
  limit: number,
  signal?: AbortSignal,
): Promise<OutcomeFacts[]> {
  const control = controlOf(project.control)
  const rows = await warehouse.query(
    `SELECT * FROM (${outcomesWhere(control, condition)}) AS o
ORDER BY sent_at DESC, window_id DESC LIMIT ${limit}`,
    parameters,
    signal,
  )
  const exchanges = await exchangesOf({ project, warehouse }, rows, signal)
  return rows.map((row) =>
    toOutcome(
      row,
      exchanges.filter((one) => one.batch_id === row.batch_id),
    ),
  )
}

async function exchangesOf(
  { project, warehouse }: HistoryParts,
  outcomes: readonly SqlRow[],
  signal?: AbortSignal,
): Promise<SqlRow[]> {
  const [windows, batches] = [distinct(outcomes, 'window_id'), distinct(outcomes, 'batch_id')]
  if (batches.length === 0) return []
  const each = (name: string, values: readonly string[]) =>
    values.map((value, i) => [`${name}_${i}`, value] as const)
  const named = (name: string, values: readonly string[]) =>
    each(name, values)
      .map(([one]) => `:${one}`)
      .join(', ')
  return warehouse.query(
    `SELECT * FROM ${controlOf(project.control).name('requests')}
WHERE window_id IN (${named('window', windows)}) AND batch_id IN (${named('batch', batches)})
ORDER BY started_at, send_attempt`,
    Object.fromEntries([...each('window', windows), ...each('batch', batches)]),
    signal,
  )
}

/** Somebody whom a sync took away. */
export interface TakenAway {
  readonly sync: string
  readonly call: string
  readonly at: Date
}

/** The syncs that took somebody away at a destination, the last one first. */
export async function takenAwayAt(
  { project, warehouse }: HistoryParts,
  destination: string,
  identity: string,
  signal?: AbortSignal,
): Promise<TakenAway[]> {
  const calls = deletionCalls.map((call) => `'${call}'`).join(', ')
  const rows = await warehouse.query(
    `SELECT sync, call, max(decided_at) AS at_time FROM ${controlOf(project.control).name('ledger')}
WHERE destination = :destination AND status = 'delivered' AND call IN (${calls}) AND get_json_object(identity, '$.person') = :identity
GROUP BY sync, call ORDER BY at_time DESC`,
    { destination, identity },
    signal,
  )
  return rows.map((row) => ({
    sync: String(row.sync),
    call: String(row.call),
    at: row.at_time as Date,
  }))
}

function names(keys: readonly string[]): string {
  return keys.map((_, i) => `:key_${i}`).join(', ')
}

function distinct(rows: readonly SqlRow[], column: string): string[] {
  const values = rows.map((row) => row[column]).filter((value) => value !== null)
  return [...new Set(values.map(String))]
}

function toLedger(row: SqlRow): LedgerFacts {
  const identity =
    row.identity === null
      ? undefined
      : (JSON.parse(String(row.identity)) as { readonly person?: string }).person
  return {
    status: String(row.status),
    ...text('call', row.call),
    ...text('reason', row.reason),
    windowId: String(row.window_id),
    decidedAt: row.decided_at as Date,
    ...(row.delivered_at instanceof Date ? { deliveredAt: row.delivered_at } : {}),
    ...text('mappingHash', row.mapping_hash),
    ...(identity === undefined ? {} : { identity }),
  }
}

function toOutcome(row: SqlRow, exchanges: readonly SqlRow[]): OutcomeFacts {
  return {
    sync: String(row.sync),
    destination: String(row.destination),
    key: String(row.message_key),
    windowId: String(row.window_id),
    status: String(row.status),
    call: String(row.call),
    ...text('event', row.event),
    ...text('reason', row.reason),
    ...text('text', row.reason_text),
    ...text('batch', row.batch_id),
    attempt: Number(row.attempt),
    sends: Number(row.send_attempt),
    sentAt: row.sent_at as Date,
    exchanges: exchanges.map((one) => ({
      ...(one.http_status === null ? {} : { status: Number(one.http_status) }),
      ...text('reason', one.reason),
      startedAt: one.started_at as Date,
      durationMs: Number(one.duration_ms),
      waitMs: Number(one.wait_ms),
      messages: Number(one.messages),
      ...text('answer', one.answer),
    })),
  }
}

function text<Name extends string>(name: Name, value: unknown): { readonly [of in Name]?: string } {
  return (value === null || value === undefined ? {} : { [name]: String(value) }) as {
    readonly [of in Name]?: string
  }
}
