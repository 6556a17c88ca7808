import { invalidMessage } from './invalid-message.ts'
import { limits } from './limits.ts'

/** Somebody Customer.io knows by id or by e-mail address; with `anonymousId`, who is also that visitor. */
export type KnownPerson =
  | { readonly id: string; readonly anonymousId?: string | undefined }
  | { readonly email: string; readonly anonymousId?: string | undefined }

/** Whom a message is about: somebody known, or a visitor without a name. */
export type Person = KnownPerson | { readonly anonymousId: string }

/** Whatever a person may be named by, looked at together. */
interface Named {
  readonly id?: string | undefined
  readonly email?: string | undefined
  readonly anonymousId?: string | undefined
}

/** The fields of a message that say who. An e-mail address is sent as `userId`, as Customer.io documents. */
export function personFields(person: Person): { userId?: string; anonymousId?: string } {
  const { id, email, anonymousId }: Named = person ?? {}
  if (id !== undefined && email !== undefined)
    throw invalidMessage(['person must be named by id or by email, not by both'])
  const userId = id ?? email
  if (userId === undefined && anonymousId === undefined)
    throw invalidMessage(['person must have id, email or anonymousId'])
  return {
    ...(userId !== undefined && { userId: personId(userId, id === undefined ? 'email' : 'id') }),
    ...(anonymousId !== undefined && { anonymousId: personId(anonymousId, 'anonymousId') }),
  }
}

/** The same for what Customer.io does only to people it knows; `why` says so in the error. */
export function knownPersonFields(
  person: KnownPerson,
  why: string,
): { userId: string; anonymousId?: string } {
  const { userId, ...rest } = personFields(person)
  if (userId === undefined) throw invalidMessage([`person must have id or email: ${why}`])
  return { userId, ...rest }
}

/** A text that is not empty and not longer than an id may be. */
export function identifier(value: string, path: string, maxBytes: number): string {
  if (typeof value !== 'string' || value === '')
    throw invalidMessage([`${path} must be text that is not empty`])
  if (Buffer.byteLength(value) > maxBytes)
    throw invalidMessage([`${path} must be at most ${maxBytes} bytes`])
  return value
}

function personId(value: string, name: string): string {
  return identifier(value, `person.${name}`, limits.personIdBytes)
}
