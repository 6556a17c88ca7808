import { classes, isEvent } from './classes.ts'
import { keyColumn } from './keys.ts'
import type { WindowQuery } from './query.ts'

/**
 * What can be wrong between a source, the ledger and the outcomes:
 * - `missing`: a row whose key was never decided on;
 * - `unlearned`: one that was delivered, and the ledger does not know it;
 * - `differs`: one that was delivered otherwise;
 * - `refused`: one that was refused or given up, and would go now;
 * - `surplus`: a key that is in Customer.io by our hand, has no row any more, and should have been taken away;
 * - `unproven`: a key that the ledger calls decided, without an outcome that says so.
 */
export const problems = [
  'missing',
  'unlearned',
  'differs',
  'refused',
  'surplus',
  'unproven',
] as const

/** One of {@link problems}. */
export type Discrepancy = (typeof problems)[number]

const key = `\`${keyColumn}\``

/** Keys with something wrong, as a relation with the columns `message_key` and `problem`. */
export function discrepancies(query: WindowQuery, windows: string): string {
  const mine = 'sync = :sync AND destination = :destination'
  const surplus = isEvent(query)
    ? ''
    : `\nUNION ALL SELECT g.${key}, 'surplus' FROM gone AS g WHERE g._class = 'delete'`
  return `(${classes(query)}
SELECT r.${key} AS message_key, CASE
  WHEN l.message_key IS NULL AND o.message_key IS NULL THEN 'missing'
  WHEN l.message_key IS NULL THEN 'unlearned'
  WHEN l.status IN ('delivered', 'adopted') THEN 'differs'
  ELSE 'refused' END AS problem
FROM here AS r
LEFT JOIN known AS l ON l.message_key = r.${key}
LEFT JOIN (SELECT DISTINCT message_key FROM ${query.outcomes} WHERE ${mine} AND status = 'delivered') AS o ON o.message_key = r.${key}
WHERE r._class = 'send'${surplus}
UNION ALL SELECT l.message_key, 'unproven' FROM known AS l
LEFT SEMI JOIN (SELECT window_id FROM ${windows} WHERE outcomes_summed_at IS NULL) AS w ON w.window_id = l.window_id
LEFT ANTI JOIN (SELECT window_id, message_key FROM ${query.outcomes}) AS p ON p.window_id = l.window_id AND p.message_key = l.message_key
WHERE l.status <> 'adopted' AND coalesce(l.reason, '') <> 'enqueued')`
}

/** How many keys have each problem. */
export function discrepancyCounts(query: WindowQuery, windows: string): string {
  return `SELECT d.problem, count(*) AS row_count FROM ${discrepancies(query, windows)} AS d GROUP BY d.problem`
}

/** A few of them, the same ones each time as long as the rows are the same. */
export function discrepancySample(query: WindowQuery, windows: string, limit: number): string {
  return `SELECT d.problem, d.message_key FROM ${discrepancies(query, windows)} AS d ORDER BY sha2(d.message_key, 256), d.problem LIMIT ${limit}`
}

/** The windows that delivered what the ledger does not know. */
export function unlearnedWindows(query: WindowQuery, windows: string): string {
  return `SELECT DISTINCT o.window_id FROM ${query.outcomes} AS o
LEFT SEMI JOIN ${discrepancies(query, windows)} AS d ON d.message_key = o.message_key AND d.problem = 'unlearned'
WHERE o.sync = :sync AND o.destination = :destination`
}
