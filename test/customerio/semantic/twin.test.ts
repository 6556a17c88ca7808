import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { systemClock } from '../../../src/core/index.ts'
import {
  build,
  type Client,
  createClient,
  eventRules,
  type Message,
  type SemanticEvent,
  semanticEvent,
} from '../../../src/customerio/index.ts'
import { type Served, serve } from '../../../src/twin/http/index.ts'
import { aTwin, usKey } from '../../twin/cdp/support.ts'
import { propertiesOf } from './generated.ts'

const eventOf = semanticEvent as (name: string, properties: object) => SemanticEvent
const never = new AbortController().signal
let twin: Awaited<ReturnType<typeof aTwin>>
let served: Served
let client: Client

beforeAll(async () => {
  twin = await aTwin()
  served = await serve({ address: 'us', doors: [twin.door], port: 0 })
  const url = `${served.origin}/v1`
  client = createClient({ region: 'us', url, key: usKey, clock: systemClock })
})

afterAll(async () => {
  await client.close()
  await served.close()
})

/** Sends messages in one batch, in strict mode, over HTTP; fails where they are not taken, or do nothing. */
async function send(...batch: Message[]): Promise<void> {
  const ignored = twin.store.ignored().length
  const answer = await client.send(Buffer.from(JSON.stringify({ batch })), never)
  expect(answer).toMatchObject({ verdict: 'delivered', text: '' })
  expect(twin.store.ignored().slice(ignored)).toEqual([])
}

const recorded = [...eventRules.values()].filter(
  ({ name, call }) => call === undefined && !name.startsWith('Report '),
)

describe('an event that is recorded', () => {
  it.each(recorded.map((rule) => [rule.name, rule] as const))(
    'arrives as it was built: %s',
    async (name, rule) => {
      const cases = fc.sample(propertiesOf(rule), { numRuns: 8, seed: 7 })
      const person = { id: name }
      const context = { device: { token: 't', type: 'ios' } }
      await send(
        ...cases.map((properties) =>
          build.track({ person, ...eventOf(name, properties), context }),
        ),
      )
      const events = twin.store.events({ person: name })
      expect(events.map((event) => event.name)).toEqual(cases.map(() => name))
      expect(events.map(({ properties }) => properties)).toEqual(cases)
    },
  )
})

describe('an order to Customer.io', () => {
  it('removes a person, who comes back with the next message', async () => {
    const person = { id: 'gone' }
    await send(build.identify({ person, traits: { city: 'Oslo' } }))
    await send(build.personDelete({ person }))
    expect(twin.store.person('gone')).toBeUndefined()
    await send(build.identify({ person }))
    expect(twin.store.person('gone')?.traits).toEqual({})
  })

  it('blocks a person by id and e-mail address, and frees the identifier again', async () => {
    const person = { id: 'blocked' }
    await send(build.identify({ person, traits: { email: 'blocked@example.com' } }))
    await send(build.personSuppress({ person }))
    const blocked = () => twin.store.suppressions().map(({ identifier }) => identifier)
    expect(twin.store.person('blocked')).toBeUndefined()
    expect(blocked()).toEqual(['blocked', 'blocked@example.com'])
    await send(build.personUnsuppress({ person }))
    await send(build.personUnsuppress({ person: { email: 'blocked@example.com' } }))
    expect(blocked()).toEqual([])
  })

  it('makes a device with platform and attributes, and removes it', async () => {
    const person = { id: 'owner' }
    const attributes = { lang: 'no', push: { on: true } }
    await send(
      build.device({ person, token: 't1', platform: 'android', attributes }),
      build.device({ person, token: 't2', platform: 'ios', timestamp: '2026-01-31T09:30:00Z' }),
    )
    const devices = () => twin.store.personDetail('owner')?.devices
    expect(devices()).toMatchObject([
      { token: 't1', platform: 'android', attributes },
      { token: 't2', platform: 'ios', lastUsed: '2026-01-31T09:30:00Z' },
    ])
    await send(build.deviceDelete({ person, token: 't1' }))
    expect(devices()).toMatchObject([{ token: 't2' }])
  })

  it('makes an object and a relationship, ends the one and removes the other', async () => {
    const acme = { type: 3, object: 'acme' }
    const person = { id: 'member' }
    const traits = { name: 'Acme' }
    await send(
      build.object({ ...acme, traits }),
      build.relationship({ ...acme, person, attributes: { role: 'owner' } }),
    )
    const objects = () => twin.store.objects()
    const relationships = () => twin.store.personDetail('member')?.relationships
    expect(objects()).toMatchObject([{ objectTypeId: '3', objectId: 'acme', attributes: traits }])
    expect(relationships()).toMatchObject([{ objectTypeId: '3', attributes: { role: 'owner' } }])
    await send(build.relationshipDelete({ ...acme, person }))
    expect(relationships()).toEqual([])
    expect(objects()).toHaveLength(1)
    await send(build.objectDelete(acme))
    expect(objects()).toEqual([])
    expect(twin.store.person('acme')).toBeUndefined()
  })

  it('merges two people', async () => {
    const [keep, merge] = [{ id: 'kept' }, { id: 'merged' }]
    await send(
      build.identify({ person: keep }),
      build.identify({ person: merge, traits: { city: 'Oslo' } }),
      build.alias({ keep, merge }),
    )
    expect(twin.store.person('merged')).toBeUndefined()
    expect(twin.store.person('kept')?.traits).toEqual({ city: 'Oslo' })
  })

  it('reports what became of a delivery, about nobody', async () => {
    const report = { deliveryId: 'd1', metric: 'converted', recipient: 'ada@example.com' } as const
    const people = twin.store.counts().people
    await send(build.deliveryReport(report), build.deliveryReport({ ...report, metric: 'opened' }))
    expect(twin.store.reports()).toMatchObject([
      { event: 'Report Delivery Event', properties: report },
      { properties: { metric: 'opened' } },
    ])
    expect(twin.store.counts().people).toBe(people)
  })

  it.each(['Object Deleted', 'Relationship Deleted', 'Report Delivery Event'])(
    'is taken with whatever properties its rule allows: %s',
    async (name) => {
      const cases = fc.sample(propertiesOf(eventRules.get(name)!), { numRuns: 8, seed: 7 })
      const filled = cases.map((properties) => ({ ...properties, ...idOf(name) }))
      const batch = filled.map((properties) =>
        build.track({ person: { id: 'p', anonymousId: 'x' }, ...eventOf(name, properties) }),
      )
      const answer = await client.send(Buffer.from(JSON.stringify({ batch })), never)
      expect(answer).toMatchObject({ verdict: 'delivered', text: '' })
    },
  )
})

/** The rule lets an id be any text; strict mode wants one that is not empty. */
function idOf(name: string): object {
  return name === 'Report Delivery Event' ? {} : { objectId: 'o1' }
}

describe('a page, a screen and a plain event', () => {
  it('arrive', async () => {
    const person = { anonymousId: 'visitor' }
    await send(
      build.page({ person, name: 'Home', properties: { url: 'https://example.com' } }),
      build.screen({ person, name: 'Start' }),
      build.track({ person, event: 'Paid', properties: { total: 1 } }),
    )
    const own = twin.store.events().filter(({ anonymousId }) => anonymousId === 'visitor')
    expect(own).toMatchObject([
      { type: 'page', name: 'Home', properties: { url: 'https://example.com' } },
      { type: 'screen', name: 'Start' },
      { type: 'track', name: 'Paid', properties: { total: 1 } },
    ])
  })
})
