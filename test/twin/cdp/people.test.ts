import { describe, expect, it } from '@jest/globals'
import { aTwin } from './support.ts'

const identify = (userId: string, traits: object = {}, more: object = {}) => ({
  type: 'identify',
  userId,
  traits,
  ...more,
})
const track = (userId: string, event: string, more: object = {}) => ({
  type: 'track',
  userId,
  event,
  ...more,
})

describe('identify', () => {
  it('makes a person and merges traits call by call', async () => {
    const { take, store, clock } = await aTwin()
    await take(identify('u1', { plan: 'free', city: 'Oslo' }))
    clock.at += 5000
    await take(identify('u1', { plan: 'pro', seats: 3 }))
    expect(store.people()).toEqual([
      {
        region: 'us',
        id: 'u1',
        anonymousIds: [],
        traits: { plan: 'pro', city: 'Oslo', seats: 3 },
        firstSeen: clock.at - 5000,
        lastSeen: clock.at,
        events: 0,
      },
    ])
  })

  it('removes a trait that is null and keeps an empty one', async () => {
    const { take, store } = await aTwin()
    await take(identify('u1', { a: 1, b: 2 }), identify('u1', { a: null, b: '' }))
    expect(store.person('u1')?.traits).toEqual({ b: '' })
  })

  it('takes an e-mail address as userId for who it is and for the trait', async () => {
    const { take, store } = await aTwin()
    await take(
      identify('ada@example.com', { name: 'Ada' }),
      identify('Ada@Example.com', { age: 36 }),
    )
    expect(store.people()).toMatchObject([
      { email: 'ada@example.com', traits: { email: 'ada@example.com', name: 'Ada', age: 36 } },
    ])
  })

  it('finds the person by the e-mail trait when the id is empty', async () => {
    const { take, store } = await aTwin()
    await take(identify('', { email: 'ada@example.com', name: 'Ada' }))
    expect(store.person('ada@example.com')?.traits).toEqual({
      email: 'ada@example.com',
      name: 'Ada',
    })
  })

  it('is ignored when it is anonymous', async () => {
    const { take, store } = await aTwin()
    await take({ type: 'identify', anonymousId: 'a1', traits: { x: 1 }, messageId: 'm1' })
    expect(store.people()).toEqual([])
    expect(store.ignored()).toMatchObject([{ messageId: 'm1', fate: 'ignored' }])
    expect(store.message('m1')).toMatchObject({ fate: 'ignored', times: 1 })
  })

  it('sets one preference by its dotted name and leaves the others', async () => {
    const { take, store } = await aTwin()
    const all = { topics: { topic_1: true, topic_2: true }, channels: { sms: true } }
    await take(
      identify('u1', { cio_subscription_preferences: all }),
      identify('u1', { 'cio_subscription_preferences.topics.topic_2': false }),
    )
    expect(store.person('u1')?.traits).toEqual({
      cio_subscription_preferences: {
        topics: { topic_1: true, topic_2: false },
        channels: { sms: true },
      },
    })
  })

  it('lets a change to an e-mail address of someone else fail alone', async () => {
    const { take, store } = await aTwin()
    await take(
      identify('u1', { email: 'ada@example.com' }),
      identify('u2', { email: 'ada@example.com', plan: 'pro' }, { messageId: 'm2' }),
    )
    expect(store.person('u2')?.traits).toEqual({ plan: 'pro' })
    expect(store.person('ada@example.com')?.id).toBe('u1')
    expect(store.failures()).toMatchObject([{ messageId: 'm2', attribute: 'email' }])
  })

  it('merges a person known by id alone with one known by e-mail alone', async () => {
    const { take, store } = await aTwin()
    await take(
      identify('ada@example.com', { city: 'Oslo' }),
      track('ada@example.com', 'Paid'),
      identify('u1', { plan: 'pro' }),
      identify('u1', { email: 'ada@example.com' }),
    )
    expect(store.people()).toMatchObject([
      {
        id: 'u1',
        email: 'ada@example.com',
        traits: { email: 'ada@example.com', city: 'Oslo', plan: 'pro' },
        events: 1,
      },
    ])
  })

  it('keeps a trait called __proto__ a trait', async () => {
    const { post, store } = await aTwin()
    await post('identify', '{"userId":"u1","traits":{"__proto__":{"isAdmin":true}}}', {
      strict: true,
    })
    const traits = store.person('u1')?.traits ?? {}
    expect(Object.keys(traits)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined()
  })
})

describe('limits of the workspace', () => {
  it('let an attribute fail without its message', async () => {
    const { take, store } = await aTwin()
    await take(
      identify('u1', {
        fits: 'a'.repeat(1000),
        large: 'a'.repeat(1001),
        wide: '\u{1f600}'.repeat(251),
        nested: { text: 'a'.repeat(1000) },
        ['n'.repeat(151)]: 1,
        ['m'.repeat(150)]: 1,
      }),
    )
    expect(Object.keys(store.person('u1')?.traits ?? {})).toEqual(['fits', 'm'.repeat(150)])
    expect(store.failures().map(({ attribute }) => attribute)).toEqual([
      'large',
      'wide',
      'nested',
      'n'.repeat(150),
    ])
  })

  it('hold for 300 attributes of a call and of a person', async () => {
    const { take, store } = await aTwin()
    const some = (prefix: string, n: number) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [`${prefix}${i}`, i]))
    await take(identify('u1', some('a', 301)), identify('u1', { ...some('b', 2), a0: 'new' }))
    const traits = store.person('u1')?.traits ?? {}
    expect(Object.keys(traits)).toHaveLength(300)
    expect(traits.a0).toBe('new')
    expect(store.failures().map(({ attribute }) => attribute)).toEqual(['a300', 'b0', 'b1'])
  })
})

