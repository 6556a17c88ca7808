import { describe, expect, it } from '@jest/globals'
import { aTwin } from './support.ts'

const ulid = '01HV0000000000000000000ABC'

describe('track, page and screen', () => {
  it('become events of their person, made when there is none', async () => {
    const { take, store, clock } = await aTwin()
    await take(
      {
        type: 'track',
        userId: 'u1',
        event: '  Order Completed ',
        properties: { total: 12.5 },
        timestamp: '2026-02-01T10:00:00Z',
        messageId: 'm1',
        context: { ip: '127.0.0.1' },
      },
      { type: 'page', userId: 'u1', name: 'Home', properties: { url: '/' } },
      { type: 'screen', userId: 'u2', name: 'Start' },
    )
    expect(store.events()).toHaveLength(3)
    expect(store.events({ name: 'Order Completed' })).toEqual([
      {
        region: 'us',
        type: 'track',
        name: 'Order Completed',
        time: '2026-02-01T10:00:00Z',
        receivedAt: clock.at,
        messageId: 'm1',
        person: 'u1',
        properties: { total: 12.5 },
        context: { ip: '127.0.0.1' },
      },
    ])
    expect(store.events({ person: 'u1' }).map(({ name }) => name)).toEqual([
      'Order Completed',
      'Home',
    ])
    expect(store.events({ type: 'screen' })).toMatchObject([
      { person: 'u2', time: new Date(clock.at).toISOString() },
    ])
    expect(store.people().map(({ id }) => id)).toEqual(['u1', 'u2'])
  })

  it('wait under an anonymous id until somebody owns it', async () => {
    const { take, store } = await aTwin()
    await take({ type: 'page', anonymousId: 'a1', name: 'Home' })
    expect(store.people()).toEqual([])
    expect(store.events()).toMatchObject([{ anonymousId: 'a1' }])
    await take(
      { type: 'identify', userId: 'u1', anonymousId: 'a1' },
      { type: 'page', anonymousId: 'a1', name: 'Prices' },
    )
    expect(store.events({ person: 'u1' }).map(({ name }) => name)).toEqual(['Home', 'Prices'])
    expect(store.person('a1')?.id).toBe('u1')
  })

  it('may be about a group alone', async () => {
    const { take, store } = await aTwin()
    await take({ type: 'track', groupId: 'g1', event: 'Renewed' })
    expect(store.events()).toMatchObject([{ name: 'Renewed', groupId: 'g1' }])
    expect(store.people()).toEqual([])
  })

  it('take the context of their batch only when they have none', async () => {
    const { post, store } = await aTwin()
    const batch = [
      { type: 'page', userId: 'u1', name: 'a' },
      { type: 'page', userId: 'u1', name: 'b', context: { locale: 'no' } },
    ]
    await post('batch', { batch, context: { ip: '127.0.0.1' } }, { strict: true })
    expect(store.events().map(({ context }) => context)).toEqual([
      { ip: '127.0.0.1' },
      { locale: 'no' },
    ])
  })
})

describe('message ids', () => {
  it('make a repeated event a duplicate when they are ULIDs', async () => {
    const { take, store } = await aTwin()
    const event = { type: 'track', userId: 'u1', event: 'Paid', messageId: ulid }
    await take(event, event, { ...event, userId: 'u2' })
    expect(store.events()).toHaveLength(1)
    expect(store.person('u2')).toBeUndefined()
    expect(store.message(ulid)).toMatchObject({ times: 3, different: 1, fate: 'applied' })
    expect(store.ignored().map(({ fate }) => fate)).toEqual(['duplicate', 'duplicate'])
  })

  it('of another shape are not deduplicated', async () => {
    const { take, store } = await aTwin()
    const event = { type: 'track', userId: 'u1', event: 'Paid', messageId: 'order-1' }
    await take(event, event)
    expect(store.events()).toHaveLength(2)
    expect(store.message('order-1')).toMatchObject({ times: 2, different: 0 })
  })

  it('do not keep a repeated identify from being applied again', async () => {
    const { take, store } = await aTwin()
    const old = { type: 'identify', userId: 'u1', traits: { plan: 'free' }, messageId: ulid }
    await take(old, { ...old, traits: { plan: 'pro' }, messageId: 'other' }, old)
    expect(store.person('u1')?.traits).toEqual({ plan: 'free' })
    expect(store.message(ulid)?.times).toBe(2)
  })

  it('are made up for messages that have none', async () => {
    const { post, store } = await aTwin()
    const one = { type: 'page', userId: 'u1', name: 'x' }
    await post('batch', { batch: [one, one] }, { strict: true })
    expect(new Set(store.messages().map(({ messageId }) => messageId)).size).toBe(2)
  })
})

