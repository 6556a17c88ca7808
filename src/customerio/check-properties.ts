import { type EventRule, type Json, misfits } from '../core/index.ts'

/**
 * What of an event's properties is not as documented: one sentence each, with the path and what is expected there,
 * never a value. Empty when all is well. Says nothing of properties that no rule names.
 *
 * @param nulls `pass` takes null for a property that is left out. Default: only where it is documented
 */
export function checkProperties(
  rule: EventRule,
  properties: Json,
  nulls?: Parameters<typeof misfits>[3],
): string[] {
  return misfits({ type: 'object', members: rule.properties }, properties, 'properties', nulls)
}
