import { describe, expect, it } from '@jest/globals'
import { Bool, type DataType, Int64, TimestampMicrosecond, Utf8 } from 'apache-arrow'
import { type Call, calls } from '../../src/core/index.ts'
import { compile } from '../../src/mapping/index.ts'
import { compilePlain } from '../../src/mapping/plain-mapping.ts'
import { hasOpenApi, openApiCheck } from '../support/openapi.ts'
import { aTwin } from '../twin/cdp/support.ts'
import { batchOf, type Value } from './support/arrow.ts'
import { aSync, col, constant, type Draft, messages, options } from './support/spec.ts'

const utf8 = new Utf8()
const at = new TimestampMicrosecond('Etc/UTC')
const noon = 1_700_000_000_000_000n
const columns: Record<string, [DataType, ...Value[]]> = {
  _key: [utf8, '["k"]'],
  id: [new Int64(), 7n],
  old: [utf8, 'o7'],
  visitor: [utf8, 'v1'],
  company: [utf8, 'acme'],
  role: [utf8, 'owner'],
  token: [utf8, 't0ken'],
  os: [utf8, 'ios'],
  at: [at, noon],
  title: [utf8, 'Pricing'],
  url: [utf8, 'https://example.com/pricing'],
  opted_out: [new Bool(), false],
  wants_news: [new Bool(), true],
  sms_ok: [new Bool(), null],
  delivery: [utf8, 'd1'],
  metric: [utf8, 'opened'],
}

const person = { person: { id: 'id' } }
const object = { object: { column: 'company', type: 3 } }
const device = { device: { token: 'token', platform: col('os') } }
const timestamp = '2023-11-14T22:13:20.000Z'

/** Each call with what it becomes on the wire, without the message id. */
const cases: Record<Call, [Draft, Record<string, unknown>]> = {
  identify: [
    {
      call: 'identify',
      ...person,
      traits: { role: col('role') },
      consent: {
        unsubscribed: col('opted_out'),
        topics: { 7: col('wants_news') },
        channels: { sms: col('sms_ok') },
      },
    },
    {
      type: 'identify',
      userId: '7',
      traits: {
        role: 'owner',
        unsubscribed: false,
        'cio_subscription_preferences.topics.topic_7': true,
      },
    },
  ],
  track: [
    {
      call: 'track',
      ...person,
      event: { name: 'Paid' },
      at: 'at',
      properties: { role: col('role') },
    },
    { type: 'track', userId: '7', event: 'Paid', timestamp, properties: { role: 'owner' } },
  ],
  page: [
    {
      call: 'page',
      person: { anonymousId: 'visitor' },
      name: col('title'),
      at: 'at',
      properties: { url: col('url') },
    },
    {
      type: 'page',
      anonymousId: 'v1',
      name: 'Pricing',
      timestamp,
      properties: { url: 'https://example.com/pricing' },
    },
  ],
  screen: [
    { call: 'screen', ...person, name: constant('Home'), at: 'at' },
    { type: 'screen', userId: '7', name: 'Home', timestamp, properties: {} },
  ],
  object: [
    { call: 'object', ...object, traits: { name: col('role') } },
    { type: 'group', groupId: 'acme', traits: { objectTypeId: '3', name: 'owner' } },
  ],
  relationship: [
    { call: 'relationship', ...object, ...person, attributes: { role: col('role') } },
    {
      type: 'group',
      userId: '7',
      groupId: 'acme',
      traits: { objectTypeId: '3', relationshipAttributes: { role: 'owner' } },
    },
  ],
  device: [
    { call: 'device', ...person, ...device, at: 'at', attributes: { app: col('role') } },
    {
      type: 'track',
      userId: '7',
      event: 'Device Created or Updated',
      timestamp,
      properties: { app: 'owner' },
      context: { device: { token: 't0ken', type: 'ios' } },
    },
  ],
  alias: [
    { call: 'alias', ...person, merge: { id: 'old' } },
    { type: 'alias', userId: '7', previousId: 'o7' },
  ],
  person_delete: [
    { call: 'person_delete', ...person },
    { type: 'track', userId: '7', event: 'User Deleted', properties: {} },
  ],
  person_suppress: [
    { call: 'person_suppress', ...person },
    { type: 'track', userId: '7', event: 'User Suppressed', properties: {} },
  ],
  person_unsuppress: [
    { call: 'person_unsuppress', ...person },
    { type: 'track', userId: '7', event: 'User Unsuppressed', properties: {} },
  ],
  object_delete: [
    { call: 'object_delete', ...object },
    {
      type: 'track',
      anonymousId: 'acme',
      event: 'Object Deleted',
      properties: { objectId: 'acme', objectTypeId: 3 },
    },
  ],
  relationship_delete: [
    { call: 'relationship_delete', ...object, ...person },
    {
      type: 'track',
      userId: '7',
      event: 'Relationship Deleted',
      properties: { objectId: 'acme', objectTypeId: 3 },
    },
  ],
  device_delete: [
    { call: 'device_delete', ...person, device: { token: 'token' } },
    {
      type: 'track',
      userId: '7',
      event: 'Device Deleted',
      properties: {},
      context: { device: { token: 't0ken' } },
    },
  ],
}

function batch(changed: typeof columns = {}) {
  return batchOf(
    Object.entries({ ...columns, ...changed }).map(([name, [type, ...values]]) => ({
      name,
      type,
      values,
    })),
  )
}

