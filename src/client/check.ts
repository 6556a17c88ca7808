import { eventRules, limits, Message } from '../customerio/index.ts'
import { attributeProblems } from './attribute-limits.ts'

/** Why a message cannot be sent. */
export interface Refusal {
  readonly reason: 'message_invalid' | 'message_too_large'
  /** Paths and what is expected there, never a value. */
  readonly text: string
}

/** A message as it travels, or why it cannot: everything that can be known before the wire. */
export function encode(message: Message): { readonly json: string } | Refusal {
  const problems = problemsOf(message)
  if (problems.length > 0) {
    const shown = problems.slice(0, mostShown).join('; ')
    const more = problems.length > mostShown ? `; and ${problems.length - mostShown} more` : ''
    return { reason: 'message_invalid', text: `The message cannot be sent: ${shown}${more}` }
  }
  const json = JSON.stringify(message)
  const bytes = Buffer.byteLength(json)
  if (bytes <= limits.messageBytes) return { json }
  return {
    reason: 'message_too_large',
    text: `The message has ${bytes} bytes; Customer.io takes ${limits.messageBytes}`,
  }
}

/** Whom a message is about: messages of one identity keep their order. */
export function identityOf(message: Message): string {
  const { userId, anonymousId, groupId } = message as Readonly<Record<string, unknown>>
  return String(userId ?? anonymousId ?? groupId ?? '')
}

const mostShown = 5

function problemsOf(message: Message): string[] {
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
