import { describe, expect, it } from '@jest/globals'
import {
  Bool,
  type DataType,
  DateDay,
  Decimal,
  Float32,
  Float64,
  Int32,
  Int64,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'
import { isError, messageId } from '../../src/core/index.ts'
import { compile } from '../../src/mapping/index.ts'
import { batchOf, type Value } from './support/arrow.ts'
import { aSync, col, constant, type Draft, messages, nest, options, texts } from './support/spec.ts'

type Columns = Record<string, [DataType, ...Value[]]>
type Sent = Omit<Draft, 'call'>
type Tracked = Omit<Draft, 'call'>

const utf8 = new Utf8()
const instant = new TimestampMicrosecond('Etc/UTC')

function batch(columns: Columns) {
  return batchOf(
    Object.entries(columns).map(([name, [type, ...values]]) => ({ name, type, values })),
  )
}

/** Encodes an identify of rows whose key is `k` and whose id is `p1`, unless the columns say otherwise. */
function identify(columns: Columns, send: Sent = {}, more = {}) {
  const rows = batch({ _key: [utf8, '["k"]'], id: [utf8, 'p1'], ...columns })
  const sync = aSync({ call: 'identify', person: { id: 'id' }, traits: {}, ...send })
  return compile(sync, rows.schema, { ...options, ...more }).encode(rows)
}

function track(columns: Columns, send: Tracked = {}) {
  const all = { _key: [utf8, '["k"]'], id: [utf8, 'p1'], at: [instant, 0n], ...columns } as Columns
  const rows = batch(all)
  const sync = aSync({
    call: 'track',
    person: { id: 'id' },
    event: { name: 'Order Placed' },
    at: 'at',
    properties: {},
    ...send,
  })
  return compile(sync, rows.schema, options).encode(rows)
}

/** The one trait `x` of a column with one value, as JSON text. */
function sentAs(type: DataType, value: Value, more: Parameters<typeof col>[1] = {}) {
  const block = identify({ x: [type, value] }, { traits: { x: col('x', more) } })
  return /"traits":\{"x":(.*)\}\}$/.exec(texts(block)[0] ?? '')?.[1]
}

const reasons = (block: { invalid: readonly { reason: string }[] }) =>
  block.invalid.map(({ reason }) => reason)

describe('an encoded message', () => {
  it('is an identify with its traits, context and integrations, in that order', () => {
    const block = identify(
      { email: [utf8, 'a@example.com'], ip: [utf8, '::1'] },
      {
        traits: { email: col('email'), origin: constant('lakehouse') },
        context: { ip: col('ip') },
        integrations: { All: false },
      },
    )
    const id = messageId(options.idSecret, 1_700_000_000_000, 'state', 'people', 'eu', '7', '["k"]')
    expect(texts(block)).toEqual([
      `{"type":"identify","messageId":"${id}","userId":"p1","traits":{"email":"a@example.com","origin":"lakehouse"},"context":{"ip":"::1"},"integrations":{"All":false}}`,
    ])
  })

  it('is a track with the name, time and properties of its event', () => {
    const block = track(
      { at: [instant, 1_700_000_000_123_456n], total: [new Float64(), 12.5] },
      { properties: { total: col('total') } },
    )
    const id = messageId(options.idSecret, 1_700_000_000_123, 'event', 'people', '["k"]')
    expect(texts(block)).toEqual([
      `{"type":"track","messageId":"${id}","userId":"p1","event":"Order Placed","timestamp":"2023-11-14T22:13:20.123456Z","properties":{"total":12.5}}`,
    ])
  })

  it('has a timestamp in an identify only when `at` names one', () => {
    const column: Columns = { seen: [new DateDay(), 1] }
    expect(messages(identify(column))[0]).not.toHaveProperty('timestamp')
    expect(messages(identify(column, { at: 'seen' }))[0]).toMatchObject({
      timestamp: '1970-01-02T00:00:00.000Z',
    })
  })

  it('takes an e-mail address as userId and implies no trait', () => {
    const block = identify({ mail: [utf8, 'a@example.com'] }, { person: { email: 'mail' } })
    expect(messages(block)[0]).toMatchObject({ userId: 'a@example.com', traits: {} })
  })

  it('is about the anonymous id where a track has no userId', () => {
    const block = track(
      {
        id: [utf8, 'p1', null],
        ghost: [utf8, 'g1', 'g2'],
        _key: [utf8, '1', '2'],
        at: [instant, 0n, 0n],
      },
      { person: { id: 'id', anonymousId: 'ghost' } },
    )
    expect(messages(block)).toMatchObject([
      { userId: 'p1', anonymousId: 'g1' },
      { anonymousId: 'g2' },
    ])
    expect(messages(block)[1]).not.toHaveProperty('userId')
    expect(Buffer.from(block.identities.bytes).toString()).toBe('p1g2')
  })

  it('escapes the names of fields as well as texts', () => {
    const block = identify(
      { note: [utf8, 'a"b\\c\n\u0001é😀'] },
      { traits: { 'the "note"\n': nest({ 'x\\y': col('note') }) } },
    )
    expect(messages(block)[0]?.traits).toEqual({ 'the "note"\n': { 'x\\y': 'a"b\\c\n\u0001é😀' } })
  })

  it('puts U+FFFD in the place of bytes that are not UTF-8, surrogates among them', () => {
    const bad = Buffer.from([0x61, 0xed, 0xa0, 0x80, 0x62])
    const block = identify({ note: [utf8, bad] }, { traits: { note: col('note') } })
    expect(messages(block)[0]?.traits).toEqual({ note: 'a\ufffd\ufffd\ufffdb' })
  })
})

