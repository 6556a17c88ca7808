import { AuditError } from '../core/index.ts'
import type { Control } from './control.ts'
import { count } from './insert-once.ts'
import type { Sql } from './ports.ts'
import { account } from './views.ts'

/** The rows of a window by their fate; `pending` is what nothing accounts for yet. */
export interface Account {
  readonly rows: number
  readonly delivered: number
  readonly invalid: number
  readonly rejected: number
  readonly undelivered: number
  readonly unchanged: number
  readonly held: number
  readonly ignored: number
  readonly pending: number
}

/** Reads the account of a window as it stands. Throws an AuditError where there is no such window. */
export async function readAccount(sql: Sql, control: Control, windowId: string): Promise<Account> {
  const [row] = await sql.query(
    `SELECT * FROM ${control.name(account.name)} WHERE \`window_id\` = :window_id`,
    { window_id: windowId },
  )
  if (row === undefined) {
    throw new AuditError('WINDOW_MISSING', `there is no window ${windowId} in ${control.schema}`)
  }
  return {
    rows: count(row.row_count),
    delivered: count(row.delivered),
    invalid: count(row.invalid),
    rejected: count(row.rejected),
    undelivered: count(row.undelivered),
    unchanged: count(row.unchanged),
    held: count(row.held),
    ignored: count(row.ignored),
    pending: count(row.pending),
  }
}
