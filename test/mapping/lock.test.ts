import { describe, expect, it } from '@jest/globals'
import { Field, Int32, Schema, Utf8 } from 'apache-arrow'
import { compile, runTests } from '../../src/mapping/index.ts'
import { aSync, col } from './support/spec.ts'

const options = { destination: 'us', window: { number: 1, openedAt: 0 }, idSecret: 's' }
const schema = (...names: string[]) =>
  new Schema([
    new Field('id', new Int32()),
    ...names.map((name) => new Field(name, new Utf8(), true)),
  ])
const lock = { columns: { id: 'INT', plan: 'STRING', joined: 'DATE' }, personal: {} }
const all = aSync({
  call: 'identify',
  person: { id: 'id' },
  traits: {},
  columns: { all: true, except: [], new: 'hold' },
})

describe('columns that came after the lock', () => {
  it('are held back and named, and leave the mapping what it was', () => {
    const before = compile({ ...all, lock }, schema('plan', 'joined'), options)
    const after = compile({ ...all, lock }, schema('plan', 'joined', 'salary'), options)
    expect(after.columns).toEqual(['id', 'plan', 'joined'])
    expect(after.hash).toBe(before.hash)
    expect(before.warnings).toEqual([])
    expect(after.warnings).toEqual([
      expect.objectContaining({
        code: 'columns_held',
        message: 'customerio.lock.yml does not have salary: held back',
      }),
    ])
  })

  it('are sent where a field names them, and where nothing is held', () => {
    const named = { ...all, send: { ...all.send, fields: { pay: col('salary') } }, lock }
    expect(compile(named, schema('plan', 'joined', 'salary'), options).columns).toContain('salary')
    const open = { ...all, send: { ...all.send, columns: { all: true as const, except: [] } } }
    expect(compile({ ...open, lock }, schema('salary'), options).columns).toEqual(['id', 'salary'])
  })
})

describe('an optional field', () => {
  const sync = aSync({
    call: 'identify',
    person: { id: 'id' },
    traits: {
      plan: col('plan', { optional: true }),
      address: {
        kind: 'fields',
        fields: { city: col('city', { optional: true }), zip: col('zip') },
        path: [],
      },
    },
    consent: { unsubscribed: col('opted_out', { optional: true }), topics: {}, channels: {} },
    context: { locale: col('locale', { optional: true }) },
  })

  it('is left out where the source has no such column, however deep it stands', () => {
    expect(compile(sync, schema('zip'), options).columns).toEqual(['id', 'zip'])
  })

  it('is sent where the column is there', () => {
    const { columns } = compile(sync, schema('zip', 'city', 'plan', 'locale'), options)
    expect([...columns].sort()).toEqual(['city', 'id', 'locale', 'plan', 'zip'])
  })

  it('does not excuse one that is not', () => {
    expect(() => compile(sync, schema('plan'), options)).toThrow(/no column zip/)
  })
})

it('lets a test know columns that no row of it gives', () => {
  const wanted = [{ type: 'identify', traits: { joined: '2026-01-31' } }]
  const tests = [
    { name: 'a', given: [{ id: 1, joined: '2026-01-31' }], expect: wanted, path: ['tests', 0] },
  ]
  expect(runTests({ ...all, lock, tests })).toEqual([{ name: 'a', passed: true, differences: [] }])
  const cleared = { ...all.send, nulls: 'clear' as const }
  const expected = [{ traits: { plan: null } }]
  expect(
    runTests({ ...all, send: cleared, lock, tests: [{ ...tests[0]!, expect: expected }] })[0],
  ).toMatchObject({ passed: true })
})