describe('a value', () => {
  it.each([
    [new Int64(), 9007199254740993n, {}, '9007199254740993'],
    [new Int64(), -(2n ** 63n), {}, '-9223372036854775808'],
    [new Int32(), -7, { as: 'text' }, '"-7"'],
    [new Decimal(2, 12), 1250n, {}, '12.5'],
    [new Decimal(18, 38), 1_000_000_000_000_000_000n, {}, '1'],
    [new Decimal(18, 38), 123456789012345678901234567890n, {}, '"123456789012.345678901234567890"'],
    [new Decimal(2, 20), 1234567890123456789n, {}, '"12345678901234567.89"'],
    [new Decimal(2, 12), 1250n, { as: 'text' }, '"12.50"'],
    [new Decimal(0, 38), 2n ** 64n + 5n, {}, '"18446744073709551621"'],
    [new Decimal(0, 38), -(2n ** 70n), {}, '"-1180591620717411303424"'],
    [new Float64(), 0.1, {}, '0.1'],
    [new Float64(), 1e21, {}, '1e+21'],
    [new Float32(), Math.fround(0.1), {}, '0.1'],
    [new Float32(), 16777216, {}, '16777216'],
    [new Bool(), true, {}, 'true'],
    [new Bool(), false, { as: 'text' }, '"false"'],
    [new DateDay(), -1, { as: 'iso' }, '"1969-12-31"'],
    [new DateDay(), -1, { as: 'unix' }, '-86400'],
    [instant, -1n, { as: 'unix' }, '-1'],
    [instant, -1n, { as: 'iso' }, '"1969-12-31T23:59:59.999999Z"'],
    [instant, 1_000n, { as: 'iso' }, '"1970-01-01T00:00:00.001Z"'],
    [new TimestampMicrosecond(), 0n, { as: 'iso' }, '"1970-01-01T00:00:00.000Z"'],
    [utf8, ' {"a": [9007199254740993]}\n', { as: 'json' }, '{"a": [9007199254740993]}'],
    [utf8, '{"a":1}', {}, '"{\\"a\\":1}"'],
    [utf8, 'Ab', { mask: 'redact' }, '"[redacted]"'],
    [
      utf8,
      'abc',
      { mask: 'sha256' },
      '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"',
    ],
    [
      utf8,
      ' ABC ',
      { mask: 'sha256_lower' },
      '"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"',
    ],
  ] as const)('of type %s, %s, sent %j, is %s', (type, value, how, json) => {
    expect(sentAs(type, value, how)).toBe(json)
  })

  it('that is NULL follows the policy of its field, else of the sync', () => {
    const columns: Columns = { a: [utf8, null], b: [utf8, null] }
    const traits = { a: col('a'), b: col('b', { nulls: 'clear' }) }
    expect(messages(identify(columns, { traits }))[0]?.traits).toEqual({ b: null })
    expect(messages(identify(columns, { traits, nulls: 'clear' }))[0]?.traits).toEqual({
      a: null,
      b: null,
    })
    const refused = identify(columns, { traits, nulls: 'invalid' })
    expect(refused.invalid).toMatchObject([
      { key: '["k"]', reason: 'value_missing', text: expect.stringContaining('a is NULL') },
    ])
  })

  it('that is the JSON null counts as NULL under `as: json`', () => {
    const column: Columns = { a: [utf8, ' null '] }
    expect(
      messages(identify(column, { traits: { a: col('a', { as: 'json' }) } }))[0]?.traits,
    ).toEqual({})
  })

  it('is mended on its own where only its neighbour makes it UTF-8', () => {
    const halves = [Buffer.from([0x78, 0xc3]), Buffer.from([0xa9, 0x78])]
    const block = identify(
      { _key: [utf8, '1', '2'], id: [utf8, 'a', 'b'], x: [utf8, ...halves] },
      { traits: { x: col('x') } },
    )
    expect(messages(block).map(({ traits }) => traits)).toEqual([
      { x: 'x\ufffd' },
      { x: '\ufffdx' },
    ])
  })

  it('is found where a slice begins within a byte of bits', () => {
    const flags = Array.from({ length: 11 }, (_, i) => i % 3 === 0)
    const columns = [
      { name: '_key', type: utf8, values: flags.map((_, i) => `${i}`) },
      { name: 'id', type: utf8, values: flags.map((_, i) => `p${i}`) },
      { name: 'flag', type: new Bool(), values: flags },
    ]
    const rows = batchOf(columns, { around: 10 })
    const sync = aSync({ call: 'identify', person: { id: 'id' }, traits: { flag: col('flag') } })
    const block = compile(sync, rows.schema, options).encode(rows)
    expect(messages(block).map(({ traits }) => traits)).toEqual(flags.map((flag) => ({ flag })))
  })

  it('takes its object with it when all of it is omitted', () => {
    const traits = { address: nest({ city: col('city') }), none: nest({}) }
    const block = identify({ city: [utf8, null] }, { traits })
    expect(messages(block)[0]?.traits).toEqual({ none: {} })
  })
})

