import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Json, systemClock } from '../../src/core/index.ts'
import {
  build,
  type Client,
  createClient,
  eventRules,
  Message,
} from '../../src/customerio/index.ts'
import { type Served, serve } from '../../src/twin/http/index.ts'
import { hasOpenApi, openApiCheck } from '../support/openapi.ts'
import { aTwin, usKey } from '../twin/cdp/support.ts'
import { anyJson } from './semantic/generated.ts'

const id = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((text) => Buffer.byteLength(text) <= 150)
const email = fc.integer({ min: 0, max: 99 }).map((n) => `p${n}@example.com`)
const anonymousId = id
const known = fc.oneof(
  fc.record({ id, anonymousId }, { requiredKeys: ['id'] }),
  fc.record({ email, anonymousId }, { requiredKeys: ['email'] }),
)
const person = fc.oneof(known, fc.record({ anonymousId }))
const fields = fc.dictionary(
  fc.string({ maxLength: 10 }).map((name) => `my_${name}`),
  anyJson,
  { maxKeys: 4 },
)
const timestamp = fc.oneof(
  fc.date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }),
  fc.constant('2024-02-29T23:59:59+05:30'),
)
const rest = {
  messageId: fc.ulid(),
  timestamp,
  context: fc.record({ ip: fc.ipV4(), mine: anyJson }, { requiredKeys: [] }),
  integrations: fc.dictionary(fc.constantFrom('All', 'Mixpanel'), fc.boolean()),
}
const type = fc.integer({ min: 1, max: 99 })
const token = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
const platform = fc.constantFrom('ios' as const, 'android' as const)
const name = fc.string({ maxLength: 20 })
const event = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() !== '' && !eventRules.has(text.trim()))
const metric = fc.constantFrom(...(['delivered', 'clicked', 'converted', 'opened'] as const))

/** Options of a builder: the needed ones always, the others and the common ones now and then. */
function options<T extends object, U extends object>(
  needed: { [K in keyof T]: fc.Arbitrary<T[K]> },
  others: { [K in keyof U]: fc.Arbitrary<U[K]> },
): fc.Arbitrary<T & Partial<U>> {
  return fc
    .tuple(fc.record(needed), fc.record({ ...others, ...rest }, { requiredKeys: [] }))
    .map(([must, may]) => ({ ...may, ...must }) as unknown as T & Partial<U>)
}

const ofKnown = { person: known }
const view = options({ person }, { name, properties: fields })

/** A generator of messages for every builder. */
const built: Readonly<Record<keyof typeof build, fc.Arbitrary<Message>>> = {
  identify: options(ofKnown, { traits: fields }).map(build.identify),
  track: options({ person, event }, { properties: fields }).map(build.track),
  page: view.map(build.page),
  screen: view.map(build.screen),
  group: options({ groupId: id }, { person, traits: fields }).map(build.group),
  alias: options({ keep: known, merge: person }, {}).map(build.alias),
  object: options({ type, object: id }, { traits: fields }).map(build.object),
  relationship: options({ type, object: id, person }, { attributes: fields }).map(
    build.relationship,
  ),
  device: options({ ...ofKnown, token, platform }, { attributes: fields }).map(build.device),
  deviceDelete: options({ ...ofKnown, token }, { platform }).map(build.deviceDelete),
  personDelete: options(ofKnown, {}).map(build.personDelete),
  personSuppress: options(ofKnown, {}).map(build.personSuppress),
  personUnsuppress: options(ofKnown, {}).map(build.personUnsuppress),
  objectDelete: options({ type, object: id }, {}).map(build.objectDelete),
  relationshipDelete: options({ ...ofKnown, type, object: id }, {}).map(build.relationshipDelete),
  deliveryReport: options(
    { deliveryId: id, metric },
    { person, recipient: email, reason: name, actionValue: name, href: fc.webUrl() },
  ).map(build.deliveryReport),
}

/** The published schema of what a builder makes, where that is not its call's. */
const schemas: Partial<Record<keyof typeof build, string>> = {
  device: 'create_update_device',
  deviceDelete: 'delete_device',
  personDelete: 'delete_person',
  personSuppress: 'suppress_person',
  personUnsuppress: 'unsuppress_person',
  objectDelete: 'group_deleted',
  relationshipDelete: 'relationship_deleted',
  deliveryReport: 'report_delivery_event',
}

const cases = Object.entries(built) as [keyof typeof build, fc.Arbitrary<Message>][]

describe('whatever a builder is given, its message', () => {
  it.each(cases)('of %s is one of the documented shape, and JSON', (_, messages) => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(Message.safeParse(message).success).toBe(true)
        expect(JSON.parse(JSON.stringify(message))).toStrictEqual(message as Json)
      }),
    )
  })

  const suite = hasOpenApi ? it : it.skip
  const title = hasOpenApi ? '' : ' (skipped: ../shared is not here)'
  suite.each(cases)(`of %s holds for the published schema${title}`, (name, messages) => {
    const check = openApiCheck()
    fc.assert(
      fc.property(messages, (message) => {
        expect(check(schemas[name] ?? message.type, message)).toBeUndefined()
      }),
    )
  })
})

describe('in strict mode, over HTTP', () => {
  let served: Served
  let client: Client

  beforeAll(async () => {
    const { door } = await aTwin()
    served = await serve({ address: 'us', doors: [door], port: 0 })
    const url = `${served.origin}/v1`
    client = createClient({ region: 'us', url, key: usKey, clock: systemClock })
  })

  afterAll(async () => {
    await client.close()
    await served.close()
  })

  it.each(cases)('every message of %s is taken', async (_, messages) => {
    const batch = fc.sample(messages, { numRuns: 50, seed: 11 })
    const body = Buffer.from(JSON.stringify({ batch }))
    const answer = await client.send(body, new AbortController().signal)
    expect(answer).toMatchObject({ verdict: 'delivered', text: '' })
  })
})
