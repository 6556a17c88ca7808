import { describe, expect, it } from '@jest/globals'
import { aTwin, euKey, type SendOptions } from './support.ts'

const good = { type: 'identify', userId: 'u1', traits: { plan: 'pro' } }

/** A JSON object of exactly `bytes` bytes on the wire. */
function exactly(bytes: number, base: object): string {
  const empty = JSON.stringify({ ...base, traits: { x: '' } })
  return JSON.stringify({ ...base, traits: { x: 'a'.repeat(bytes - Buffer.byteLength(empty)) } })
}

interface Case {
  readonly what: string
  readonly call: string
  readonly body: unknown
  readonly options?: SendOptions
  readonly strict: number
  readonly reason: string
}

const cases: readonly Case[] = [
  {
    what: 'no key',
    call: 'identify',
    body: good,
    options: { headers: { authorization: '' } },
    strict: 401,
    reason: 'bad_key',
  },
  {
    what: 'an unknown key',
    call: 'identify',
    body: good,
    options: { key: 'nobody' },
    strict: 401,
    reason: 'bad_key',
  },
  {
    what: 'a bearer token',
    call: 'identify',
    body: good,
    options: { headers: { authorization: 'Bearer us-write-key' } },
    strict: 401,
    reason: 'bad_key',
  },
  {
    what: 'a password beside the key',
    call: 'identify',
    body: good,
    options: { key: 'us-write-key:secret' },
    strict: 401,
    reason: 'bad_key',
  },
  {
    what: 'a key of the other region',
    call: 'identify',
    body: good,
    options: { key: euKey },
    strict: 401,
    reason: 'wrong_region',
  },
  {
    what: 'a body that does not say it is JSON',
    call: 'identify',
    body: good,
    options: { headers: { 'content-type': 'text/plain' } },
    strict: 400,
    reason: 'content_type',
  },
  {
    what: 'a cut-off body',
    call: 'identify',
    body: '{"userId":"u1"',
    strict: 400,
    reason: 'malformed',
  },
  { what: 'an empty body', call: 'identify', body: '', strict: 400, reason: 'malformed' },
  {
    what: 'a body that is not UTF-8',
    call: 'identify',
    body: Buffer.from('{"userId":"\xff"}', 'latin1'),
    strict: 400,
    reason: 'malformed',
  },
  {
    what: 'bottomless nesting',
    call: 'identify',
    body: `{"userId":"u1","traits":{"x":${'['.repeat(600)}${']'.repeat(600)}}}`,
    strict: 400,
    reason: 'malformed',
  },
  { what: 'a bare array', call: 'identify', body: [good], strict: 400, reason: 'invalid' },
  {
    what: 'a batch without an array',
    call: 'batch',
    body: { batch: {} },
    strict: 400,
    reason: 'invalid',
  },
  {
    what: 'a batch with a crooked context',
    call: 'batch',
    body: { batch: [good], context: { active: 'yes' } },
    strict: 400,
    reason: 'invalid',
  },
  {
    what: 'a message of 32,001 bytes',
    call: 'identify',
    body: exactly(32_001, { userId: 'u1' }),
    strict: 400,
    reason: 'message_too_large',
  },
  {
    what: 'a body of 500,001 bytes',
    call: 'batch',
    body: `{"batch":[]}${' '.repeat(500_001 - 12)}`,
    strict: 413,
    reason: 'body_too_large',
  },
]

describe.each(cases)('$what', ({ call, body, options, strict, reason }) => {
  it('is refused in strict mode, with the reason', async () => {
    const { post, store } = await aTwin()
    const answer = await post(call, body, { ...options, strict: true })
    expect(answer.status).toBe(strict)
    expect(answer.body).toEqual({ meta: { errors: [expect.any(String)] } })
    expect(store.requests()).toMatchObject([
      { status: strict, verdict: 'refused', strict: true, reason },
    ])
    expect(store.dropped()).toMatchObject([{ status: strict, reason }])
    expect(store.people()).toEqual([])
  })

  it('is answered 200 and dropped in silence without strict mode', async () => {
    const { post, store } = await aTwin()
    const answer = await post(call, body, options)
    expect(answer).toEqual({ status: 200, body: {} })
    expect(store.requests()).toMatchObject([
      { status: 200, verdict: 'dropped', strict: false, reason },
    ])
    expect(store.dropped()).toMatchObject([{ status: 200, reason }])
    expect(store.people()).toEqual([])
  })
})