describe('a row is invalid', () => {
  const tooLong = 'x'.repeat(151)
  it.each<[string, Columns, Sent]>([
    ['identifier_missing', { id: [utf8, null] }, {}],
    ['identifier_missing', { id: [utf8, ''] }, {}],
    ['identifier_too_long', { id: [utf8, tooLong] }, {}],
    [
      'identifier_too_long',
      { ghost: [utf8, tooLong] },
      { person: { id: 'id', anonymousId: 'ghost' } },
    ],
    ['key_missing', { _key: [utf8, null] }, {}],
    ['no_route', { _reject: [utf8, 'no_route'] }, {}],
    ['other', { _reject: [utf8, 'other'] }, {}],
    ['time_missing', { seen: [instant, null] }, { at: 'seen' }],
    ['time_out_of_range', { seen: [instant, 2n ** 62n] }, { at: 'seen' }],
    ['time_out_of_range', { x: [instant, 2n ** 62n] }, { traits: { x: col('x', { as: 'iso' }) } }],
    ['value_not_finite', { x: [new Float64(), Number.NaN] }, { traits: { x: col('x') } }],
    ['value_not_json', { x: [utf8, '{a:1}'] }, { traits: { x: col('x', { as: 'json' }) } }],
    [
      'value_not_finite',
      { x: [new Float32(), Number.NEGATIVE_INFINITY] },
      { context: { x: nest({ y: col('x') }) } },
    ],
  ])('for %s, in columns %j', (reason, columns, send) => {
    const block = identify(columns, send)
    expect(reasons(block)).toEqual([reason])
    expect(block).toMatchObject({ count: 0, bytes: new Uint8Array(0) })
  })

  it('for an event that `allow` does not list, or none', () => {
    const block = track(
      {
        _key: [utf8, '1', '2', '3'],
        id: [utf8, 'a', 'b', 'c'],
        at: [instant, 0n, 0n, 0n],
        name: [utf8, 'Paid', 'User Deleted', null],
      },
      { event: { column: 'name', allow: ['Paid'] } },
    )
    expect(reasons(block)).toEqual(['event_not_allowed', 'event_missing'])
    expect(messages(block)).toMatchObject([{ event: 'Paid' }])
    expect(Buffer.from(block.events?.bytes ?? []).toString()).toBe('Paid')
  })

  it('with a text that shows no value', () => {
    const secret = 'hush@example.com'
    const block = identify(
      { x: [utf8, secret], id: [utf8, 'p1'] },
      { traits: { x: col('x', { as: 'json' }) } },
    )
    expect(block.invalid[0]?.text).not.toContain('hush')
  })

  it('above the limit of a message and not at it, and the rows around it are whole', () => {
    const note = (bytes: number) => 'n'.repeat(bytes)
    const send: Tracked = { properties: { note: col('note') } }
    const overhead = texts(track({ note: [utf8, ''] }, send))[0]?.length ?? 0
    const block = track(
      {
        _key: [utf8, '1', '2', '3', '4'],
        id: [utf8, 'p1', 'p2', 'p3', 'p4'],
        at: [instant, 0n, 0n, 0n, 0n],
        note: [utf8, note(32_000 - overhead), note(32_001 - overhead), note(600_000), 'short'],
      },
      send,
    )
    expect(block.invalid.map(({ key, reason }) => [key, reason])).toEqual([
      ['2', 'message_too_large'],
      ['3', 'message_too_large'],
    ])
    expect(messages(block).map(({ userId }) => userId)).toEqual(['p1', 'p4'])
    expect(Buffer.from(block.keys.bytes).toString()).toBe('14')
  })

  it('with the id that its message would have had', () => {
    const block = track({ at: [instant, null] })
    const id = messageId(options.idSecret, 1_700_000_000_000, 'event', 'people', '["k"]')
    expect(block.invalid).toMatchObject([{ id, reason: 'time_missing' }])
  })
})

