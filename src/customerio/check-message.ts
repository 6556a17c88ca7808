import { type Json, misfits } from '../core/index.ts'
import { attributeProblems } from './attribute-limits.ts'
import { contextRule, orderRules, personTraits } from './documented.ts'
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
  return [...documentedProblems(message), ...attributeProblems(message)]
}

/** Parts of another type than documented: Customer.io would take the message with 200 and drop it. */
function documentedProblems(message: Message): string[] {
  const { context } = message
  const problems = context === undefined ? [] : misfits(contextRule, context as Json, 'context')
  if (message.type === 'identify' && message.traits !== undefined) {
    const rule = { type: 'object', members: personTraits } as const
    problems.push(...misfits(rule, message.traits as Json, 'traits'))
  }
  if (message.type === 'group') problems.push(...objectTypeProblems(message.traits))
  const order = message.type === 'track' ? orderRules.get(message.event.trim()) : undefined
  if (order === undefined) return problems
  return [...problems, ...misfits(order, message as unknown as Json, 'message')]
}

/** A number, or its text: what stands for the type in the traits of an object. */
function objectTypeProblems(traits: object = {}): string[] {
  const given = traits as Readonly<Record<string, unknown>>
  return ['objectTypeId', 'object_type_id']
    .filter((name) => given[name] !== undefined && !/^[1-9]\d*$/.test(String(given[name])))
    .map((name) => `traits.${name} must be a whole number from 1, or its text`)
}

function isWithoutItsDevice({ event, context }: Extract<Message, { type: 'track' }>): boolean {
  if (eventRules.get(event.trim())?.needsDevice !== true) return false
  const { token, type }: { token?: unknown; type?: unknown } = Object(context?.device)
  return typeof token !== 'string' || token === '' || typeof type !== 'string'
}

function at(path: readonly PropertyKey[]): string {
  return path.length === 0 ? '' : `${path.map(String).join('.')}: `
}
