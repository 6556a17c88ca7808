import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { aTwin } from './support.ts'

// The publisher's own schema, kept outside the repository. Its alternatives overlap (a person with both ids is a
// known and an anonymous one), so "one of" is read as "any of"; everything else is taken at its word.
const file = new URL(
  '../../../../shared/reference/customerio-pipelines-openapi.json',
  import.meta.url,
)
const isThere = existsSync(file)

const common = {
  messageId: '01HV0000000000000000000ABC',
  timestamp: '2026-02-01T10:00:00.123Z',
  sentAt: '2026-02-01T10:00:00+01:00',
  context: { ip: '127.0.0.1', locale: 'no', channel: 'server', page: { keywords: ['a'] } },
  integrations: { All: true },
}
const device = { device: { token: 't1', type: 'android' }, app: { version: '1' } }
const event = (name: string, more: object) => ({ event: name, type: 'track', ...more })

const examples: readonly (readonly [string, object])[] = [
  [
    'identify',
    { userId: 'u1', traits: { email: 'ada@example.com', unsubscribed: true, x: [1] }, ...common },
  ],
  ['identify', { anonymousId: 'a1', traits: { createdAt: '2026-02-01T10:00:00Z' } }],
  [
    'identify',
    {
      userId: 'u1',
      traits: {
        cio_subscription_preferences: { topics: { topic_1: true }, channels: { sms: false } },
      },
    },
  ],
  ['track', event('Paid', { userId: 'u1', properties: { total: 1 }, ...common })],
  ['track', event('Paid', { anonymousId: 'a1' })],
  ['track', event('Renewed', { groupId: 'g1' })],
  ['track', event('User Deleted', { userId: 'u1' })],
  ['track', event('User Suppressed', { userId: 'u1', timestamp: '2026-02-01T10:00:00Z' })],
  ['track', event('User Unsuppressed', { userId: 'u1' })],
  ['track', event('Device Created or Updated', { userId: 'u1', context: device })],
  ['track', event('Device Deleted', { userId: 'u1', context: device })],
  [
    'track',
    event('Object Deleted', { anonymousId: 'x', properties: { objectId: 'g1', objectTypeId: 2 } }),
  ],
  ['track', event('Relationship Deleted', { userId: 'u1', properties: { objectId: 'g1' } })],
  ['track', event('Report Delivery Event', { properties: { deliveryId: 'd', metric: 'clicked' } })],
  ['page', { userId: 'u1', name: 'Home', properties: { url: '/', title: 'x' }, ...common }],
  ['screen', { anonymousId: 'a1', name: 'Start', context: device }],
  [
    'group',
    {
      userId: 'u1',
      groupId: 'g1',
      traits: { objectTypeId: '1', name: 'Acme', relationshipAttributes: { role: 'owner' } },
      ...common,
    },
  ],
  ['group', { groupId: 'g1', traits: { name: 'Acme' } }],
  ['alias', { userId: 'u1', previousId: 'a1' }],
]

/** Messages that both the publisher's schema and strict mode refuse. */
const counterexamples: readonly (readonly [string, object])[] = [
  ['identify', { traits: {} }],
  ['identify', { userId: 7 }],
  ['identify', { userId: 'u1', traits: { createdAt: 5 } }],
  ['identify', { userId: 'u1', timestamp: 'yesterday' }],
  ['identify', { userId: 'u1', integrations: { All: 'yes' } }],
  ['track', { type: 'track', userId: 'u1' }],
  ['track', event('Paid', { userId: 'u1', properties: [] })],
  ['page', { userId: 'u1', context: { channel: 'tv' } }],
  ['screen', { name: 'Start' }],
  ['group', { groupId: 5 }],
  ['alias', { userId: 'u1' }],
]

const suite = isThere ? describe : describe.skip
suite(`the published schema${isThere ? '' : ' (skipped: ../shared/reference is not here)'}`, () => {
  const validate = isThere ? compile() : () => true

  it.each(examples)('holds for what strict mode accepts: %s %j', async (call, message) => {
    const { post } = await aTwin()
    const answer = await post(call, message, { strict: true })
    expect([answer.status, answer.body]).toEqual([200, {}])
    expect(validate(call, message)).toBe(true)
  })

  it.each(counterexamples)(
    'does not hold for what strict mode refuses: %s %j',
    async (call, message) => {
      const { post } = await aTwin()
      expect((await post(call, message, { strict: true })).status).toBe(400)
      expect(validate(call, message)).toBe(false)
    },
  )

  it('holds for a batch of them all', async () => {
    const { post } = await aTwin()
    const batch = examples.map(([type, message]) => ({ type, ...message }))
    expect((await post('batch', { batch }, { strict: true })).status).toBe(200)
    // The schema's batch knows no alias and only the plain tracks; the page beside it names them all.
    const known = batch.filter(({ type }) => type !== 'alias')
    expect(
      validate('batch', { batch: known.filter((m) => 'userId' in m || 'anonymousId' in m) }),
    ).toBe(true)
  })

  it('describes the refusals as they are answered', async () => {
    const { post } = await aTwin()
    const answer = await post('identify', {}, { strict: true })
    expect(validate('400', answer.body)).toBe(true)
  })
})

function compile(): (call: string, value: unknown) => boolean {
  const text = readFileSync(file, 'utf8').replaceAll('"oneOf":', '"anyOf":')
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema(JSON.parse(text), 'api')
  return (call, value) =>
    ajv.validate(
      {
        $ref:
          call === '400'
            ? 'api#/components/responses/400/content/application~1json/schema'
            : `api#/components/schemas/${call}`,
      },
      value,
    )
}
