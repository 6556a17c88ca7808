import { describe, expect, it } from '@jest/globals'
import {
  type AuditKey,
  type InvalidFiles,
  nothingPersonal,
  type Personal,
  type SyncSpec,
} from '../../src/core/index.ts'
import { auditKeyFor, formByContent, hashedOf, keyExpression } from '../../src/source/index.ts'

const column = (name: string) => ({ kind: 'column', column: name, path: [] })
const us = { kind: 'one', destination: 'us' }
const tagged: Personal = { kind: 'tagged', columns: { ssn: 'pii' } }
const unresolved: Personal = { kind: 'unresolved', because: 'it is a query' }

function sync(
  key: string[],
  send: object = {},
  { auditKey, onDelete = 'ignore' }: { auditKey?: AuditKey; onDelete?: string } = {},
): SyncSpec {
  const call = { call: 'identify', to: us, person: { id: 'id' }, fields: {} }
  return {
    name: 'people',
    source: { key, ...(auditKey === undefined ? {} : { auditKey }) },
    send: { ...call, ...send },
    onDelete,
    at: () => ({ file: 'syncs/people.yml', line: 2, column: 20 }),
  } as unknown as SyncSpec
}

describe('what a key holds', () => {
  it.each<[string, SyncSpec, Personal]>([
    ['is called an e-mail address', sync(['work_email']), nothingPersonal],
    ['is called one otherwise', sync(['n', 'E_Mail_Address']), nothingPersonal],
    ['is called one in one word', sync(['workEmail']), nothingPersonal],
    ['leaves as whom it is about', sync(['who'], { person: { email: 'who' } }), nothingPersonal],
    ['leaves as who is merged', sync(['old'], { merge: { email: 'old' } }), nothingPersonal],
    ['leaves as the trait email', sync(['a'], { fields: { email: column('a') } }), nothingPersonal],
    ['is tagged, in whatever case', sync(['id', 'SSN']), tagged],
    ['may be personal for all anybody knows', sync(['id']), unresolved],
    ['is not all allowed', sync(['id', 'n'], { allowPii: ['id'] }), unresolved],
  ])('is hashed where it %s', (_, one, personal) => {
    expect(formByContent(one, personal)).toBe('hashed')
  })

  it.each<[string, SyncSpec, Personal]>([
    ['says nothing of anybody', sync(['id']), tagged],
    [
      'is only near an e-mail address',
      sync(['emailed_at', 'mailing', 'voicemail']),
      nothingPersonal,
    ],
    ['was allowed', sync(['id'], { allowPii: ['id'] }), unresolved],
    ['was allowed with everything else', sync(['id'], { allowPii: true }), unresolved],
    [
      'names a device that may be deleted',
      sync(['ssn'], { call: 'device', device: { token: 'ssn' } }, { onDelete: 'delete' }),
      tagged,
    ],
  ])('stays as it is where it %s', (_, one, personal) => {
    expect(formByContent(one, personal)).toBe('plain')
  })

  it('does not matter where the file says how it is to be, or something is known', () => {
    expect(auditKeyFor(sync(['email'], {}, { auditKey: 'plain' }), tagged, undefined)).toBe('plain')
    expect(auditKeyFor(sync(['id'], {}, { auditKey: 'hashed' }), tagged, undefined)).toBe('hashed')
    expect(auditKeyFor(sync(['email']), tagged, 'plain')).toBe('plain')
    expect(auditKeyFor(sync(['id']), tagged, 'hashed')).toBe('hashed')
    expect(auditKeyFor(sync(['id'], {}, { auditKey: 'hashed' }), tagged, 'hashed')).toBe('hashed')
  })

  it('is not written otherwise than it is known: the refusal says where and what would do', () => {
    const refused = (auditKey: AuditKey, known: AuditKey) => {
      try {
        auditKeyFor(sync(['id'], {}, { auditKey }), tagged, known)
      } catch (error) {
        return (error as InvalidFiles).problems[0]
      }
      return undefined
    }
    const place = { file: 'syncs/people.yml', line: 2, column: 20, code: 'audit_key_known' }
    expect(refused('hashed', 'plain')).toMatchObject({
      ...place,
      suggestion: 'run "customerio-jobs state hash people", which hashes what they hold',
    })
    expect(refused('plain', 'hashed')).toMatchObject({
      ...place,
      suggestion: 'take the line out, or give the sync a name of its own',
    })
  })
})

describe('people', () => {
  it('are hashed with the key unless something of them may be taken away', () => {
    const by = { kind: 'by', moved: 'delete_old' }
    expect(hashedOf(sync(['id']))).toEqual({ persons: true })
    expect(hashedOf(sync(['id'], {}, { onDelete: 'clear' }))).toEqual({ persons: false })
    expect(hashedOf(sync(['id'], { to: by }))).toEqual({ persons: false })
    expect(hashedOf(sync(['id'], { to: { ...by, moved: 'stop' } }))).toEqual({ persons: true })
    expect(hashedOf(sync(['id'], { call: 'track', to: by }))).toEqual({ persons: true })
  })
})

describe('the hash of a key', () => {
  it('is made of its text and a parameter, and NULL stays NULL', () => {
    const [plain, hashed] = [undefined, { persons: true }].map((form) =>
      keyExpression(['id'], { id: 'INT' }, form),
    )
    const text = plain?.slice('CASE WHEN `id` IS NULL THEN NULL ELSE '.length, -' END'.length)
    expect(hashed).toBe(
      `CASE WHEN \`id\` IS NULL THEN NULL ELSE concat('{"sha256":"', sha2(concat(:hash_key, ${text}), 256), '"}') END`,
    )
  })
})