describe('a key that is written down as a hash', () => {
  const hashed = '{"sha256":"0f"}'
  const columns: Columns = {
    _key: [utf8, hashed, hashed, hashed],
    _id_key: [utf8, '["k"]', '["l"]', '["m"]'],
    _person: [utf8, 'aa', 'bb', 'cc'],
    _reject: [utf8, null, 'no_route', null],
    id: [utf8, 'p1', 'p2', 'p3'],
  }
  const text = ({ bytes }: { bytes: Uint8Array }) => Buffer.from(bytes).toString()

  it('makes the ids that the key itself makes', () => {
    const plain = identify({ ...columns, _key: columns._id_key ?? [utf8] })
    const block = identify(columns, {}, { auditKey: 'hashed' })
    expect(block.ids).toEqual(plain.ids)
    expect(block.invalid.map(({ id }) => id)).toEqual(plain.invalid.map(({ id }) => id))
    expect(
      new Set([block.invalid[0]?.id, ...messages(block).map((one) => one.messageId)]).size,
    ).toBe(3)
  })

  it('is what outcomes get, with the hash of the person, and nothing of a row that made no message', () => {
    const block = identify(columns, {}, { auditKey: 'hashed' })
    expect(text(block.keys)).toBe(hashed + hashed)
    expect(block.people && text(block.people)).toBe('aacc')
    expect([...(block.people?.offsets ?? [])]).toEqual([0, 2, 4])
    expect(text(block.identities)).toBe('p1p3')
    expect(block.invalid).toMatchObject([{ key: hashed, reason: 'no_route' }])
    expect(identify({}, {}, { auditKey: 'hashed' }).people).toBeUndefined()
    // Elsewhere these are columns like any other.
    const all = identify(columns, { columns: { all: true, except: [] } })
    expect(all.people).toBeUndefined()
    expect(messages(all)[0]?.traits).toMatchObject({ _person: 'aa' })
  })
})

