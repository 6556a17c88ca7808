import { describe, expect, it } from '@jest/globals'
import {
  Binary,
  type DataType,
  DateDay,
  Field,
  Float64,
  Int64,
  List,
  Map_,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'
import type { InvalidFiles, SyncSpec } from '../../src/core/index.ts'
import { compile } from '../../src/mapping/index.ts'
import { aSync, col, type Draft, nest, options } from './support/spec.ts'

const list = new List(new Field('item', new Utf8(), true))
const columns: Record<string, DataType | [DataType, string]> = {
  id: new Int64(),
  email: new Utf8(),
  score: new Float64(),
  signed_up_at: new TimestampMicrosecond(),
  born_on: new DateDay(),
  photo: [new Binary(), 'BINARY'],
  tags: list,
  photos: new List(new Field('item', new Binary(), true)),
  trial: [new Utf8(), 'INTERVAL DAY TO SECOND'],
  by_list: new Map_(
    new Field(
      'entries',
      new Struct([new Field('key', list as DataType, false), new Field('value', new Utf8(), true)]),
      false,
    ) as never,
  ),
  name: new Utf8(),
}

function schemaOf(of: typeof columns, twice: string[] = []): Schema {
  const fields = Object.entries(of).map(([name, it]) => {
    const [type, sql] = Array.isArray(it) ? it : [it]
    const metadata = sql === undefined ? undefined : new Map([['Spark:DataType:SqlName', sql]])
    return new Field(name, type, true, metadata)
  })
  return new Schema([...fields, ...twice.map((name) => new Field(name, new Utf8(), true))])
}

function problemsOf(sync: SyncSpec, schema = schemaOf(columns)): InvalidFiles['problems'] {
  try {
    compile(sync, schema, options)
  } catch (error) {
    return (error as InvalidFiles).problems
  }
  return []
}

function identify(send: Omit<Draft, 'call'>) {
  return aSync({ call: 'identify', person: { id: 'id' }, traits: {}, ...send })
}

function track(send: Omit<Draft, 'call'>) {
  return aSync({
    call: 'track',
    person: { id: 'id' },
    event: { name: 'Paid' },
    at: 'signed_up_at',
    properties: {},
    ...send,
  })
}

const codes = (sync: SyncSpec, schema?: Schema) => problemsOf(sync, schema).map(({ code }) => code)

describe('compile', () => {
  it('takes a sync that fits', () => {
    const all = {
      all: true as const,
      except: ['photo', 'photos', 'trial', 'by_list'],
    }
    expect(problemsOf(identify({ columns: all }))).toEqual([])
  })

  it('lists every problem at once, each with its place and a suggestion', () => {
    const sync = identify({
      person: { id: 'idd' },
      traits: { mail: col('emial'), photo: col('photo') },
    })
    expect(problemsOf(sync)).toEqual([
      {
        file: 'syncs/people.yml',
        line: 4,
        column: 1,
        code: 'column_missing',
        message: 'the source has no column idd',
        suggestion: 'did you mean id?',
      },
      expect.objectContaining({ code: 'column_missing', suggestion: 'did you mean email?' }),
      expect.objectContaining({
        code: 'type_not_sendable',
        message: expect.stringContaining('BINARY'),
      }),
    ])
  })

  it('makes no suggestion where nothing is near', () => {
    const [problem] = problemsOf(identify({ traits: { x: col('zzzzzzzzzzzz') } }))
    expect(problem).not.toHaveProperty('suggestion')
  })

  it.each<[string, string[], Omit<Draft, 'call'>]>([
    [
      'a column that stands twice in the source',
      ['column_ambiguous'],
      { traits: { x: col('twice') } },
    ],
    ['id beside email', ['identifier_ambiguous'], { person: { id: 'id', email: 'email' } }],
    ['nobody', ['identifier_missing'], { person: {} }],
    [
      'an identify of anonymous people',
      ['identifier_missing'],
      { person: { anonymousId: 'email' } },
    ],
    [
      'an identifier that is no text or whole number',
      ['identifier_type'],
      { person: { id: 'score' } },
    ],
    ['a time that is none', ['at_type'], { at: 'email' }],
    ['a partition that has no text', ['partition_type'], { partition: { by: 'tags' } }],
    [
      'a missing column in except',
      ['column_missing'],
      {
        columns: { all: true, except: ['photo', 'photos', 'trial', 'by_list', 'twice', 'phto'] },
      },
    ],
    ['a binary inside an array', ['type_not_sendable'], { traits: { x: col('photos') } }],
    ['a map whose keys have no text', ['type_not_sendable'], { traits: { x: col('by_list') } }],
    [
      'an interval that is not declared text',
      ['type_not_sendable'],
      { traits: { x: col('trial') } },
    ],
    ['a TIMESTAMP without as', ['time_format_missing'], { traits: { x: col('signed_up_at') } }],
    [
      'a DATE without as, however deep',
      ['time_format_missing'],
      { traits: { x: nest({ y: col('born_on') }) } },
    ],
    ['as: json of a number', ['as_not_possible'], { traits: { x: col('score', { as: 'json' }) } }],
    ['as: unix of a text', ['as_not_possible'], { traits: { x: col('email', { as: 'unix' }) } }],
    [
      'as: iso of a text, in the context',
      ['as_not_possible'],
      { context: { x: col('email', { as: 'iso' }) } },
    ],
    ['as: text of an array', ['as_not_possible'], { traits: { x: col('tags', { as: 'text' }) } }],
    [
      'a hash of an array',
      ['mask_not_possible'],
      { traits: { x: col('tags', { mask: 'sha256' }) } },
    ],
    [
      'a hash of parsed JSON',
      ['mask_not_possible'],
      {
        traits: { x: col('email', { as: 'json', mask: 'sha256' }) },
      },
    ],
    [
      'a field that columns: all brings once more',
      ['field_duplicate'],
      {
        traits: { name: col('email') },
        columns: { all: true, except: ['photo', 'photos', 'trial', 'by_list', 'twice'] },
      },
    ],
  ])('refuses %s', (_, expected, send) => {
    expect(codes(identify(send), schemaOf(columns, ['twice', 'twice']))).toEqual(expected)
  })

  it.each<[string, string[], Omit<Draft, 'call'>]>([
    [
      'an event column that is no text',
      ['event_type'],
      { event: { column: 'id', allow: ['Paid'] } },
    ],
    ['an event name above 100 bytes', ['event_too_long'], { event: { name: 'é'.repeat(51) } }],
    [
      'such a name in allow',
      ['event_too_long'],
      { event: { column: 'name', allow: ['x'.repeat(101)] } },
    ],
  ])('refuses %s', (_, expected, send) => {
    expect(codes(track(send))).toEqual(expected)
  })

  it('does not look for what `except` names in a snapshot, where it never was', () => {
    const sync = identify({ columns: { all: true, except: ['ssn'] } })
    const schema = schemaOf({ id: new Int64(), email: new Utf8() })
    expect(codes(sync, schema)).toEqual(['column_missing'])
    const mapping = compile(sync, schema, { ...options, isSnapshot: true })
    expect(mapping.columns).toEqual(['id', 'email'])
  })

  it('takes an interval as text, and an array that is redacted', () => {
    const traits = { a: col('trial', { as: 'text' }), b: col('tags', { mask: 'redact' }) }
    expect(problemsOf(identify({ traits }))).toEqual([])
  })
})

describe('a mapping', () => {
  const everything = identify({
    at: 'signed_up_at',
    traits: {
      mail: col('email', { mask: 'sha256_lower' }),
      deep: nest({ born: col('born_on', { as: 'unix' }) }),
    },
    columns: { all: true, except: ['photo', 'photos', 'trial', 'by_list', 'signed_up_at', 'tags'] },
    partition: { by: 'tags2' },
  })
  const schema = schemaOf({ ...columns, tags2: new Utf8() })

  it('names the columns it reads, each once', () => {
    expect(compile(everything, schema, options).columns).toEqual([
      'id',
      'signed_up_at',
      'email',
      'born_on',
      'score',
      'name',
      'tags2',
    ])
  })

  it('hashes a row over what its message says and whom it is about, and when an event was, not over its partition', () => {
    const send = { at: 'signed_up_at', partition: { by: 'tags2' }, context: { ip: col('email') } }
    const state = identify({ ...send, traits: { b: col('score'), a: col('email') } })
    expect(compile(state, schema, options).hashColumns).toEqual(['email', 'id', 'score'])
    const named = { column: 'name', allow: ['Paid'] }
    const event = track({ event: named, properties: { since: col('signed_up_at', { as: 'iso' }) } })
    const mapping = compile(event, schema, options)
    expect(mapping.hashColumns).toEqual(expect.arrayContaining(['name', 'signed_up_at']))
    expect(mapping.hashColumns).toEqual([...new Set(mapping.columns)].sort())
  })

  it('names its traits, constants too, but not the one that says who', () => {
    const traits = {
      id: col('id'),
      email: col('email'),
      plan: { kind: 'constant', value: 'x', path: [] } as const,
      deep: nest({ city: col('name') }),
    }
    const traitsOf = (sync: SyncSpec) => compile(sync, schema, options).traits
    expect(traitsOf(identify({ traits }))).toEqual(['email', 'plan', 'deep'])
    const byEmail = identify({ traits, person: { email: 'email' } })
    expect(traitsOf(byEmail)).toEqual(['id', 'plan', 'deep'])
    expect(traitsOf(track({ properties: traits }))).toEqual([])
  })

  it('lists where every column goes, for the inventory', () => {
    expect(compile(everything, schema, options).fields).toEqual([
      { column: 'id', field: 'userId' },
      { column: 'signed_up_at', field: 'timestamp' },
      { column: 'email', field: 'traits.mail', mask: 'sha256_lower' },
      { column: 'born_on', field: 'traits.deep.born', as: 'unix' },
      { column: 'score', field: 'traits.score' },
      { column: 'name', field: 'traits.name' },
      { column: 'tags2', field: 'traits.tags2' },
    ])
    const ghost = track({
      person: { anonymousId: 'email' },
      event: { column: 'name', allow: ['Paid'] },
    })
    expect(compile(ghost, schema, options).fields).toEqual([
      { column: 'email', field: 'anonymousId' },
      { column: 'name', field: 'event' },
      { column: 'signed_up_at', field: 'timestamp' },
    ])
  })

  it('sends times as ISO 8601 where `columns: all` brings them', () => {
    const sync = identify({
      columns: { all: true, except: ['photo', 'photos', 'trial', 'by_list'] },
    })
    const fields = compile(sync, schemaOf(columns), options).fields
    expect(fields).toContainEqual({ column: 'born_on', field: 'traits.born_on', as: 'iso' })
  })

  it('has a text and a hash that only what is sent can change', () => {
    const one = identify({ traits: { a: col('email'), b: col('name', { as: 'text' }) } })
    const same = identify({
      traits: { b: col('name', { as: 'text' }), a: col('email') },
      partition: { by: 'name' },
      to: { kind: 'one', destination: 'us' },
    })
    const other = identify({ traits: { a: col('email'), b: col('name') } })
    const [first, second, third] = [one, same, other].map((sync) => compile(sync, schema, options))
    expect(second?.text).toBe(first?.text)
    expect(second?.hash).toBe(first?.hash)
    expect(third?.hash).not.toBe(first?.hash)
    expect(first?.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(JSON.parse(first?.text ?? '')).toMatchObject({ call: 'identify', userId: 'id' })
  })

  it('covers context, constants and integrations with its text', () => {
    const base = { traits: { a: nest({ b: col('email') }) } }
    const hashes = [
      {},
      { context: { ip: col('name') } },
      { integrations: { All: false } },
      { nulls: 'clear' as const },
      { at: 'signed_up_at' },
    ].map((more) => compile(identify({ ...base, ...more }), schema, options).hash)
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  it('knows that one row is one identity only where the identity is the key', () => {
    const one = (sync: SyncSpec) => compile(sync, schema, options).oneMessagePerIdentity
    expect(one(identify({}))).toBe(true)
    expect(one(identify({ person: { email: 'email' } }))).toBe(false)
    expect(one(track({}))).toBe(false)
    const key = ['id', 'name']
    const wider = { ...identify({}), source: { ...identify({}).source, key } }
    expect(one(wider)).toBe(false)
  })
})
