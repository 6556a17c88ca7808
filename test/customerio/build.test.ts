import { describe, expect, it } from '@jest/globals'
import { build, Message, semantic } from '../../src/customerio/index.ts'

const id = { id: '7' }
const ada = { email: 'ada@example.com' }
const visitor = { anonymousId: 'v1' }
const common = {
  messageId: '01HV0000000000000000000ABC',
  timestamp: '2026-01-31T09:30:00Z',
  context: { ip: '127.0.0.1' },
  integrations: { All: false, Mixpanel: true },
}
const at = { timestamp: new Date('2026-01-31T09:30:00+01:00') }

describe('a whole message', () => {
  it.each([
    [
      'identify',
      build.identify({ person: id, traits: { city: 'Oslo', old: null }, ...common }),
      { type: 'identify', userId: '7', traits: { city: 'Oslo', old: null }, ...common },
    ],
    [
      'identify by e-mail, of who was a visitor',
      build.identify({ person: { ...ada, ...visitor } }),
      { type: 'identify', userId: 'ada@example.com', anonymousId: 'v1' },
    ],
    [
      'track',
      build.track({ person: visitor, event: 'Paid', properties: { total: 1 }, ...at }),
      {
        type: 'track',
        anonymousId: 'v1',
        event: 'Paid',
        properties: { total: 1 },
        timestamp: '2026-01-31T08:30:00.000Z',
      },
    ],
    [
      'track with a semantic event',
      build.track({ person: id, ...semantic.orderCompleted({ order_id: 'o1' }) }),
      { type: 'track', userId: '7', event: 'Order Completed', properties: { order_id: 'o1' } },
    ],
    [
      'page',
      build.page({ person: { ...id, ...visitor }, name: 'Home', properties: { url: '/' } }),
      { type: 'page', userId: '7', anonymousId: 'v1', name: 'Home', properties: { url: '/' } },
    ],
    ['screen', build.screen({ person: visitor }), { type: 'screen', anonymousId: 'v1' }],
    [
      'group',
      build.group({ groupId: 'acme', person: id, traits: { name: 'Acme' } }),
      { type: 'group', groupId: 'acme', userId: '7', traits: { name: 'Acme' } },
    ],
    [
      'alias',
      build.alias({ keep: id, merge: visitor }),
      { type: 'alias', userId: '7', previousId: 'v1' },
    ],
    [
      'alias of two who are known',
      build.alias({ keep: ada, merge: id, ...common }),
      { type: 'alias', userId: 'ada@example.com', previousId: '7', ...common },
    ],
    [
      'object: the type is text among the traits',
      build.object({ type: 2, object: 'acme', traits: { name: 'Acme' } }),
      { type: 'group', groupId: 'acme', traits: { objectTypeId: '2', name: 'Acme' } },
    ],
    [
      'relationship: its attributes stand under a name of their own',
      build.relationship({ type: 1, object: 'acme', person: id, attributes: { role: 'owner' } }),
      {
        type: 'group',
        groupId: 'acme',
        userId: '7',
        traits: { objectTypeId: '1', relationshipAttributes: { role: 'owner' } },
      },
    ],
    [
      'relationship without attributes',
      build.relationship({ type: 1, object: 'acme', person: visitor }),
      { type: 'group', groupId: 'acme', anonymousId: 'v1', traits: { objectTypeId: '1' } },
    ],
    [
      'device: token and type in the context, attributes in the properties',
      build.device({
        person: id,
        token: 't',
        platform: 'ios',
        attributes: { lang: 'no' },
        context: { app: { version: '1.2' }, device: { model: 'x', token: 'other' } },
        ...at,
      }),
      {
        type: 'track',
        userId: '7',
        event: 'Device Created or Updated',
        properties: { lang: 'no' },
        timestamp: '2026-01-31T08:30:00.000Z',
        context: { app: { version: '1.2' }, device: { model: 'x', token: 't', type: 'ios' } },
      },
    ],
    [
      'deviceDelete',
      build.deviceDelete({ person: id, token: 't' }),
      {
        type: 'track',
        userId: '7',
        event: 'Device Deleted',
        properties: {},
        context: { device: { token: 't' } },
      },
    ],
    [
      'personDelete',
      build.personDelete({ person: ada, ...common }),
      {
        type: 'track',
        userId: 'ada@example.com',
        event: 'User Deleted',
        properties: {},
        ...common,
      },
    ],
    [
      'personSuppress',
      build.personSuppress({ person: id }),
      { type: 'track', userId: '7', event: 'User Suppressed', properties: {} },
    ],
    [
      'personUnsuppress',
      build.personUnsuppress({ person: id }),
      { type: 'track', userId: '7', event: 'User Unsuppressed', properties: {} },
    ],
    [
      'objectDelete: somebody who does not exist, the type as a number',
      build.objectDelete({ type: 2, object: 'acme' }),
      {
        type: 'track',
        anonymousId: 'acme',
        event: 'Object Deleted',
        properties: { objectId: 'acme', objectTypeId: 2 },
      },
    ],
    [
      'relationshipDelete',
      build.relationshipDelete({ type: 1, object: 'acme', person: ada }),
      {
        type: 'track',
        userId: 'ada@example.com',
        event: 'Relationship Deleted',
        properties: { objectId: 'acme', objectTypeId: 1 },
      },
    ],
    [
      'deliveryReport about nobody',
      build.deliveryReport({
        deliveryId: 'd',
        metric: 'opened',
        href: 'https://example.com',
        ...at,
      }),
      {
        type: 'track',
        event: 'Report Delivery Event',
        properties: { deliveryId: 'd', metric: 'opened', href: 'https://example.com' },
        timestamp: '2026-01-31T08:30:00.000Z',
      },
    ],
    [
      'deliveryReport about somebody',
      build.deliveryReport({ deliveryId: 'd', metric: 'clicked', person: id, ...common }),
      {
        type: 'track',
        userId: '7',
        event: 'Report Delivery Event',
        properties: { deliveryId: 'd', metric: 'clicked' },
        ...common,
      },
    ],
  ])('%s', (_, message, expected) => {
    expect(message).toStrictEqual(expected)
    expect(Message.parse(message)).toEqual(expected)
  })
})

