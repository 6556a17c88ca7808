/** Calls that say something happened: once per key, for ever. */
export const eventCalls = ['track', 'page', 'screen'] as const

/** Calls that take something away for good, or merge it: a sync file says that this is meant. */
export const irreversibleCalls = [
  'alias',
  'person_delete',
  'person_suppress',
  'person_unsuppress',
  'object_delete',
  'relationship_delete',
  'device_delete',
] as const

/** Calls that say how something is now: they go when the row changed. */
export const stateCalls = [
  'identify',
  'object',
  'relationship',
  'device',
  ...irreversibleCalls,
] as const

/** What a sync file's `send` may be. */
export const calls = [...eventCalls, ...stateCalls] as const

/** One of the calls of a sync file. On the wire several of them share a type: a device is a `track`, an object a `group`. */
export type Call = (typeof calls)[number]

/** True for track, page and screen. */
export function isEventCall(call: Call): call is (typeof eventCalls)[number] {
  return eventCalls.some((one) => one === call)
}

/** True for calls that can't be taken back. */
export function isIrreversible(call: Call): call is (typeof irreversibleCalls)[number] {
  return irreversibleCalls.some((one) => one === call)
}

/** What a call's own fields are named in a sync file; calls without one have no fields. */
export function fieldsName(call: Call): 'traits' | 'properties' | 'attributes' | undefined {
  if (call === 'identify' || call === 'object') return 'traits'
  if (isEventCall(call)) return 'properties'
  return call === 'relationship' || call === 'device' ? 'attributes' : undefined
}