describe('deletion and suppression', () => {
  it('User Deleted removes a person with devices and relationships, and lets them come back', async () => {
    const { take, store } = await aTwin()
    await take(
      identify('u1', { email: 'ada@example.com' }),
      track('u1', 'Paid'),
      track('u1', 'Device Created or Updated', { context: { device: { token: 't1' } } }),
      { type: 'group', userId: 'u1', groupId: 'g1' },
      track('ada@example.com', 'User Deleted'),
    )
    expect([store.people(), store.devices(), store.relationships()]).toEqual([[], [], []])
    expect(store.objects()).toHaveLength(1)
    expect(store.events()).toMatchObject([{ name: 'Paid' }])
    expect(store.events()[0]?.person).toBeUndefined()
    await take(identify('u1', { plan: 'new' }))
    expect(store.person('u1')).toMatchObject({ traits: { plan: 'new' }, events: 0 })
  })

  it('User Suppressed removes a person and blocks id and e-mail until they are freed', async () => {
    const { take, store } = await aTwin()
    await take(
      identify('u1', { email: 'Ada@example.com' }),
      track('u1', 'User Suppressed', { messageId: 'gone' }),
      identify('u1', { back: true }),
      track('ada@example.com', 'Paid'),
      { type: 'group', userId: 'u1', groupId: 'g1' },
      identify('u2', { email: 'ada@example.com', plan: 'pro' }),
    )
    expect(store.people()).toMatchObject([{ id: 'u2', traits: { plan: 'pro' } }])
    expect(store.person('u2')?.email).toBeUndefined()
    expect(store.events()).toEqual([])
    expect(store.objects()).toEqual([])
    expect(store.suppressions().map(({ identifier }) => identifier)).toEqual([
      'u1',
      'ada@example.com',
    ])
    expect(store.ignored()).toHaveLength(3)

    await take(track('u1', 'User Unsuppressed'), identify('u1', { back: true }))
    expect(store.person('u1')?.traits).toEqual({ back: true })
    expect(store.suppressions().map(({ identifier }) => identifier)).toEqual(['ada@example.com'])
  })

  it('blocks someone who was never seen', async () => {
    const { take, store } = await aTwin()
    await take(track('u9', 'User Suppressed'), identify('u9', {}))
    expect(store.people()).toEqual([])
  })

  it('notes the deletion of someone who is not there', async () => {
    const { take, store } = await aTwin()
    await take(track('u9', 'User Deleted', { messageId: 'd1' }))
    expect(store.ignored()).toMatchObject([{ messageId: 'd1', note: 'the person is not known' }])
  })
})

describe('alias', () => {
  it('merges one person into the other, who wins where both know something', async () => {
    const { take, store } = await aTwin()
    await take(
      identify('old', { plan: 'free', city: 'Oslo', email: 'ada@example.com' }),
      track('old', 'Paid'),
      track('old', 'Device Created or Updated', { context: { device: { token: 't1' } } }),
      { type: 'group', userId: 'old', groupId: 'g1' },
      identify('new', { plan: 'pro' }),
      { type: 'alias', userId: 'new', previousId: 'old' },
    )
    expect(store.people()).toMatchObject([
      {
        id: 'new',
        email: 'ada@example.com',
        traits: { plan: 'pro', city: 'Oslo', email: 'ada@example.com' },
        events: 1,
      },
    ])
    expect(store.devices()).toMatchObject([{ token: 't1', person: 'new' }])
    expect(store.relationships()).toMatchObject([{ objectId: 'g1', person: 'new' }])
  })

  it('does nothing when the person to keep is not known', async () => {
    const { take, store } = await aTwin()
    await take(identify('old', {}), {
      type: 'alias',
      userId: 'new',
      previousId: 'old',
      messageId: 'x',
    })
    expect(store.people().map(({ id }) => id)).toEqual(['old'])
    expect(store.ignored()).toMatchObject([{ messageId: 'x', fate: 'ignored' }])
  })
})

describe('regions', () => {
  it('are two workspaces in one store', async () => {
    const us = await aTwin()
    const eu = await aTwin({
      store: us.store,
      region: 'eu',
      keys: () => ['us-write-key'],
    } as object)
    await us.take(identify('u1', { home: 'us' }))
    await eu.take(identify('u1', { home: 'eu' }))
    expect(us.store.people('us')).toMatchObject([{ traits: { home: 'us' } }])
    expect(us.store.people('eu')).toMatchObject([{ traits: { home: 'eu' } }])
    expect(us.store.people()).toHaveLength(2)
  })
})
