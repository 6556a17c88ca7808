import type { MessageType } from '../../core/index.ts'
import { messageTypeOf, messageTypes } from './calls.ts'
import { semanticChecks } from './check-semantic.ts'
import { isOver, maxEventNameBytes, maxIdBytes } from './limits.ts'
import {
  type Check,
  fields,
  flag,
  listOf,
  mapOf,
  object,
  oneOf,
  orNull,
  type Report,
  text,
  time,
} from './shape.ts'
import { isObject, type JsonObject } from './words.ts'

/** Checks a `context`: the documented fields have their documented types, other fields are free. */
export const checkContext: Check = fields({
  active: flag,
  ip: text,
  locale: text,
  userAgent: text,
  channel: oneOf('browser', 'server', 'mobile'),
  campaign: mapOf(text),
  page: fields({
    name: text,
    path: text,
    referrer: text,
    search: text,
    title: text,
    url: text,
    keywords: listOf(text),
  }),
  app: fields({ name: text, version: text, build: text, namespace: text }),
  device: fields({
    id: text,
    token: text,
    advertisingId: text,
    manufacturer: text,
    model: text,
    name: text,
    type: oneOf('android', 'ios'),
    version: text,
  }),
  network: fields({ bluetooth: flag, carrier: text, cellular: flag, wifi: flag }),
  os: fields({ name: text, version: text }),
})

const id: Check = (value, at, report) => {
  if (typeof value !== 'string') report(`${at} must be a string`)
  else if (isOver(value, maxIdBytes)) report(`${at} must be at most ${maxIdBytes} bytes`)
}

const eventName: Check = (value, at, report) => {
  if (typeof value !== 'string' || value.trim() === '')
    report(`${at} must be a string that is not empty`)
  else if (isOver(value.trim(), maxEventNameBytes))
    report(`${at} must be at most ${maxEventNameBytes} bytes`)
}

const objectType: Check = (value, at, report) => {
  const isNumber = Number.isSafeInteger(value) && Number(value) > 0
  if (!isNumber && !(typeof value === 'string' && /^[1-9]\d*$/.test(value)))
    report(`${at} must be an integer from 1, as a number or a string`)
}

const preferences = fields({ topics: mapOf(flag), channels: mapOf(flag) })

const common = {
  userId: id,
  anonymousId: id,
  messageId: text,
  timestamp: time,
  originalTimestamp: time,
  sentAt: time,
  context: checkContext,
  integrations: mapOf(flag),
}

const page = { name: text, properties: object }

const shapes: Readonly<Record<MessageType, Check>> = {
  identify: fields({
    ...common,
    traits: fields({
      email: orNull(text),
      createdAt: orNull(time),
      cio_subscription_preferences: orNull(preferences),
    }),
  }),
  track: fields({ ...common, groupId: id, event: eventName, properties: object }, ['event']),
  page: fields({ ...common, ...page }),
  screen: fields({ ...common, ...page }),
  group: fields(
    {
      ...common,
      groupId: id,
      traits: fields({
        objectTypeId: objectType,
        object_type_id: objectType,
        relationshipAttributes: object,
      }),
    },
    ['groupId'],
  ),
  alias: fields({ ...common, previousId: id }, ['userId', 'previousId']),
}

/**
 * Everything wrong with one message, as sentences without values; empty when there is nothing. `endpoint` is the
 * call of a single message; in a batch it is absent, and the message must say its `type`.
 */
export function problemsOf(message: unknown, endpoint?: MessageType): readonly string[] {
  const problems: string[] = []
  const report = (problem: string) => problems.push(problem)
  if (!isObject(message)) return ['a message must be an object']
  const type = messageTypeOf(message.type) ?? (message.type === undefined ? endpoint : undefined)
  if (type === undefined) return [`type must be one of ${messageTypes}`]
  if (endpoint !== undefined && type !== endpoint)
    return [`type must be ${endpoint} here, or absent`]
  shapes[type](message, '', report)
  const semantic = type === 'track' ? semanticChecks.get(String(message.event).trim()) : undefined
  if (semantic === undefined) checkIdentity(type, message, report)
  else semantic(message, '', report)
  return problems
}

function checkIdentity(type: MessageType, message: JsonObject, report: Report): void {
  // An id of a wrong type has been reported as such; it is not missing as well.
  const has = (name: string) => message[name] !== undefined && message[name] !== ''
  if (type === 'alias') {
    for (const name of ['userId', 'previousId'])
      if (message[name] === '') report(`${name} must not be empty`)
  } else if (type === 'group') {
    if (message.groupId === '') report('groupId must not be empty')
  } else if (has('userId') || has('anonymousId')) {
    return
  } else if (type === 'identify' && hasEmailTrait(message)) {
    // Documented: an empty id is allowed when the trait `email` says who it is.
    if (message.userId !== '' && message.anonymousId !== '')
      report('userId or anonymousId is required')
  } else if (!(type === 'track' && has('groupId'))) {
    report('userId or anonymousId is required and must not be empty')
  }
}

function hasEmailTrait({ traits }: JsonObject): boolean {
  return isObject(traits) && typeof traits.email === 'string' && traits.email !== ''
}
