import { describe, expect, it } from '@jest/globals'
import type { Json, SyncSpec, SyncTest } from '../../src/core/index.ts'
import { runTests } from '../../src/mapping/index.ts'
import { aSync, col } from './support/spec.ts'

const people = aSync({
  call: 'identify',
  person: { id: 'customer_id' },
  traits: { joined: col('signed_up_at', { as: 'unix' }), lines: col('lines', { as: 'json' }) },
  columns: { all: true, except: ['ssn'] },
})
const orders = aSync({
  call: 'track',
  person: { email: 'email' },
  event: { column: 'name', allow: ['Order Paid'] },
  at: 'ts',
  properties: { total: col('amount') },
})

function run(sync: SyncSpec, given: SyncTest['given'], expect: readonly Json[]) {
  return runTests({ ...sync, tests: [{ name: 'it', given, expect, path: ['tests', 0] }] })[0]
}

describe('runTests', () => {
  it('passes when each message has what is expected of it, and more', () => {
    const given = [
      {
        customer_id: 7,
        email: 'a@example.com',
        ssn: 'x',
        signed_up_at: '2024-02-29',
        lines: '[1]',
      },
    ]
    const wanted = [
      {
        type: 'identify',
        userId: '7',
        traits: { email: 'a@example.com', joined: 1709164800, lines: [1] },
      },
    ]
    expect(run(people, given, wanted)).toEqual({ name: 'it', passed: true, differences: [] })
  })

  it('says what differs, by place, type and value', () => {
    const result = run(
      people,
      [{ customer_id: 7, tags: ['a'], deep: { x: 1 } }],
      [{ userId: 7, traits: { city: 'Oslo', tags: ['a', 'b'], deep: { x: null } } }],
    )
    expect(result).toEqual({
      name: 'it',
      passed: false,
      differences: [
        'message 1.userId: expected number 7, found string "7"',
        'message 1.traits.city: expected string "Oslo", but it is not there',
        'message 1.traits.tags: expected array ["a","b"], found array ["a"]',
        'message 1.traits.deep.x: expected nothing: null, found number 1',
      ],
    })
  })

  it('compares arrays item by item', () => {
    const given = [{ customer_id: 7, tags: ['a', 'b'] }]
    expect(run(people, given, [{ traits: { tags: ['a', 'c'] } }])?.differences).toEqual([
      'message 1.traits.tags[1]: expected string "c", found string "b"',
    ])
  })

  it('takes ISO 8601 for the time of an event, in any zone', () => {
    const given = ['2024-01-01T12:00:00.5+02:00', '2024-01-01 10:00', '2024-01-01'].map((ts) => ({
      email: 'a@example.com',
      name: 'Order Paid',
      ts,
      amount: 1.5,
    }))
    const expected = ['10:00:00.500', '10:00:00.000', '00:00:00.000'].map((time) => ({
      type: 'track',
      event: 'Order Paid',
      timestamp: `2024-01-01T${time}Z`,
      properties: { total: 1.5 },
    }))
    expect(run(orders, given, expected)?.differences).toEqual([])
  })

  it.each([['soon'], [1700000000], ['2024-13-01']])('refuses %j for a time', (ts) => {
    const result = run(orders, [{ email: 'a@example.com', name: 'Order Paid', ts }], [{}])
    expect(result?.differences).toEqual([
      `given 1.ts: ${JSON.stringify(ts)} is no date or time in ISO 8601`,
    ])
  })

  it('expects a row that makes no message by the reason it has', () => {
    const given = [{ email: null, name: 'Order Paid', ts: '2024-01-01' }]
    expect(run(orders, given, [{ invalid: 'identifier_missing' }])?.passed).toBe(true)
    expect(
      run(orders, [{ email: 'a@example.com', name: 'x' }], [{ invalid: 'event_not_allowed' }])
        ?.passed,
    ).toBe(true)
    expect(
      run(orders, [{ email: 'a@example.com', name: 'Order Paid' }], [{ invalid: 'time_missing' }])
        ?.passed,
    ).toBe(true)
  })

  it('wants one expected message per row', () => {
    expect(run(people, [{ customer_id: 1 }, { customer_id: 2 }], [{}])?.differences).toEqual([
      'expected 1 messages, one per row, but 2 rows are given',
    ])
  })

  it('treats JSON that holds null, a false and a fraction like columns of those types', () => {
    const given = [{ customer_id: 1, a: null, b: false, c: 0.25, d: [null, { e: true }] }]
    const expected = [{ traits: { b: false, c: 0.25, d: [null, { e: true }] } }]
    expect(run(people, given, expected)?.differences).toEqual([])
  })
})
