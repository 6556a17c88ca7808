import type { Control } from './control.ts'
import { outcomeLog, windows } from './history-tables.ts'
import type { Table } from './table.ts'

/** A view of the control schema. */
export interface View {
  readonly name: string
  readonly comment: string
  /** Name and meaning of each column, in the order of the query. */
  readonly columns: readonly (readonly [name: string, comment: string])[]
  /** Its query: plain SQL that Databricks and the twin both run. */
  query(control: Control): string
}

const outcomeColumns = outcomeLog.columns.map((column) => column.name)
const describe = (table: Table, names: readonly string[]) =>
  table.columns
    .filter((column) => names.includes(column.name))
    .map((column) => [column.name, column.comment] as const)
const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ')

/**
 * One row per (window, message), whatever crashed, froze or woke up late: a late attempt can write a message down
 * again, but never turn `delivered` into anything else.
 */
export const outcomes: View = {
  name: 'outcomes',
  comment: 'One row per window and message: delivered before any other status, then the latest',
  columns: describe(outcomeLog, outcomeColumns),
  query: (control) => `SELECT ${list(outcomeColumns)}
FROM (
  SELECT ${list(outcomeColumns)}, row_number() OVER (
    PARTITION BY \`window_id\`, \`message_id\`
    ORDER BY CASE WHEN \`status\` = 'delivered' THEN 0 ELSE 1 END, \`sent_at\` DESC, \`attempt\` DESC, \`part\` DESC
  ) AS \`place\`
  FROM ${control.name(outcomeLog.name)}
) ranked
WHERE \`place\` = 1`,
}

/**
 * The rows of the view {@link outcomes} that meet a condition on key, person, sync or destination, without ranking the
 * whole table first: what is the same for every record of a message may be asked for before.
 */
export function outcomesWhere(control: Control, condition: string): string {
  const rows = `(SELECT * FROM ${control.name(outcomeLog.name)} WHERE ${condition}) AS some`
  return outcomes.query({ ...control, name: () => rows })
}

/** Keys whose newest outcome is not `delivered`: a later delivery of the same key takes it off the list. */
export const deadLetters: View = {
  name: 'dead_letters',
  comment: 'One row per key whose newest outcome is not delivered',
  columns: describe(outcomeLog, outcomeColumns),
  query: (control) => `SELECT ${list(outcomeColumns)}
FROM (
  SELECT ${list(outcomeColumns)}, row_number() OVER (
    PARTITION BY \`sync\`, \`destination\`, \`message_key\`
    ORDER BY \`sent_at\` DESC, \`window_id\` DESC
  ) AS \`place\`
  FROM ${control.name('outcomes')}
) ranked
WHERE \`place\` = 1 AND \`status\` <> 'delivered'`,
}

const fates = ['delivered', 'invalid', 'rejected', 'undelivered'] as const
const kept = ['unchanged', 'held', 'ignored'] as const
const identity = ['window_id', 'sync', 'destination', 'window_number', 'state'] as const

/** Outcomes of a window: as they were summed up before they went, else as they are. */
const counted = (fate: string) => `coalesce(w.\`outcomes_${fate}\`, o.\`${fate}\`, 0)`

/** The account of every window: `row_count` is the sum of all the others. */
export const account: View = {
  name: 'account',
  comment: 'One row per window: its rows by fate; pending is what nothing accounts for yet',
  columns: [
    ...describe(windows, [...identity, 'row_count']),
    ['delivered', 'Messages accepted in strict mode'],
    ['invalid', 'Rows that could not become a message'],
    ['rejected', 'Messages that were refused'],
    ['undelivered', 'Messages given up'],
    ...describe(windows, kept),
    ['pending', 'row_count less all of these; 0 before a window closes'],
  ],
  query: (control) => `SELECT ${list([...identity, 'row_count', ...fates, ...kept])},
  \`row_count\` - ${[...fates, ...kept].map((name) => `\`${name}\``).join(' - ')} AS \`pending\`
FROM (
  SELECT ${[...identity, 'row_count', ...kept].map((name) => `w.\`${name}\``).join(', ')},
    ${counted('delivered')} AS \`delivered\`,
    ${counted('invalid')} + w.\`null_keys\` + w.\`duplicate_keys\` + w.\`no_route\` AS \`invalid\`,
    ${counted('rejected')} AS \`rejected\`,
    ${counted('undelivered')} AS \`undelivered\`
  FROM ${control.name(windows.name)} w
  LEFT JOIN (
    SELECT \`window_id\`, ${fates
      .map((fate) => `count(CASE WHEN \`status\` = '${fate}' THEN 1 END) AS \`${fate}\``)
      .join(', ')}
    FROM ${control.name('outcomes')}
    GROUP BY \`window_id\`
  ) o ON o.\`window_id\` = w.\`window_id\`
) counted`,
}