const invalid: readonly (readonly [string, object, RegExp])[] = [
  ['an unknown type', { type: 'purchase', userId: 'u1' }, /type must be one of/],
  ['no type in a batch', { userId: 'u1' }, /type must be one of/],
  ['identify without an id', { type: 'identify', traits: {} }, /userId or anonymousId/],
  [
    'identify with an empty id and no e-mail',
    { type: 'identify', userId: '' },
    /userId or anonymousId/,
  ],
  ['a numeric userId', { type: 'identify', userId: 7 }, /userId must be a string/],
  [
    'a null userId',
    { type: 'identify', userId: null, anonymousId: 'a' },
    /userId must be a string/,
  ],
  [
    'a userId over 150 bytes',
    { type: 'identify', userId: 'ü'.repeat(76) },
    /userId must be at most 150/,
  ],
  ['an anonymousId over 150 bytes', { type: 'page', anonymousId: 'a'.repeat(151) }, /at most 150/],
  [
    'traits that are a list',
    { type: 'identify', userId: 'u1', traits: [] },
    /traits must be an object/,
  ],
  [
    'an e-mail trait that is a number',
    { type: 'identify', userId: 'u1', traits: { email: 1 } },
    /email/,
  ],
  [
    'createdAt in seconds',
    { type: 'identify', userId: 'u1', traits: { createdAt: 1772366400 } },
    /traits\.createdAt must be an ISO 8601/,
  ],
  [
    'a topic that is not true or false',
    {
      type: 'identify',
      userId: 'u1',
      traits: { cio_subscription_preferences: { topics: { topic_1: 'yes' } } },
    },
    /topics must be true or false/,
  ],
  ['track without an event', { type: 'track', userId: 'u1' }, /event is required/],
  [
    'track with a blank event',
    { type: 'track', userId: 'u1', event: '  ' },
    /event must be a string/,
  ],
  ['track without anyone', { type: 'track', event: 'Paid' }, /userId or anonymousId/],
  [
    'an event name over 100 bytes',
    { type: 'track', userId: 'u1', event: '\u{1f600}'.repeat(26) },
    /event must be at most 100 bytes/,
  ],
  [
    'properties that are text',
    { type: 'track', userId: 'u1', event: 'Paid', properties: 'x' },
    /object/,
  ],
  ['page without anyone', { type: 'page', name: 'Home' }, /userId or anonymousId/],
  [
    'screen with a numeric name',
    { type: 'screen', userId: 'u1', name: 3 },
    /name must be a string/,
  ],
  ['group without a groupId', { type: 'group', userId: 'u1' }, /groupId is required/],
  ['group with an empty groupId', { type: 'group', groupId: '' }, /groupId must not be empty/],
  [
    'an object type that is a word',
    { type: 'group', groupId: 'g', traits: { objectTypeId: 'company' } },
    /objectTypeId must be an integer/,
  ],
  [
    'relationship attributes that are a list',
    { type: 'group', groupId: 'g', traits: { relationshipAttributes: [] } },
    /relationshipAttributes must be an object/,
  ],
  ['alias without previousId', { type: 'alias', userId: 'u1' }, /previousId is required/],
  ['alias with an empty userId', { type: 'alias', userId: '', previousId: 'p' }, /userId must not/],
  [
    'a timestamp in seconds',
    { type: 'identify', userId: 'u1', timestamp: 1772366400 },
    /timestamp/,
  ],
  ['a date without a time', { type: 'page', userId: 'u1', timestamp: '2026-03-01' }, /timestamp/],
  [
    'a time without an offset',
    { type: 'page', userId: 'u1', timestamp: '2026-03-01T10:00:00' },
    /offset/,
  ],
  [
    'a day that never was',
    { type: 'page', userId: 'u1', sentAt: '2026-02-30T10:00:00Z' },
    /sentAt/,
  ],
  [
    'a numeric messageId',
    { type: 'page', userId: 'u1', messageId: 9 },
    /messageId must be a string/,
  ],
  [
    'a context that is text',
    { type: 'page', userId: 'u1', context: 'x' },
    /context must be an object/,
  ],
  ['a channel nobody knows', { type: 'page', userId: 'u1', context: { channel: 'tv' } }, /channel/],
  [
    'a platform nobody knows',
    { type: 'page', userId: 'u1', context: { device: { type: 'web' } } },
    /context\.device\.type must be one of android, ios/,
  ],
  [
    'an integration that is text',
    { type: 'page', userId: 'u1', integrations: { All: 'no' } },
    /integrations/,
  ],
  [
    'User Deleted for nobody',
    { type: 'track', event: 'User Deleted', anonymousId: 'a' },
    /userId is required/,
  ],
  ['User Suppressed for nobody', { type: 'track', event: 'User Suppressed', userId: '' }, /userId/],
  [
    'a device without a token',
    { type: 'track', event: 'Device Created or Updated', userId: 'u1', context: { device: {} } },
    /context\.device\.token is required/,
  ],
  [
    'a device token among the properties',
    {
      type: 'track',
      event: 'Device Deleted',
      userId: 'u1',
      properties: { device: { token: 't' } },
    },
    /context is required/,
  ],
  [
    'Object Deleted by groupId alone',
    { type: 'track', event: 'Object Deleted', groupId: 'g' },
    /anonymousId is required; properties is required/,
  ],
  [
    'Object Deleted with a type in quotes',
    {
      type: 'track',
      event: 'Object Deleted',
      anonymousId: 'x',
      properties: { objectId: 'g', objectTypeId: '1' },
    },
    /objectTypeId must be an integer/,
  ],
  [
    'Relationship Deleted without an object',
    { type: 'track', event: 'Relationship Deleted', userId: 'u1', properties: {} },
    /properties\.objectId is required/,
  ],
  [
    'a delivery report with an unknown metric',
    { type: 'track', event: 'Report Delivery Event', properties: { metric: 'eaten' } },
    /metric must be one of/,
  ],
]

