import { describe, expect, it } from '@jest/globals'
import { Field, Schema, Utf8 } from 'apache-arrow'
import type { InvalidFiles, Personal, SyncSpec } from '../../src/core/index.ts'
import { compile } from '../../src/mapping/index.ts'
import { aSync, col, type Draft, nest, options } from './support/spec.ts'

const names = ['id', 'Email', 'name', 'city', 'token']
const schema = new Schema(names.map((name) => new Field(name, new Utf8(), true)))
const tagged: Personal = { kind: 'tagged', columns: { email: 'pii', city: 'class.location' } }
const unresolved: Personal = { kind: 'unresolved', because: 'it is a query' }

function mappingOf(sync: SyncSpec, personal: Personal = tagged) {
  return compile(sync, schema, { ...options, personal })
}

function problemsOf(sync: SyncSpec, personal?: Personal): InvalidFiles['problems'] {
  try {
    mappingOf(sync, personal)
  } catch (error) {
    return (error as InvalidFiles).problems
  }
  return []
}

const found = (sync: SyncSpec, personal?: Personal) =>
  problemsOf(sync, personal).map(({ code, message }) => `${code} ${message.split(' ')[0]}`)

function identify(send: Omit<Draft, 'call'>, more: Partial<SyncSpec> = {}) {
  return aSync({ call: 'identify', person: { id: 'id' }, traits: {}, ...send }, more)
}

describe('a column tagged as personal', () => {
  it('needs a mask, and the problem says where and what would do', () => {
    expect(problemsOf(identify({ traits: { mail: col('Email'), name: col('name') } }))).toEqual([
      {
        file: 'syncs/people.yml',
        line: 4,
        column: 1,
        code: 'pii_unmasked',
        message: 'Email is tagged pii in Unity Catalog and would leave as it is, as traits.mail',
        suggestion: 'add mask: sha256 to it, or allow_pii: [Email] under send',
      },
    ])
    expect(problemsOf(identify({ traits: { mail: col('Email', { mask: 'sha256' }) } }))).toEqual([])
  })

  it('leaves unmasked where allow_pii names it, or says true', () => {
    const traits = { mail: col('Email'), city: col('city') }
    expect(found(identify({ traits, allowPii: ['Email'] }))).toEqual(['pii_unmasked city'])
    expect(problemsOf(identify({ traits, allowPii: true }))).toEqual([])
  })

  it.each<[string, SyncSpec]>([
    ['in an object', identify({ traits: { at: nest({ where: col('city') }) } })],
    [
      'by columns: all',
      identify({ columns: { all: true, except: ['Email'] }, traits: { name: col('name') } }),
    ],
    ['in the context', identify({ context: { at: nest({ where: col('city') }) } })],
    [
      'as part of the key',
      identify({}, { source: { ...aSync({ call: 'identify' }).source, key: ['id', 'city'] } }),
    ],
    ['as a name', aSync({ call: 'page', person: { id: 'id' }, name: col('city') })],
    ['as somebody merged', aSync({ call: 'alias', person: { id: 'id' }, merge: { id: 'city' } })],
    ['as an object', aSync({ call: 'object', object: { column: 'city', type: 1 }, traits: {} })],
    [
      'as the token of a device',
      aSync({ call: 'device', person: { id: 'id' }, device: { token: 'city' }, attributes: {} }),
    ],
    [
      'as the name of an event',
      aSync({ call: 'track', person: { id: 'id' }, event: { column: 'city', allow: ['A'] } }),
    ],
  ])('is found %s', (_, sync) => {
    expect(found(sync)).toEqual(['pii_unmasked city'])
  })

  it('that says who cannot be masked, so only allow_pii is suggested', () => {
    const [problem] = problemsOf(identify({ person: { email: 'Email' } }))
    expect(problem).toMatchObject({
      code: 'pii_unmasked',
      message: expect.stringContaining('as userId'),
      suggestion: 'add allow_pii: [Email] under send if it is meant',
    })
  })

  it('stands in the inventory with its tag', () => {
    const { fields } = mappingOf(identify({ traits: { mail: col('Email', { mask: 'redact' }) } }))
    expect(fields).toEqual([
      { column: 'id', field: 'userId' },
      { column: 'Email', field: 'traits.mail', mask: 'redact', tag: 'pii' },
    ])
  })

  it('changes nothing of what a mapping is', () => {
    const sync = identify({ traits: { mail: col('Email') }, allowPii: true })
    const bare = identify({ traits: { mail: col('Email') } })
    expect(mappingOf(sync).hash).toBe(compile(bare, schema, options).hash)
  })
})

describe('where tags cannot be resolved', () => {
  it('every column that leaves needs a mask or allow_pii', () => {
    const traits = { mail: col('Email', { mask: 'sha256' }), name: col('name') }
    const sync = identify({ traits, allowPii: ['id'] })
    expect(problemsOf(sync, unresolved)).toMatchObject([
      {
        code: 'pii_unresolved',
        message:
          'name would leave as it is, as traits.name, and nobody can say whether it is personal: it is a query',
      },
    ])
    expect(found(identify({ traits, allowPii: ['id', 'name'] }), unresolved)).toEqual([])
  })
})

describe('allow_pii', () => {
  it('names columns that are there, whatever is tagged', () => {
    const sync = identify({ allowPii: ['nmae'] })
    expect(problemsOf(sync, { kind: 'tagged', columns: {} })).toMatchObject([
      { code: 'column_missing', suggestion: 'did you mean name?' },
    ])
  })
})
