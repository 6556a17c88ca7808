import { checkMessage, limits, type Message } from '../customerio/index.ts'

/** Why a message cannot be sent. */
export interface Refusal {
  readonly reason: 'message_invalid' | 'message_too_large'
  /** Paths and what is expected there, never a value. */
  readonly text: string
}

/** A message as it travels, or why it cannot: everything that can be known before the wire. */
export function encode(message: Message): { readonly json: string } | Refusal {
  const problems = checkMessage(message)
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

const mostShown = 5