it('a message has no trace of options that are undefined', () => {
  const nothing = {
    messageId: undefined,
    timestamp: undefined,
    context: undefined,
    integrations: undefined,
  }
  const person = { id: '7', anonymousId: undefined }
  expect(build.identify({ person, traits: undefined, ...nothing })).toStrictEqual({
    type: 'identify',
    userId: '7',
  })
  expect(build.page({ person, name: undefined, properties: undefined, ...nothing })).toStrictEqual({
    type: 'page',
    userId: '7',
  })
  const report = { deliveryId: 'd', metric: 'opened', reason: undefined } as const
  expect(build.deliveryReport({ ...report, person: undefined, ...nothing })).toStrictEqual({
    type: 'track',
    event: 'Report Delivery Event',
    properties: { deliveryId: 'd', metric: 'opened' },
  })
  expect(build.deviceDelete({ person, token: 't', platform: undefined, ...nothing })).toStrictEqual(
    {
      type: 'track',
      userId: '7',
      event: 'Device Deleted',
      properties: {},
      context: { device: { token: 't' } },
    },
  )
})

describe('a message that cannot be right', () => {
  const wrong = (value: unknown) => value as never
  it.each<readonly [string, () => unknown, string]>([
    [
      'of an anonymous identify',
      () => build.identify({ person: wrong(visitor) }),
      'person must have id or email: Customer.io ignores an identify of somebody anonymous',
    ],
    ['of no person', () => build.track({ person: wrong(null), event: 'x' }), 'person must have id'],
    [
      'of a name that is no text',
      () => build.page({ person: id, name: wrong(7) }),
      'name must be text',
    ],
    [
      'of nobody',
      () => build.track({ person: wrong({}), event: 'x' }),
      'person must have id, email',
    ],
    [
      'of two people at once',
      () => build.track({ person: wrong({ ...id, ...ada }), event: 'x' }),
      'by id or by email, not by both',
    ],
    ['of an empty id', () => build.page({ person: { id: '' } }), 'person.id must be text'],
    ['of a number as id', () => build.page({ person: wrong({ id: 7 }) }), 'person.id must be text'],
    [
      'of an id over 150 bytes',
      () => build.screen({ person: { anonymousId: 'ü'.repeat(76) } }),
      'person.anonymousId must be at most 150 bytes',
    ],
    [
      'of an event name over 100 bytes',
      () => build.track({ person: id, event: 'é'.repeat(51) }),
      'event must be at most 100 bytes',
    ],
    ['of no event', () => build.track({ person: id, event: '' }), 'event must be text'],
    [
      'of a time without an offset',
      () => build.track({ person: id, event: 'x', timestamp: '2026-01-31T09:30:00' }),
      'timestamp must be',
    ],
    [
      'of a date that is none',
      () => build.track({ person: id, event: 'x', timestamp: new Date('x') }),
      'timestamp must be',
    ],
    [
      'of an empty message id',
      () => build.track({ person: id, event: 'x', messageId: '' }),
      'messageId must be',
    ],
    [
      'of a switch that is neither on nor off',
      () => build.identify({ person: id, integrations: wrong({ All: 'yes' }) }),
      'integrations.All must be true or false',
    ],
    [
      'of traits that are no JSON',
      () => build.identify({ person: id, traits: { born: new Date(0) } }),
      'traits.born must be JSON',
    ],
    [
      'of a list as traits',
      () => build.identify({ person: id, traits: [] }),
      'traits must be an object',
    ],
    [
      'of an object without an id',
      () => build.object({ type: 1, object: '' }),
      'object must be text',
    ],
    [
      'of an object of no type',
      () => build.object({ type: 0, object: 'a' }),
      'type must be the number of an object type',
    ],
    [
      'of an object that hides its type among its traits',
      () => build.object({ type: 1, object: 'a', traits: { object_type_id: '2' } }),
      'traits.object_type_id must not be set',
    ],
    [
      'of a deletion of somebody anonymous',
      () => build.personDelete({ person: wrong(visitor) }),
      '"User Deleted" is about somebody Customer.io knows',
    ],
    [
      'of a device without a token',
      () => build.device({ person: id, token: '', platform: 'ios' }),
      'token must be text',
    ],
    [
      'of a device of an unknown platform',
      () => build.device({ person: id, token: 't', platform: wrong('web') }),
      'platform must be ios or android',
    ],
    [
      'of a device without a platform',
      () => build.device(wrong({ person: id, token: 't' })),
      'platform must be ios or android',
    ],
    [
      'of a deleted object without an id',
      () => build.objectDelete({ type: 1, object: '' }),
      'object must be text',
    ],
    [
      'of a report in an unknown metric',
      () => build.deliveryReport({ deliveryId: 'd', metric: wrong('bounced') }),
      'properties.metric must be one of delivered, clicked, converted, opened',
    ],
  ])('is refused with the reason: %s', (_, make, reason) => {
    expect(make).toThrow(reason)
    expect(make).toThrow(expect.objectContaining({ code: 'MESSAGE_INVALID' }))
  })

  it('is refused without repeating a value', () => {
    const make = () => build.track({ person: { id: 'ada@example.com'.repeat(20) }, event: 'x' })
    expect(make).not.toThrow(/ada/)
    expect(make).toThrow('person.id must be at most')
  })
})