describe('group', () => {
  it('makes and updates an object, and its relationship to a person', async () => {
    const { take, store } = await aTwin()
    await take(
      {
        type: 'group',
        userId: 'u1',
        groupId: 'g1',
        traits: { name: 'Acme', city: 'Oslo', relationshipAttributes: { role: 'owner' } },
      },
      {
        type: 'group',
        userId: 'u1',
        groupId: 'g1',
        traits: { objectTypeId: 1, city: '', relationshipAttributes: { since: 2024 } },
      },
      { type: 'group', groupId: 'g1', traits: { objectTypeId: '2', name: 'Other' } },
    )
    expect(store.objects()).toMatchObject([
      { objectTypeId: '1', objectId: 'g1', attributes: { name: 'Acme' } },
      { objectTypeId: '2', objectId: 'g1', attributes: { name: 'Other' } },
    ])
    expect(store.relationships()).toEqual([
      {
        region: 'us',
        person: 'u1',
        objectTypeId: '1',
        objectId: 'g1',
        attributes: { role: 'owner', since: 2024 },
      },
    ])
  })

  it('relates nobody while its anonymous id belongs to nobody', async () => {
    const { take, store } = await aTwin()
    const call = { type: 'group', anonymousId: 'a1', groupId: 'g1', messageId: 'm1' }
    await take(call)
    expect(store.objects()).toHaveLength(1)
    expect(store.relationships()).toEqual([])
    expect(store.failures()).toMatchObject([{ messageId: 'm1', attribute: 'relationship' }])
    await take({ type: 'identify', userId: 'u1', anonymousId: 'a1' }, call)
    expect(store.relationships()).toMatchObject([{ person: 'u1', objectId: 'g1' }])
  })

  it('holds the attributes of an object to 100,000 bytes', async () => {
    const { take, store } = await aTwin()
    const part = (n: number) =>
      Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${n}_${i}`, 'a'.repeat(990)]))
    for (let n = 0; n < 4; n++) await take({ type: 'group', groupId: 'g1', traits: part(n) })
    const attributes = store.objects()[0]?.attributes ?? {}
    const bytes = Object.entries(attributes).reduce(
      (sum, [k, v]) => sum + k.length + String(v).length,
      0,
    )
    expect(bytes).toBeLessThanOrEqual(100_000)
    expect(store.failures()).toHaveLength(120 - Object.keys(attributes).length)
    expect(store.failures().length).toBeGreaterThan(0)
  })

  it('ends with Relationship Deleted and Object Deleted', async () => {
    const { take, store } = await aTwin()
    const end = { type: 'track', event: 'Relationship Deleted', userId: 'u1' }
    const gone = { type: 'track', event: 'Object Deleted', anonymousId: 'anyone' }
    await take(
      { type: 'group', userId: 'u1', groupId: 'g1' },
      { type: 'group', userId: 'u2', groupId: 'g1' },
      { ...end, properties: { objectId: 'g1', objectTypeId: 2 } },
      { ...end, properties: { objectId: 'g1' } },
    )
    expect(store.relationships()).toMatchObject([{ person: 'u2' }])
    await take({ ...gone, properties: { objectId: 'g1', objectTypeId: 1 } })
    expect([store.objects(), store.relationships()]).toEqual([[], []])
    await take({ ...gone, properties: { objectId: 'g1' } })
    expect(store.ignored().map(({ note }) => note)).toEqual([
      'the relationship is not known',
      'the object is not known',
    ])
  })
})

describe('devices', () => {
  const device = (userId: string, event: string, token: string, more: object = {}) => ({
    type: 'track',
    userId,
    event,
    context: { device: { token, type: 'ios' } },
    ...more,
  })

  it('are made, updated and deleted by token, and never as events', async () => {
    const { take, store } = await aTwin()
    await take(
      device('u1', 'Device Created or Updated', 't1', {
        properties: { app: '1.0', beta: true },
        timestamp: '2026-02-01T10:00:00Z',
      }),
      device('u1', 'Device Created or Updated', 't1', {
        properties: { app: '2.0' },
        timestamp: '2026-02-02T10:00:00Z',
      }),
      device('u1', 'Device Created or Updated', 't2'),
    )
    expect(store.devices()).toMatchObject([
      {
        person: 'u1',
        token: 't1',
        platform: 'ios',
        attributes: { app: '2.0', beta: true },
        lastUsed: '2026-02-02T10:00:00Z',
      },
      { token: 't2' },
    ])
    expect(store.events()).toEqual([])
    await take(device('u1', 'Device Deleted', 't1'), device('u9', 'Device Deleted', 't2'))
    expect(store.devices()).toMatchObject([{ token: 't2' }])
    expect(store.ignored()).toMatchObject([{ note: 'the person has no such device' }])
  })

  it('belong to the last person who was named with the token', async () => {
    const { take, store } = await aTwin()
    await take(
      device('u1', 'Device Created or Updated', 't1'),
      device('u2', 'Device Created or Updated', 't1'),
      { type: 'track', event: 'User Deleted', userId: 'u1' },
    )
    expect(store.devices()).toMatchObject([{ person: 'u2', token: 't1' }])
    expect(store.personDetail('u2')?.devices).toHaveLength(1)
  })
})

it('a delivery report needs nobody and is kept apart from events', async () => {
  const { take, store } = await aTwin()
  const properties = { deliveryId: 'd1', metric: 'opened' }
  await take({ type: 'track', event: 'Report Delivery Event', properties })
  expect(store.reports()).toMatchObject([{ event: 'Report Delivery Event', properties }])
  expect(store.events()).toEqual([])
})
