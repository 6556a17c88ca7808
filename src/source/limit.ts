import { SourceError } from '../core/index.ts'
import type { WindowQuery } from './query.ts'

/*
 * A limited window sends some of its rows. Which ones is a matter of one text, the cut, that is found once and stands in
 * the window's scope: whoever works on the window later, and whatever was erased meanwhile, the same rows go and the same
 * rows wait.
 */

/**
 * Where a row stands in a limited window, in SQL; needs the parameter `:window_id`. The window's name is in it, so that
 * each one draws others, and none is always behind.
 */
export function placeOf(identity: string, key: string): string {
  return `sha2(concat(:window_id, coalesce(${identity}, ${key})), 256)`
}

/** Rows with the column `_class`: that of their `_fate`, but `later` for what would go and stands behind the cut. */
export function limited(
  { scope: { limit } }: Pick<WindowQuery, 'scope'>,
  place: string,
  relation: (fate: '_class' | '_fate') => string,
): string {
  if (limit === undefined) return relation('_class')
  if (!/^[0-9a-f]{1,64}$/.test(limit.below)) {
    throw new SourceError('RANGE_INVALID', 'the cut of a limited window is hexadecimal digits')
  }
  return `SELECT f.*, CASE WHEN f._fate IN ('send', 'delete') AND ${place} >= '${limit.below}' THEN 'later' ELSE f._fate END AS _class
FROM (${relation('_fate')}) AS f`
}

/**
 * The shortest text between two places that are next to each other, the second one excluded: it tells less of whose they
 * are than the places themselves.
 */
export function cutBetween(last: string, next: string): string {
  let same = 0
  while (same < last.length && last[same] === next[same]) same++
  return next.slice(0, same + 1)
}
