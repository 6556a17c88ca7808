import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { messageId } from '../../src/core/index.ts'
import { type DeletionKind, encodeDeletions } from '../../src/mapping/index.ts'
import { hasOpenApi, openApiCheck } from '../support/openapi.ts'
import { aTwin } from '../twin/cdp/support.ts'
import { aSync, messages, texts } from './support/spec.ts'

const options = {
  sync: aSync({ call: 'identify', person: { id: 'id' } }),
  destination: 'eu',
  window: { number: 7, openedAt: 1_700_000_000_123 },
  idSecret: 'a secret for tests',
  traits: ['city', 'plan', 'a"b'],
}
const kinds: readonly DeletionKind[] = ['clear', 'delete', 'suppress']
const idOf = (key: string) =>
  messageId(options.idSecret, 1_700_000_000_123, 'delete', 'people', 'eu', '7', key)
const parts = ({ bytes, offsets }: { bytes: Uint8Array; offsets: ArrayLike<number> }) =>
  Array.from({ length: offsets.length - 1 }, (_, i) =>
    Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])).toString(),
  )

describe('a deletion', () => {
  it.each([
    ['delete', 'User Deleted'],
    ['suppress', 'User Suppressed'],
  ] as const)('by %s is the event %s of the moment the window was opened', (kind, event) => {
    const block = encodeDeletions(kind, [{ key: '[1]', identity: 'p"1' }], options)
    expect(texts(block)).toEqual([
      `{"type":"track","messageId":"${idOf('[1]')}","userId":"p\\"1","event":"${event}","timestamp":"2023-11-14T22:13:20.123Z","properties":{}}`,
    ])
    expect(block.call).toBe(kind)
    expect(block.events && parts(block.events)).toEqual([event])
  })

  it('by clear sets every trait of the sync to null and has no time', () => {
    const block = encodeDeletions('clear', [{ key: '[1]', identity: 'p1' }], options)
    expect(texts(block)).toEqual([
      `{"type":"identify","messageId":"${idOf('[1]')}","userId":"p1","traits":{"city":null,"plan":null,"a\\"b":null}}`,
    ])
    expect(block.call).toBe('clear')
    expect(block).not.toHaveProperty('events')
  })

  it.each(kinds)('by %s needs an identity that Customer.io takes', (kind) => {
    const rows = ['', 'é'.repeat(75), 'é'.repeat(75).concat('x'), 'p4'].map((identity, i) => ({
      key: `[${i}]`,
      identity,
    }))
    const block = encodeDeletions(kind, rows, options)
    expect(parts(block.keys)).toEqual(['[1]', '[3]'])
    expect(block.invalid).toEqual([
      {
        key: '[0]',
        id: idOf('[0]'),
        reason: 'identifier_missing',
        text: 'the identity is NULL or empty, so the message is about nobody',
      },
      {
        key: '[2]',
        id: idOf('[2]'),
        reason: 'identifier_too_long',
        text: 'the identity is longer than the 150 bytes of an identifier',
      },
    ])
  })

  it('that names more traits than a message has room for is invalid', () => {
    const traits = Array.from({ length: 300 }, (_, i) => `${i}`.padStart(120, 'x'))
    const block = encodeDeletions('clear', [{ key: '[1]', identity: 'p1' }], { ...options, traits })
    expect(block.invalid).toMatchObject([{ key: '[1]', reason: 'message_too_large' }])
    const { traits: _, ...without } = options
    expect(messages(encodeDeletions('clear', [{ key: '[1]', identity: 'p1' }], without))).toEqual([
      { type: 'identify', messageId: idOf('[1]'), userId: 'p1', traits: {} },
    ])
  })

  it('keeps every row, in order, as a message or as invalid', () => {
    const row = fc.record({
      key: fc.string({ unit: 'grapheme' }),
      identity: fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('x'.repeat(151))),
    })
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.array(row, { maxLength: 6 }), (kind, rows) => {
        const block = encodeDeletions(kind, rows, options)
        const sent = rows.filter(({ identity }) => {
          const bytes = Buffer.byteLength(identity)
          return bytes > 0 && bytes <= 150
        })
        expect(messages(block).map(({ userId }) => userId)).toEqual(sent.map((r) => r.identity))
        expect(parts(block.identities)).toEqual(sent.map((r) => r.identity))
        expect(parts(block.keys)).toEqual(sent.map((r) => r.key))
        expect(Buffer.from(block.ids).toString()).toBe(sent.map((r) => idOf(r.key)).join(''))
        expect(JSON.parse(`[${Buffer.from(block.bytes)}]`)).toEqual(messages(block))
        expect(block.count + block.invalid.length).toBe(rows.length)
      }),
    )
  })
})

