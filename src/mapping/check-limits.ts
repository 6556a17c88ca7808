import type { LimitPolicy, Path, SyncSpec } from '../core/index.ts'
import type { Finding } from './check.ts'
import { attributeBytes } from './guards.ts'
import { maxAttributeBytes, maxAttributeNameBytes, maxAttributes, maxEventBytes } from './limits.ts'
import { attributesOf, type Plan } from './plan.ts'

interface Found {
  readonly path: Path
  readonly finding: Finding
}

/** Names that a workspace keeps for itself; sent as attributes they are dropped or do something else. */
const reserved: Readonly<Record<'identify' | 'object' | 'relationship', readonly string[]>> = {
  identify: ['cio_id', 'anonymous_id'],
  object: [
    'object_id',
    'cio_object_id',
    'objectId',
    'objectTypeId',
    'object_type_id',
    'relationship',
    '_relationship',
    'relationshipAttributes',
  ],
  relationship: ['object_id', 'cio_object_id', 'objectId', 'relationship', '_relationship'],
}

/** Properties of events that change whom a campaign writes to, and as whom (Track API, events). */
const overriding = ['recipient', 'from_address', 'reply_to']

/** What of a plan goes beyond what Customer.io stores, or means something else there; by the policy of the sync file. */
export function limitFindings(
  { send }: SyncSpec,
  plan: Plan,
): { readonly errors: readonly Found[]; readonly warnings: readonly Found[] } {
  const errors: Found[] = []
  const warnings: Found[] = []
  const by = (policy: LimitPolicy, found: Found) =>
    (policy === 'error' ? errors : warnings).push(found)
  const { limits } = send

  const names =
    send.event === undefined ? [] : 'name' in send.event ? [send.event.name] : send.event.allow
  if (names.some((name) => Buffer.byteLength(name) > maxEventBytes)) {
    const isList = send.event !== undefined && 'allow' in send.event
    by(isList ? 'error' : limits.eventNames, {
      path: ['send', 'event'],
      finding: {
        code: 'event_too_long',
        message: `an event's name has at most ${maxEventBytes} bytes`,
      },
    })
  }
  const attributes = attributesOf(plan)
  const sent = [...Object.keys(send.fields), ...attributes.map(({ name }) => name)]
  const longNames = new Set(sent.filter((name) => Buffer.byteLength(name) > maxAttributeNameBytes))
  if (attributes.length > 0 && longNames.size > 0) {
    by(limits.attributeNames, {
      path: ['send'],
      finding: {
        code: 'attribute_name_too_long',
        message: `${longNames.size === 1 ? 'an attribute has a name' : `${longNames.size} attributes have names`} of more than ${maxAttributeNameBytes} bytes`,
        suggestion: 'name it differently in a query or under traits',
      },
    })
  }
  const count = attributes.length + (plan.leftOut ?? 0)
  if (count > maxAttributes) {
    by(limits.attributeCount, {
      path: ['send'],
      finding: {
        code: 'attributes_too_many',
        message: `a message has at most ${maxAttributes} attributes, this one would have ${count}`,
        suggestion: 'list the traits that matter, or name others in except',
      },
    })
  }
  for (const { value, field, path } of attributes) {
    if (value.kind !== 'constant' || attributeBytes(value.value) <= maxAttributeBytes) continue
    by(limits.attributeValues, {
      path,
      finding: {
        code: 'attribute_too_long',
        message: `${field} has more than the ${maxAttributeBytes} bytes of an attribute`,
      },
    })
  }
  for (const { name, field, path } of attributes) {
    if (reservedFor(send.call).includes(name)) {
      errors.push({
        path,
        finding: {
          code: 'attribute_reserved',
          message: `${field} is a name that Customer.io keeps for itself`,
          suggestion: 'send it under another name, or name the column in except',
        },
      })
    }
  }
  if (plan.body === 'properties') errors.push(...overrides(plan, send.allow))
  return { errors, warnings }
}

function overrides({ members }: Plan, allowed: readonly string[]): Found[] {
  return members
    .filter(({ name }) => overriding.includes(name) && !allowed.includes(name))
    .map(({ name, field, path }) => ({
      path,
      finding: {
        code: 'property_overrides',
        message: `${field} would override what campaigns say: Customer.io takes it for their ${name.replace('_', ' ')}`,
        suggestion: `send it under another name, or allow_overrides: [${name}] if it is meant`,
      },
    }))
}

function reservedFor(call: string): readonly string[] {
  return (reserved as Readonly<Record<string, readonly string[]>>)[call] ?? []
}
