import type { Message } from './messages.ts'

/** Whom a message is about: messages of one identity keep their order. */
export function identityOf(message: Message): string {
  const { userId, anonymousId, groupId } = message as Readonly<Record<string, unknown>>
  return String(userId ?? anonymousId ?? groupId ?? '')
}