/** The one message that a call becomes, with its id. */
function messageOf(send: Draft, changed: typeof columns = {}): Record<string, unknown> {
  const rows = batch(changed)
  const sync = aSync(send, { name: send.call })
  const block = compile(sync, rows.schema, options).encode(rows)
  const plain = compilePlain(sync, rows.schema, options).encode(rows)
  expect(Buffer.from(block.bytes).toString()).toBe(Buffer.from(plain.bytes).toString())
  expect(block.invalid).toEqual(plain.invalid)
  return messages(block)[0] ?? { invalid: block.invalid[0]?.reason }
}

/** What a call becomes on the wire, without its id. */
function wireOf(send: Draft, changed: typeof columns = {}) {
  const { messageId: _, ...message } = messageOf(send, changed)
  return message
}

describe.each(calls)('%s', (call) => {
  const [send, wire] = cases[call]

  it('has exactly the documented shape', () => {
    expect(wireOf(send)).toEqual(wire)
  })

  it('carries context and integrations like any other', () => {
    const more = {
      context: { ip: constant('192.0.2.7') },
      integrations: { All: false, 'Customer.io': true },
    }
    const message = wireOf({ ...send, ...more })
    expect(message).toMatchObject({ ...wire, integrations: more.integrations })
    expect(message.context).toMatchObject({ ip: '192.0.2.7' })
  })

  it('refuses a row that does not say whom or what it is about', () => {
    const empty = { id: [new Int64(), null], visitor: [utf8, ''], company: [utf8, ''] } as never
    expect(messageOf(send, empty)).toEqual({ invalid: 'identifier_missing' })
  })

  it('refuses an identifier of more than 150 bytes', () => {
    const long = 'é'.repeat(76)
    const ids = { id: [utf8, long], visitor: [utf8, long], company: [utf8, long] } as never
    expect(messageOf(send, ids)).toEqual({ invalid: 'identifier_too_long' })
  })

  const published = hasOpenApi ? it : it.skip
  published('is valid by the published schema (skipped where ../shared has none)', () => {
    const message = messageOf(send)
    expect(openApiCheck()(String(message.type), message)).toBeUndefined()
  })
})

describe('relationship, device and alias need their other half', () => {
  it.each([
    ['relationship', 'company'],
    ['relationship_delete', 'company'],
    ['device', 'token'],
    ['device_delete', 'token'],
    ['alias', 'old'],
  ] as const)('%s without a value in %s is refused', (call, column) => {
    expect(messageOf(cases[call][0], { [column]: [utf8, null] })).toEqual({
      invalid: 'identifier_missing',
    })
  })

  it('a device on a platform that Customer.io does not know is refused', () => {
    expect(messageOf(cases.device[0], { os: [utf8, 'web'] })).toEqual({
      invalid: 'value_not_fitting',
    })
    expect(messageOf(cases.device[0], { os: [utf8, null] })).toEqual({ invalid: 'value_missing' })
  })

  it('a token may be longer than an identifier', () => {
    const token = 'x'.repeat(163)
    expect(wireOf(cases.device[0], { token: [utf8, token] })).toMatchObject({
      context: { device: { token } },
    })
  })
})

it('a report on a delivery is about nobody', () => {
  const send: Draft = {
    call: 'track',
    event: { name: 'Report Delivery Event' },
    at: 'at',
    properties: { deliveryId: col('delivery'), metric: col('metric') },
  }
  expect(wireOf(send)).toEqual({
    type: 'track',
    event: 'Report Delivery Event',
    timestamp,
    properties: { deliveryId: 'd1', metric: 'opened' },
  })
})

describe('at Customer.io (the twin, in strict mode)', () => {
  const made = (call: Call) => messageOf(cases[call][0])

  it('people, objects, relationships and devices are there, and gone after their deletion', async () => {
    const { store, take } = await aTwin()
    await take(made('identify'), made('object'), made('relationship'), made('device'))
    expect(store.person('7')?.traits).toMatchObject({
      role: 'owner',
      unsubscribed: false,
      cio_subscription_preferences: { topics: { topic_7: true } },
    })
    expect(store.objects()).toMatchObject([
      { objectTypeId: '3', objectId: 'acme', attributes: { name: 'owner' } },
    ])
    expect(store.relationships()).toMatchObject([{ person: '7', attributes: { role: 'owner' } }])
    expect(store.devices()).toMatchObject([{ person: '7', token: 't0ken', platform: 'ios' }])
    await take(made('device_delete'), made('relationship_delete'))
    expect([store.devices(), store.relationships()]).toEqual([[], []])
    await take(made('object_delete'), made('person_delete'))
    expect([store.objects(), store.people()]).toEqual([[], []])
  })

  it('events, pages and screens are recorded', async () => {
    const { store, take } = await aTwin()
    await take(made('identify'), made('track'), made('page'), made('screen'))
    expect(
      store
        .events()
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
    ).toEqual(['page Pricing', 'screen Home', 'track Paid'])
  })

  it('a suppressed person stays away until unsuppressed', async () => {
    const { store, take } = await aTwin()
    await take(made('identify'), made('person_suppress'), made('identify'))
    expect(store.people()).toEqual([])
    await take(made('person_unsuppress'), { ...made('identify'), messageId: 'another' })
    expect(store.person('7')).toBeDefined()
  })

  it('an alias merges one person into another', async () => {
    const { store, take } = await aTwin()
    await take({ type: 'identify', userId: 'o7', traits: { city: 'Oslo' } }, made('identify'))
    await take(made('alias'))
    expect(store.people().map(({ id }) => id)).toEqual(['7'])
    expect(store.person('7')?.traits).toMatchObject({ city: 'Oslo', role: 'owner' })
  })
})