describe.each(invalid)('a message with %s', (_, message, problem) => {
  it('makes strict mode refuse its whole batch and name it', async () => {
    const { post, store } = await aTwin()
    const answer = await post('batch', { batch: [good, message] }, { strict: true })
    expect(answer.status).toBe(400)
    const { meta } = answer.body as { meta: { errors: string[] } }
    expect(meta.errors).toHaveLength(1)
    expect(meta.errors[0]).toMatch(/^batch\[1\]: /)
    expect(meta.errors[0]).toMatch(problem)
    expect(store.people()).toEqual([])
  })

  it('is dropped alone, in silence, without strict mode', async () => {
    const { post, store } = await aTwin()
    const answer = await post('batch', { batch: [message, good] })
    expect(answer).toEqual({ status: 200, body: {} })
    expect(store.people().map(({ id }) => id)).toEqual(['u1'])
    expect(store.events()).toEqual([])
    expect(store.requests()).toMatchObject([{ verdict: 'partly', messages: 2 }])
    expect(store.dropped()).toMatchObject([{ index: 0, reason: 'invalid', status: 200 }])
  })
})

describe('a refusal', () => {
  it('never repeats a value of the message', async () => {
    const { post } = await aTwin()
    const secret = 'ada@example.com'
    const message = {
      type: 'track',
      event: 'x',
      userId: { secret },
      timestamp: secret,
      integrations: { [secret]: secret },
      context: { channel: secret, campaign: { [secret]: 1 } },
    }
    const answer = await post('batch', { batch: [message] }, { strict: true })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.body)).not.toContain(secret)
  })

  it('names every bad message of a batch', async () => {
    const { post } = await aTwin()
    const answer = await post('batch', { batch: [{}, good, {}] }, { strict: true })
    const { meta } = answer.body as { meta: { errors: string[] } }
    expect(meta.errors.map((text) => text.slice(0, 9))).toEqual(['batch[0]:', 'batch[2]:'])
  })

  it('meets a type that is not the call', async () => {
    const { post } = await aTwin()
    expect((await post('identify', { ...good, type: 'track' }, { strict: true })).status).toBe(400)
  })

  it('meets a compressed body in both modes', async () => {
    const { post } = await aTwin()
    for (const strict of [true, false]) {
      const answer = await post('identify', good, {
        strict,
        headers: { 'content-encoding': 'gzip' },
      })
      expect(answer.status).toBe(415)
    }
  })

  it('meets unknown calls and other methods', async () => {
    const { post } = await aTwin()
    expect((await post('delete', good)).status).toBe(404)
    expect((await post('identify', good, { method: 'DELETE' })).status).toBe(405)
  })

  it('needs the value 1 to be strict', async () => {
    const { post } = await aTwin()
    const answer = await post('identify', {}, { headers: { 'x-strict-mode': 'true' } })
    expect(answer.status).toBe(200)
  })
})

describe('byte limits', () => {
  it('let exactly 32,000 bytes through and count bytes, not characters', async () => {
    const { post } = await aTwin()
    const strict = { strict: true }
    expect((await post('identify', exactly(32_000, { userId: 'u1' }), strict)).status).toBe(200)
    // 8,100 characters of four bytes are 32,400 bytes.
    const wide = { userId: 'u1', traits: { x: '\u{1f600}'.repeat(8_100) } }
    expect((await post('identify', wide, strict)).status).toBe(400)
    const narrow = { userId: 'u1', traits: { x: '\u{1f600}'.repeat(7_900) } }
    expect((await post('identify', narrow, strict)).status).toBe(200)
  })

  it('count each message of a batch as it stands on the wire', async () => {
    const { post, store } = await aTwin()
    const base = { type: 'identify', userId: 'u1' }
    const fits = exactly(32_000, base)
    const over = exactly(32_001, base)
    // 6,000 escaped characters of six bytes each: 36,000 bytes on the wire, 18,000 once parsed.
    const escaped = `{"type":"identify","userId":"u1","traits":{"x":"${'\\u20ac'.repeat(6_000)}"}}`
    const body = `{ "batch" : [ ${fits} , ${over} ,\n${escaped}, ${fits} ] }`
    expect((await post('batch', body)).status).toBe(200)
    expect(store.dropped().map(({ index, reason }) => [index, reason])).toEqual([
      [1, 'message_too_large'],
      [2, 'message_too_large'],
    ])
  })

  it('let exactly 500,000 bytes through', async () => {
    const { post } = await aTwin()
    const batch = JSON.stringify({ batch: [good] })
    const body = batch + ' '.repeat(500_000 - batch.length)
    expect((await post('batch', body, { strict: true })).status).toBe(200)
  })
})
