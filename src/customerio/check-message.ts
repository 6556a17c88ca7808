import { attributeProblems } from './attribute-limits.ts'
import { eventRules } from './event-rules.ts'
import { Message } from './messages.ts'

/**
 * What keeps a message from being sent, as far as that can be known before the wire: its shape, and the limits of what the
 * workspace behind the API stores. Paths and what is expected there, never a value; empty when nothing does.
 */
export function checkMessage(message: Message): string[] {
  const { error } = Message.safeParse(message)
  if (error !== undefined)
    return error.issues.map(({ path, message: what }) => `${at(path)}${what}`)
  if (message.type === 'identify' && message.userId === undefined)
    return ['userId is required: Customer.io ignores an identify of somebody anonymous']
  if (message.type === 'track' && isWithoutItsDevice(message))
    return ['context.device.token and context.device.type are required: the event is a device’s']
  return attributeProblems(message)
}

function isWithoutItsDevice({ event, context }: Extract<Message, { type: 'track' }>): boolean {
  if (eventRules.get(event.trim())?.needsDevice !== true) return false
  const { token, type }: { token?: unknown; type?: unknown } = Object(context?.device)
  return typeof token !== 'string' || token === '' || typeof type !== 'string'
}

function at(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${path.map(String).join('.')}: `
}
