import { candidateKeys } from './candidates.ts'
import { classes, isEvent } from './classes.ts'
import { keyColumn } from './keys.ts'
import type { WindowQuery } from './query.ts'

/*
 * What is asked before something is done by hand: statements on the same classes of rows that the window would have.
 */

/**
 * The dead letters among the keys that a window looks at, by status and reason: how many there are, how many would go
 * out again, and how many have no row any more. The rest would stay where it is.
 */
export function deadLetterStatement(query: WindowQuery): string {
  const key = `\`${keyColumn}\``
  const gone = isEvent(query) ? '' : `\n  UNION ALL SELECT ${key}, _class FROM gone`
  return `${classes(query)},
fates AS (SELECT ${key}, max(_class) AS _class FROM (
  SELECT ${key}, _class FROM here${gone}
) AS f WHERE ${key} IS NOT NULL GROUP BY ${key})
SELECT d.status, d.reason, count(*) AS dead,
  count_if(f._class IN ('send', 'delete')) AS going,
  count_if(f._class IS NULL OR f._class IN ('ignored', 'moved')) AS without_row
FROM ${query.deadLetters} AS d
LEFT SEMI JOIN (${candidateKeys(query)}) AS c ON c.${key} = d.message_key
LEFT JOIN fates AS f ON f.${key} = d.message_key
WHERE d.sync = :sync AND d.destination = :destination
GROUP BY d.status, d.reason ORDER BY dead DESC, d.status, d.reason`
}
