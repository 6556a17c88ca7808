import { describe, expect, it } from '@jest/globals'
import { BatchBody, Message } from '../../src/customerio/index.ts'

const accepts = (message: unknown): boolean => Message.safeParse(message).success

describe('a message', () => {
  it.each([
    { type: 'identify', userId: '1', traits: { email: 'ada@example.com', n: null, deep: [{}] } },
    { type: 'identify', anonymousId: 'a' },
    { type: 'track', userId: '1', event: 'Bought', timestamp: '2026-01-01T00:00:00.000Z' },
    { type: 'page', anonymousId: 'v', name: 'Home', properties: { url: 'https://example.com' } },
    { type: 'screen', userId: '1', name: 'Start' },
    { type: 'group', groupId: 'acme', traits: { objectTypeId: '1' } },
    { type: 'alias', userId: '1', previousId: '2' },
    {
      type: 'identify',
      userId: '1',
      messageId: 'm',
      context: { ip: '::1' },
      integrations: { All: false },
    },
  ])('of the documented shape is accepted: %j', (message) => {
    expect(accepts(message)).toBe(true)
  })

  it.each([
    ['has nobody', { type: 'identify', traits: {} }],
    ['is an event of nobody', { type: 'track', event: 'x' }],
    ['is a page of nobody', { type: 'page', name: 'x' }],
    ['is a screen of nobody', { type: 'screen', name: 'x' }],
    ['is an event without a name', { type: 'track', userId: '1' }],
    ['has an empty id', { type: 'identify', userId: '' }],
    ['has a number as id', { type: 'identify', userId: 1 }],
    ['has an id of more than 150 bytes', { type: 'identify', userId: 'ü'.repeat(76) }],
    [
      'has an event name of more than 100 bytes',
      { type: 'track', userId: '1', event: 'é'.repeat(51) },
    ],
    ['has an unknown field', { type: 'group', groupId: 'a', objectTypeId: '1' }],
    ['has a time that is no ISO time', { type: 'identify', userId: '1', timestamp: 'yesterday' }],
    ['is a merge with one side', { type: 'alias', userId: '1' }],
    ['is an object without an id', { type: 'group', userId: '1' }],
    ['has an unknown type', { type: 'delete', userId: '1' }],
    ['has no type', { userId: '1' }],
  ])('is refused when it %s', (_, message) => {
    expect(accepts(message)).toBe(false)
  })
})

it('a batch holds at least one message and nothing beside them', () => {
  const batch = [{ type: 'identify', userId: '1' }]
  expect(BatchBody.safeParse({ batch }).success).toBe(true)
  expect(BatchBody.safeParse({ batch: [] }).success).toBe(false)
  expect(BatchBody.safeParse({ batch, context: {} }).success).toBe(false)
})
