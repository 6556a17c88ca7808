import { limits } from './limits.ts'
import type { Message } from './messages.ts'

/**
 * What the workspace behind the API would leave out in silence: attributes over its documented limits (Track API).
 * Paths and limits only, never a value.
 */
export function attributeProblems(message: Message): string[] {
  if (message.type === 'identify') return problemsOf(message.traits, 'traits', ofPerson)
  if (message.type !== 'group') return []
  const { relationshipAttributes: related, ...traits } = message.traits ?? {}
  return [
    ...problemsOf(traits, 'traits', ofObject),
    ...(typeof related === 'object' && related !== null
      ? problemsOf(related, 'traits.relationshipAttributes', ofObject)
      : []),
  ]
}

interface AttributeLimits {
  readonly count: number
  readonly nameBytes: number
  readonly valueBytes: number
}

const ofPerson: AttributeLimits = {
  count: limits.attributes,
  nameBytes: limits.attributeNameBytes,
  valueBytes: limits.attributeValueBytes,
}

const ofObject: AttributeLimits = {
  count: limits.objectAttributes,
  nameBytes: limits.objectAttributeNameBytes,
  valueBytes: limits.objectAttributeValueBytes,
}

function problemsOf(attributes: object = {}, at: string, most: AttributeLimits): string[] {
  const entries = Object.entries(attributes)
  const problems = entries.flatMap(([name, value]) => {
    if (Buffer.byteLength(name) > most.nameBytes)
      return [`${at} has a name longer than ${most.nameBytes} bytes`]
    if (name === preferences || bytesOf(value) <= most.valueBytes) return []
    return [`${at}.${name} is larger than ${most.valueBytes} bytes`]
  })
  if (entries.length > most.count) problems.unshift(`${at} has more than ${most.count} attributes`)
  return problems
}

/** Not an attribute like the others: topics and channels by name. */
const preferences = 'cio_subscription_preferences'

function bytesOf(value: unknown): number {
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
}
