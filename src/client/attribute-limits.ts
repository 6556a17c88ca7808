import { limits, type Message } from '../customerio/index.ts'

/**
 * What the workspace behind the API would leave out in silence: attributes over its documented limits (Track API).
 * Paths and limits only, never a value.
 */
export function attributeProblems(message: Message): string[] {
  if (message.type === 'identify') return problemsOf(message.traits, 'traits')
  if (message.type !== 'group') return []
  const { relationshipAttributes, ...traits } = message.traits ?? {}
  return [
    ...problemsOf(traits, 'traits'),
    ...(typeof relationshipAttributes === 'object' && relationshipAttributes !== null
      ? problemsOf(relationshipAttributes, 'traits.relationshipAttributes')
      : []),
  ]
}

function problemsOf(attributes: object = {}, at: string): string[] {
  const entries = Object.entries(attributes)
  const problems = entries.flatMap(([name, value]) => {
    if (Buffer.byteLength(name) > limits.attributeNameBytes)
      return [`${at} has a name longer than ${limits.attributeNameBytes} bytes`]
    if (name === preferences || valueBytes(value) <= limits.attributeValueBytes) return []
    return [`${at}.${name} is larger than ${limits.attributeValueBytes} bytes`]
  })
  if (entries.length > limits.attributes)
    problems.unshift(`${at} has more than ${limits.attributes} attributes`)
  return problems
}

/** Not an attribute like the others: topics and channels by name. */
const preferences = 'cio_subscription_preferences'

function valueBytes(value: unknown): number {
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
}