const publishedAs = { clear: 'identify', delete: 'delete_person', suppress: 'suppress_person' }
const published = hasOpenApi ? describe : describe.skip
published('by the published schema (skipped where ../shared has none), a deletion', () => {
  it.each(kinds)('by %s is a call of the API and the order it is meant to be', (kind) => {
    const check = openApiCheck()
    const [message] = messages(encodeDeletions(kind, [{ key: '[1]', identity: 'p1' }], options))
    expect(check(kind === 'clear' ? 'identify' : 'track', message)).toBeUndefined()
    expect(check(publishedAs[kind], message)).toBeUndefined()
    expect(check('delete_person', { ...message, event: 'Person Deleted' })).toBeDefined()
  })
})

describe('at Customer.io (the twin), a deletion', () => {
  const there = { type: 'identify', userId: 'p1', traits: { city: 'Oslo', plan: 'x', kept: 1 } }
  const [deletion, suppression, clearing] = (['delete', 'suppress', 'clear'] as const).map(
    (kind) => messages(encodeDeletions(kind, [{ key: '[1]', identity: 'p1' }], options))[0] ?? {},
  )

  it('by delete removes the person, whom the next message creates anew', async () => {
    const { store, take } = await aTwin()
    await take(there, deletion ?? {})
    expect(store.person('p1')).toBeUndefined()
    await take({ ...there, traits: {} })
    expect(store.person('p1')?.traits).not.toHaveProperty('city')
  })

  it('by suppress removes the person and lets nothing bring it back', async () => {
    const { store, take } = await aTwin()
    await take(there, suppression ?? {}, there)
    expect(store.person('p1')).toBeUndefined()
  })

  it('by clear takes the traits of the sync away and leaves the others', async () => {
    const { store, take } = await aTwin()
    await take(there, clearing ?? {})
    const traits = store.person('p1')?.traits
    expect(traits).toMatchObject({ kept: 1 })
    expect(traits).not.toHaveProperty('city')
    expect(traits).not.toHaveProperty('plan')
  })
})

describe('a deletion of what is no person', () => {
  const object = { call: 'object', object: { column: 'id', type: 3 } } as const
  const device = { call: 'device', person: { id: 'id' }, device: { token: 'token' } } as const
  const source = { from: { table: 't' }, key: ['id', 'token'], changes: { kind: 'auto' } } as const
  const gone = [{ key: '["p1","t\\"1"]', identity: 'p1' }]

  it('names an object by its id and type, and a person of no account', () => {
    const block = encodeDeletions('delete', gone, { ...options, sync: aSync(object) })
    expect(messages(block)[0]).toMatchObject({
      type: 'track',
      event: 'Object Deleted',
      anonymousId: 'p1',
      properties: { objectId: 'p1', objectTypeId: 3 },
    })
  })

  it('clears what the sync has set of an object, and leaves it', () => {
    const block = encodeDeletions('clear', gone, { ...options, sync: aSync(object) })
    expect(messages(block)[0]).toMatchObject({
      type: 'group',
      groupId: 'p1',
      traits: { objectTypeId: '3', city: null, plan: null },
    })
  })

  it('names a device by the token of its key', () => {
    const sync = aSync(device, { source: { ...source, settleMs: 0 } })
    expect(messages(encodeDeletions('delete', gone, { ...options, sync }))[0]).toMatchObject({
      type: 'track',
      event: 'Device Deleted',
      userId: 'p1',
      context: { device: { token: 't"1' } },
    })
  })
})
