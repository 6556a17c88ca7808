import { expect, it } from '@jest/globals'
import { checkMessage, limits } from '../../src/customerio/index.ts'
import { aTwin } from '../twin/cdp/support.ts'

/*
 * In permissive mode Customer.io answers 200 to all of these and keeps nothing of them, or not all. Whoever sends them
 * through this package hears of it before anything is sent.
 */

const person = { userId: 'p1' }
const track = { type: 'track', ...person, event: 'Paid' }
const device = { ...track, event: 'Device Created or Updated' }
const long = 'é'.repeat(76)
const value = 'x'.repeat(limits.attributeValueBytes + 1)
const many = Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`t${i}`, i]))

const dropped: readonly (readonly [what: string, message: object])[] = [
  ['no type', { ...person }],
  ['a type that is no call', { type: 'idenfity', ...person }],
  ['nobody', { type: 'identify', traits: {} }],
  ['an empty id', { type: 'identify', userId: '' }],
  ['an id that is a number', { type: 'identify', userId: 7 }],
  ['an id of 152 bytes', { type: 'identify', userId: long }],
  ['an anonymous id of 152 bytes', { type: 'page', anonymousId: long }],
  ['a track without an event', { type: 'track', ...person }],
  ['an event without a name', { ...track, event: ' ' }],
  ['an event name of 101 bytes', { ...track, event: 'x'.repeat(101) }],
  ['properties that are a list', { ...track, properties: [1] }],
  ['traits that are text', { type: 'identify', ...person, traits: 'gold' }],
  ['an e-mail address that is a number', { type: 'identify', ...person, traits: { email: 7 } }],
  [
    'a creation date that is no time',
    { type: 'identify', ...person, traits: { createdAt: 'yesterday' } },
  ],
  [
    'preferences that are text',
    {
      type: 'identify',
      ...person,
      traits: { cio_subscription_preferences: { topics: { topic_1: 'yes' } } },
    },
  ],
  ['a timestamp that is no time', { ...track, timestamp: '22.11.2026' }],
  ['a timestamp that is a number', { ...track, timestamp: 1_700_000_000 }],
  ['a context field of another type', { ...track, context: { ip: 7 } }],
  ['a platform that is none', { ...device, context: { device: { token: 't', type: 'web' } } }],
  ['a device without a token', { ...device, context: { device: { type: 'ios' } } }],
  [
    'a device without a person',
    {
      type: 'track',
      anonymousId: 'v',
      event: 'Device Created or Updated',
      context: { device: { token: 't' } },
    },
  ],
  ['a deletion of somebody anonymous', { type: 'track', anonymousId: 'v', event: 'User Deleted' }],
  [
    'a deletion of an object without naming one',
    { type: 'track', anonymousId: 'v', event: 'Object Deleted' },
  ],
  [
    'a relationship deleted without its object',
    { ...track, event: 'Relationship Deleted', properties: {} },
  ],
  [
    'an object type that is a name',
    { type: 'group', groupId: 'g', traits: { objectTypeId: 'company' } },
  ],
  ['a group without an id', { type: 'group', ...person }],
  ['a group with an empty id', { type: 'group', groupId: '', ...person }],
  ['an alias without anybody to merge', { type: 'alias', ...person }],
  ['integrations that are no switches', { ...track, integrations: { All: 'yes' } }],
  ['a message of more than 32,000 bytes', { ...track, properties: { x: 'x'.repeat(32_000) } }],
]

it.each(dropped)('hears of %s, which Customer.io takes with 200 and drops', async (_, message) => {
  const { store, post } = await aTwin()
  const answer = await post('batch', { batch: [message] })
  expect(answer.status).toBe(200)
  expect(store.messages('us')).toEqual([])
  expect(complaints(message)).not.toEqual([])
})

const unset: readonly (readonly [what: string, traits: object])[] = [
  ['an attribute of more than 1000 bytes', { bio: value }],
  ['a name of more than 150 bytes', { [long]: 1 }],
  ['more than 300 attributes', many],
]

it.each(unset)(
  'hears of %s, which Customer.io takes with 200 and leaves out',
  async (_, traits) => {
    const { store, post } = await aTwin()
    const message = { type: 'identify', ...person, traits }
    expect((await post('batch', { batch: [message] }, { strict: true })).status).toBe(200)
    expect(store.failures('us')).toHaveLength(1)
    expect(complaints(message)).not.toEqual([])
  },
)

it('hears of an identify of somebody anonymous, which Customer.io takes, even in strict mode, and ignores', async () => {
  const { store, post } = await aTwin()
  const message = { type: 'identify', anonymousId: 'v1', traits: { plan: 'pro' } }
  expect((await post('batch', { batch: [message] }, { strict: true })).status).toBe(200)
  expect(store.ignored('us')).toHaveLength(1)
  expect(complaints(message)).not.toEqual([])
})

/** What the package says to a message before it sends it. */
function complaints(message: object): string[] {
  const said = checkMessage(message as Parameters<typeof checkMessage>[0])
  const bytes = Buffer.byteLength(JSON.stringify(message))
  return bytes > limits.messageBytes ? [...said, 'too large'] : said
}
