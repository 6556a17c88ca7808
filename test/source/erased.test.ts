import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { SendSpec } from '../../src/core/index.ts'
import { hashKey, identifierHash, namingColumns } from '../../src/source/index.ts'

const send = (more: object): SendSpec => ({ call: 'identify', fields: {}, ...more }) as SendSpec
const column = (name: string) => ({ kind: 'column', column: name, path: [] })

describe('the columns that name a person', () => {
  it('are all those a row is about, each once', () => {
    const person = { id: 'id', email: 'mail', anonymousId: 'visitor' }
    expect(namingColumns(send({ person }), {})).toEqual(['id', 'mail', 'visitor'])
    expect(
      namingColumns(send({ call: 'alias', person: { id: 'id' }, merge: { id: 'old' } }), {}),
    ).toEqual(['id', 'old'])
  })

  it('are also what becomes the e-mail address or id of a profile, by name or among all columns', () => {
    const listed = send({ person: { id: 'id' }, fields: { email: column('address') } })
    expect(namingColumns(listed, {})).toEqual(['id', 'address'])
    const all = send({ person: { id: 'k' }, columns: { all: true, except: ['id'] } })
    expect(namingColumns(all, { k: 'INT', id: 'INT', email: 'STRING' })).toEqual(['k', 'email'])
    expect(namingColumns({ ...all, call: 'track' }, { email: 'STRING' })).toEqual(['k'])
  })

  it('are none where a sync is about things', () => {
    const thing = { call: 'object', object: { column: 'id', type: 1 } }
    expect(namingColumns(send(thing), { id: 'INT', email: 'STRING' })).toEqual([])
  })
})

describe('the key of the hashes', () => {
  it('is one for each secret, tells nothing of it, and stands in no statement', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string({ minLength: 8 }), (one, other) => {
        fc.pre(one !== other)
        expect(hashKey(one)).toMatch(/^[0-9a-f]{64}$/)
        expect(hashKey(one)).toBe(hashKey(one))
        expect(hashKey(one)).not.toBe(hashKey(other))
        expect(identifierHash('x')).not.toContain(hashKey(one))
      }),
    )
  })
})
