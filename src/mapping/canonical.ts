import type { Json } from '../core/index.ts'
import type { Member, Plan, Value } from './plan.ts'

/**
 * What a plan sends, as JSON text in which names are sorted: equal texts make equal messages, wherever the file's
 * lines moved. Routes, partitions and what is not sent are not part of it, for they do not change a message.
 */
export function canonicalText({
  members,
  beside,
  context,
  partition: _partition,
  leftOut: _leftOut,
  held: _held,
  ...envelope
}: Plan): string {
  return JSON.stringify(
    sorted({
      ...envelope,
      members: objectOf(members),
      ...(beside !== undefined && { beside: objectOf(beside) }),
      ...(context !== undefined && { context: objectOf(context) }),
    } as Json),
  )
}

function objectOf(members: readonly Member[]): Json {
  return Object.fromEntries(members.map(({ name, value }) => [name, jsonOf(value)]))
}

function jsonOf(value: Value): Json {
  if (value.kind === 'object') return { kind: 'object', members: objectOf(value.members) }
  // What is documented of a value changes nothing about what is sent.
  if (value.kind === 'column')
    return (({ rule: _, names, ...rest }) => ({ ...rest, ...(names && { names: true }) }))(value)
  return { ...value }
}

function sorted(json: Json): Json {
  if (Array.isArray(json)) return json.map(sorted)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, sorted(value)]),
  )
}