describe('a block', () => {
  it('of no rows is empty', () => {
    const block = identify({ _key: [utf8], id: [utf8] })
    expect(block).toMatchObject({ count: 0, invalid: [], bytes: new Uint8Array(0) })
    expect(block.keys.offsets).toHaveLength(1)
  })

  it('joins its messages by one comma, so that a run of them is one slice', () => {
    const block = identify({ _key: [utf8, '1', '2', '3'], id: [utf8, 'a', 'b', 'c'] })
    const slice = Buffer.from(block.bytes.subarray(block.starts[1], block.ends[2])).toString()
    expect(JSON.parse(`[${slice}]`)).toMatchObject([{ userId: 'b' }, { userId: 'c' }])
    expect(JSON.parse(`[${Buffer.from(block.bytes)}]`)).toHaveLength(3)
  })

  it('carries the hash of each row, with none for NULL, beside its messages and its refusals', () => {
    const block = identify({
      _key: [utf8, '1', '2', '3', '4', '5'],
      _hash: [utf8, 'aa', 'bb', null, null, 'eee'],
      id: [utf8, 'p1', null, 'p3', null, 'p5'],
    })
    expect(Buffer.from(block.hashes?.bytes ?? []).toString()).toBe('aaeee')
    expect(Array.from(block.hashes?.offsets ?? [])).toEqual([0, 2, 2, 5])
    expect(block.invalid.map(({ key, hash }) => [key, hash])).toEqual([
      ['2', 'bb'],
      ['4', undefined],
    ])
    expect(messages(block)[0]).not.toHaveProperty('traits._hash')
  })

  it('has no hashes where the batch has none, and reads them from the column it is told', () => {
    expect(identify({})).not.toHaveProperty('hashes')
    const block = identify({ fingerprint: [utf8, 'ff'] }, {}, { hashColumn: 'fingerprint' })
    expect(Buffer.from(block.hashes?.bytes ?? []).toString()).toBe('ff')
  })

  it('is not changed by the next one', () => {
    const rows = batch({ _key: [utf8, '1', '2'], _hash: [utf8, 'x', 'y'], id: [utf8, 'a', 'b'] })
    const sync = aSync({ call: 'identify', person: { id: 'id' }, traits: {} })
    const mapping = compile(sync, rows.schema, options)
    const first = mapping.encode(rows, 0, 1)
    const before = structuredClone(first)
    mapping.encode(rows, 1, 2)
    expect(first).toEqual(before)
  })

  it('numbers partitions alike for the life of the mapping', () => {
    const columns = [
      { name: '_key', type: utf8, values: ['1', '2', '3'] },
      { name: 'id', type: utf8, values: ['a', 'b', 'c'] },
      { name: 'region', type: utf8, values: ['EU', null, 'US'] },
    ]
    const sync = aSync({
      call: 'identify',
      person: { id: 'id' },
      traits: {},
      partition: { by: 'region' },
    })
    const rows = batchOf(columns)
    const mapping = compile(sync, rows.schema, options)
    const first = mapping.encode(rows)
    const second = mapping.encode(rows, 2, 3)
    expect([Array.from(first.partition ?? []), first.partitions]).toEqual([
      [0, 1, 2],
      ['EU', '', 'US'],
    ])
    expect([Array.from(second.partition ?? []), second.partitions]).toEqual([[2], ['EU', '', 'US']])
  })

  it.each([
    ['lost a column', { _key: [utf8, '1'] }],
    ['has a column of another type', { _key: [utf8, '1'], id: [new Float64(), 1] }],
  ] as [string, Columns][])('is refused as SCHEMA_CHANGED when the batch %s', (_, changed) => {
    const rows = batch({ _key: [utf8, '1'], id: [utf8, 'a'] })
    const sync = aSync({ call: 'identify', person: { id: 'id' }, traits: {} })
    const mapping = compile(sync, rows.schema, options)
    let thrown: unknown
    try {
      mapping.encode(batch(changed))
    } catch (error) {
      thrown = error
    }
    expect(isError(thrown)).toBe(true)
    expect(thrown).toMatchObject({ code: 'SCHEMA_CHANGED', exitCode: 3 })
  })
})
