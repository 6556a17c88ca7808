import type { PropertyRule } from '../core/index.ts'

/*
 * What Customer.io documents of parts that every message, or every message of a kind, may have (Pipelines API, 2026-09).
 * It answers 200 to what is of another type and drops the message, so it is looked at before the wire. Other fields are
 * free.
 */

const text: PropertyRule = { type: 'text' }
const flag: PropertyRule = { type: 'boolean' }
const texts = (...names: readonly string[]): PropertyRule => object(named(names, text))
const flags: PropertyRule = { type: 'object', each: flag }

function object(members: Readonly<Record<string, PropertyRule>>): PropertyRule {
  return { type: 'object', members }
}

function named(names: readonly string[], rule: PropertyRule) {
  return Object.fromEntries(names.map((name) => [name, rule]))
}

/** `context`. */
export const contextRule: PropertyRule = object({
  ...named(['ip', 'locale', 'userAgent'], text),
  active: flag,
  channel: { type: 'text', oneOf: ['browser', 'server', 'mobile'] },
  campaign: { type: 'object', each: text },
  page: object({
    ...named(['name', 'path', 'referrer', 'search', 'title', 'url'], text),
    keywords: { type: 'array', items: text },
  }),
  app: texts('name', 'version', 'build', 'namespace'),
  device: object({
    ...named(['id', 'token', 'advertisingId', 'manufacturer', 'model', 'name', 'version'], text),
    type: { type: 'text', oneOf: ['android', 'ios'] },
  }),
  network: object({ ...named(['bluetooth', 'cellular', 'wifi'], flag), carrier: text }),
  os: texts('name', 'version'),
})

/** Traits of a person with a meaning of their own. */
export const personTraits: Readonly<Record<string, PropertyRule>> = {
  email: { type: 'text', mayBeNull: true },
  createdAt: { type: 'time', mayBeNull: true },
  cio_subscription_preferences: {
    type: 'object',
    mayBeNull: true,
    members: { topics: flags, channels: flags },
  },
}

const filled: PropertyRule = { type: 'text', isRequired: true, isFilled: true }
const known = { userId: filled }
const objectType: PropertyRule = { type: 'integer', least: 1 }
const device: PropertyRule = {
  ...object({ device: { ...object({ token: filled }), isRequired: true } }),
  isRequired: true,
}

/** What a message needs for Customer.io to act on it, by the name of its event. */
export const orderRules: ReadonlyMap<string, PropertyRule> = new Map([
  ['User Deleted', object(known)],
  ['User Suppressed', object(known)],
  ['User Unsuppressed', object(known)],
  ['Device Created or Updated', object({ ...known, context: device })],
  ['Device Deleted', object({ ...known, context: device })],
  [
    'Object Deleted',
    object({
      anonymousId: filled,
      properties: {
        ...object({ objectId: filled, objectTypeId: objectType }),
        isRequired: true,
      },
    }),
  ],
  [
    'Relationship Deleted',
    object({
      ...known,
      properties: {
        ...object({ objectId: filled, objectTypeId: objectType }),
        isRequired: true,
      },
    }),
  ],
])
