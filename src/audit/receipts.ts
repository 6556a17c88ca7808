import { type Clock, newId } from '../core/index.ts'
import { quoteName } from '../warehouse/index.ts'
import { controlOf } from './control.ts'
import type { Sql, SqlValue } from './ports.ts'
import { receipts } from './state-tables.ts'

/** A step that was taken for a request to forget somebody. Never holds an identifier. */
export interface NewReceipt {
  /** The request, as its table names it. */
  readonly requestId: string
  /** What was asked for: `delete` or `suppress`. */
  readonly kind: string
  /** `tombstone`, `purge`, `delete`, `suppress`, `verify`. */
  readonly step: string
  /** Where, if not in the control tables. */
  readonly destination?: string
  /** Why it failed, as a stable code; left out when it is done. */
  readonly reason?: string
  readonly requestedBy?: string
  readonly actor: string
}

/** The receipts of one control schema: kept for good, never changed. */
export interface Receipts {
  /** Writes steps down. Repeating a step gives it another row. */
  record(steps: readonly NewReceipt[]): Promise<void>
}

/** Rows of one statement: Databricks takes 256 parameters at most. */
const rowsAtATime = 24

/** The receipts in `control` (catalog and schema). */
export function receiptsIn(sql: Sql, control: string, clock: Clock): Receipts {
  const table = controlOf(control).name(receipts.name)
  const { columns } = receipts
  const names = columns.map(({ name }) => quoteName(name))
  return {
    async record(steps) {
      for (let from = 0; from < steps.length; from += rowsAtATime) {
        const rows = steps.slice(from, from + rowsAtATime).map((step) => rowOf(step, clock.now()))
        const selects = rows.map(
          (_, i) =>
            `SELECT ${columns.map(({ name, type }) => `CAST(:${name}_${i} AS ${type}) AS ${quoteName(name)}`).join(', ')}`,
        )
        await sql.execute(
          `MERGE INTO ${table} AS t USING (${selects.join('\nUNION ALL ')}) AS s
ON t.\`receipt_id\` = s.\`receipt_id\`
WHEN NOT MATCHED THEN INSERT (${names.join(', ')}) VALUES (${names.map((name) => `s.${name}`).join(', ')})`,
          Object.fromEntries(
            rows.flatMap((row, i) =>
              columns.map(({ name }) => [`${name}_${i}`, row[name] ?? null] as const),
            ),
          ),
        )
      }
    },
  }
}

function rowOf(step: NewReceipt, nowMs: number): Readonly<Record<string, SqlValue>> {
  return {
    receipt_id: newId(nowMs),
    request_id: step.requestId,
    kind: step.kind,
    step: step.step,
    destination: step.destination ?? null,
    status: step.reason === undefined ? 'done' : 'failed',
    reason: step.reason ?? null,
    done_at: new Date(nowMs),
    requested_by: step.requestedBy ?? null,
    actor: step.actor,
  }
}
