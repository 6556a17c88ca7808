import { describe, expect, it } from '@jest/globals'
import {
  type DataType,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int64,
  List,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'
import { type EventCatalogue, InvalidFiles } from '../../src/core/index.ts'
import { compile } from '../../src/mapping/index.ts'
import { batchOf, type Value } from './support/arrow.ts'
import { aSync, col, constant, type Draft, messages, options } from './support/spec.ts'

const utf8 = new Utf8()
const timestampType = new TimestampMicrosecond('Etc/UTC')
type Columns = Record<string, [DataType, ...Value[]]>

function compiled(send: Draft, columns: Columns, events?: EventCatalogue) {
  const rows = batchOf(
    Object.entries({ _key: [utf8, '["k"]'], id: [utf8, 'p1'], ...columns } as Columns).map(
      ([name, [type, ...values]]) => ({ name, type, values }),
    ),
  )
  const mapping = compile(aSync(send), rows.schema, { ...options, ...(events && { events }) })
  return { mapping, block: mapping.encode(rows) }
}

/** Codes and suggestions of what keeps a sync from being compiled. */
function problemsOf(send: Draft, columns: Columns = {}, events?: EventCatalogue): string[] {
  try {
    compiled(send, columns, events)
  } catch (error) {
    if (error instanceof InvalidFiles) return error.problems.map(({ code }) => code)
    throw error
  }
  return []
}

const identify = (more: Partial<Draft>): Draft => ({
  call: 'identify',
  person: { id: 'id' },
  ...more,
})
const track = (event: string, more: Partial<Draft> = {}): Draft => ({
  call: 'track',
  person: { id: 'id' },
  event: { name: event },
  at: 'at',
  ...more,
})
const at: Columns = { at: [utf8, 'x'] }

describe('an attribute of more than 1000 bytes', () => {
  const send = (policy?: 'warn' | 'truncate') =>
    identify({
      traits: { bio: col('bio') },
      ...(policy && { limits: { attributeValues: policy } }),
    })
  const bio = (value: string): Columns => ({ bio: [utf8, value] })

  it('makes its row invalid, unless the sync file says otherwise', () => {
    const { block } = compiled(send(), bio('é'.repeat(501)))
    expect(block.invalid).toMatchObject([{ reason: 'value_too_long' }])
    expect(block.invalid[0]?.text).toContain('traits.bio')
  })

  it('counts in bytes of the text, not of its escapes', () => {
    expect(compiled(send(), bio('é'.repeat(500))).block.count).toBe(1)
    expect(compiled(send(), bio('"'.repeat(1000))).block.count).toBe(1)
  })

  it('is sent and counted under warn', () => {
    const { block } = compiled(send('warn'), bio('x'.repeat(1001)))
    expect(messages(block)[0]).toMatchObject({ traits: { bio: 'x'.repeat(1001) } })
    expect(block.long).toEqual(new Map([['traits.bio', 1]]))
  })

  it('is shortened to whole characters and counted under truncate', () => {
    const { block } = compiled(send('truncate'), bio(`x${'é'.repeat(600)}`))
    expect(messages(block)[0]).toMatchObject({ traits: { bio: `x${'é'.repeat(499)}` } })
    expect(block.long).toEqual(new Map([['traits.bio', 1]]))
  })

  it('that is no text cannot be shortened', () => {
    const tags: Columns = {
      bio: [new List(new Field('item', utf8, true)), ['x'.repeat(600), 'y'.repeat(600)]],
    }
    expect(compiled(send('truncate'), tags).block.invalid).toMatchObject([
      { reason: 'value_too_long' },
    ])
  })

  it('is no matter of an event, whose properties may be longer', () => {
    const columns = { ...bio('x'.repeat(5000)), at: [utf8, 'x'] as [DataType, string] }
    expect(problemsOf(track('Paid', { properties: { bio: col('bio') } }), columns)).toEqual([
      'at_type',
    ])
  })

  it('that is a constant is found before the first row', () => {
    expect(problemsOf(identify({ traits: { bio: constant('x'.repeat(1001)) } }))).toEqual([
      'attribute_too_long',
    ])
  })
})

describe('names and numbers of attributes', () => {
  const many = Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`t${i}`, constant(i)]))
  const long = { ['é'.repeat(76)]: constant(1) }

  it('over the limit are refused', () => {
    expect(problemsOf(identify({ traits: many }))).toEqual(['attributes_too_many'])
    expect(problemsOf(identify({ traits: long }))).toEqual(['attribute_name_too_long'])
  })

  it('are warned of under warn', () => {
    const limits = { attributeCount: 'warn', attributeNames: 'warn' } as const
    const { mapping } = compiled(identify({ traits: { ...many, ...long }, limits }), {})
    expect(mapping.warnings.map(({ code }) => code).sort()).toEqual([
      'attribute_name_too_long',
      'attributes_too_many',
    ])
  })

  it('are cut under truncate, and said so', () => {
    const limits = { attributeCount: 'truncate', attributeNames: 'truncate' } as const
    const { mapping, block } = compiled(identify({ traits: { ...long, ...many }, limits }), {})
    const traits = messages(block)[0]?.traits as object
    expect(Object.keys(traits)).toHaveLength(300)
    expect(traits).toHaveProperty('é'.repeat(75))
    expect(mapping.warnings).toHaveLength(2)
  })
})

describe('names that Customer.io keeps for itself', () => {
  it('are refused as attributes', () => {
    expect(problemsOf(identify({ traits: { cio_id: constant('x') } }))).toEqual([
      'attribute_reserved',
    ])
    const object: Draft = {
      call: 'object',
      object: { column: 'id', type: 1 },
      traits: { objectTypeId: constant(2) },
    }
    expect(problemsOf(object)).toEqual(['field_duplicate', 'attribute_reserved'])
  })

  it('that override campaigns are refused as properties, unless they are allowed', () => {
    const send = track('Paid', { properties: { recipient: col('id') } })
    expect(problemsOf(send, at)).toEqual(['at_type', 'property_overrides'])
    expect(problemsOf({ ...send, allow: ['recipient'] }, at)).toEqual(['at_type'])
  })
})

describe('consent', () => {
  const send = identify({ consent: { unsubscribed: col('no'), topics: {}, channels: {} } })

  it('is a BOOLEAN column: nobody guesses what a text means', () => {
    expect(problemsOf(send, { no: [utf8, 'no'] })).toEqual(['consent_type'])
    expect(problemsOf(send, { no: [new Int64(), 1n] })).toEqual(['consent_type'])
    expect(problemsOf(send)).toContain('column_missing')
  })
})

describe('an event that Customer.io knows by name', () => {
  const catalogue: EventCatalogue = {
    rule: (name) =>
      ({
        'Order Completed': {
          name,
          properties: {
            total: { type: 'number' as const },
            step: { type: 'integer' as const },
            lines: {
              type: 'array' as const,
              items: { type: 'object' as const, members: { price: { type: 'number' as const } } },
            },
          },
        },
        'User Deleted': { name, properties: {}, call: 'person_delete' },
        'Report Content Event': { name, properties: {}, isReserved: true as const },
        'Application Opened': { name, properties: {}, needsDevice: true as const },
      })[name],
    context: { type: 'object', members: { ip: { type: 'text' } } },
    traits: { email: { type: 'text' }, createdAt: { type: 'time' } },
    nearest: (name) => (name === 'Order Complete' ? 'Order Completed' : undefined),
  }
  const order = (properties: NonNullable<Draft['properties']>) =>
    track('Order Completed', { properties })
  const found = (send: Draft, columns: Columns = {}) =>
    problemsOf(send, { ...at, ...columns }, catalogue).filter((code) => code !== 'at_type')

  it('refuses a column whose type cannot be right', () => {
    expect(found(order({ total: col('t') }), { t: [utf8, '12.50'] })).toEqual(['property_type'])
    expect(found(order({ total: col('t') }), { t: [new Float64(), 1] })).toEqual([])
    expect(found(order({ total: constant('12') }))).toEqual(['property_type'])
    expect(found(order({ lines: col('l') }), { l: [utf8, '[]'] })).toEqual(['property_type'])
    expect(found(order({ total: col('t') }), { t: [new Decimal(2, 18), 1n] })).toEqual([])
  })

  it('names on which it acts are refused, with the call that is meant for them', () => {
    expect(found(track(' User Deleted '))).toEqual(['acting_event'])
    expect(found(track('Report Content Event'))).toEqual(['acting_event'])
    const list: Draft = {
      ...track('x'),
      event: { column: 'id', allow: ['Paid', 'User Deleted'] },
    }
    expect(found(list)).toEqual(['acting_event'])
  })

  it('that it takes for a device needs the token', () => {
    expect(found(track('Application Opened'))).toEqual(['device_missing'])
    const device = {
      kind: 'fields' as const,
      fields: { token: col('id'), type: constant('ios') },
      path: [],
    }
    expect(found(track('Application Opened', { context: { device } }))).toEqual([])
  })

  it('is suggested for a near miss, which is sent all the same', () => {
    const timed: Columns = { at: [new Int64(), 0n] }
    expect(found(track('Order Complete'), timed)).toEqual([])
  })

  it('is no event: traits and context with a meaning of their own have their types too', () => {
    const whole: Columns = { n: [new Int64(), 1n], day: [new DateDay(), 1] }
    const trait = (traits: Draft['traits']) => found(identify({ traits: traits ?? {} }), whole)
    expect(trait({ email: col('n') })).toEqual(['property_type'])
    expect(trait({ email: col('n', { as: 'text' }) })).toEqual([])
    expect(trait({ createdAt: col('day', { as: 'iso' }) })).toEqual(['property_type'])
    expect(trait({ other: col('n') })).toEqual([])
    expect(found(identify({ context: { ip: col('n') } }), whole)).toEqual(['property_type'])
    expect(found(identify({ context: { more: col('n') } }), whole)).toEqual([])
  })

  it.each([
    ['[{"price":1.5}]', undefined],
    ['[{"price":"1.5"}]', 'value_not_fitting'],
    ['{"price":1.5}', 'value_not_fitting'],
    ['[]', undefined],
  ])('looks at JSON row by row: %s', (json, reason) => {
    const rows = batchOf([
      { name: '_key', type: utf8, values: ['["k"]'] },
      { name: 'id', type: utf8, values: ['p1'] },
      { name: 'at', type: timestampType, values: [0n] },
      { name: 'l', type: utf8, values: [json] },
    ])
    const send = order({ lines: col('l', { as: 'json' }) })
    const block = compile(aSync(send), rows.schema, { ...options, events: catalogue }).encode(rows)
    expect(block.invalid[0]?.reason).toBe(reason)
  })

  it('looks at a whole number row by row where the column may hold others', () => {
    const rows = batchOf([
      { name: '_key', type: utf8, values: ['["a"]', '["b"]'] },
      { name: 'id', type: utf8, values: ['p1', 'p1'] },
      { name: 'at', type: timestampType, values: [0n, 0n] },
      { name: 's', type: new Float64(), values: [2, 2.5] },
    ])
    const send = order({ step: col('s') })
    const mapping = compile(aSync(send), rows.schema, { ...options, events: catalogue })
    expect(mapping.encode(rows).invalid).toMatchObject([
      { key: '["b"]', reason: 'value_not_fitting' },
    ])
  })
})
