import { describe, expect, it } from '@jest/globals'
import {
  type AuditKey,
  type InvalidFiles,
  nothingPersonal,
  type Personal,
  type SyncSpec,
} from '../../src/core/index.ts'
import {
  auditKeyFor,
  formByContent,
  hashedOf,
  hashKeyName,
  keyExpression,
  refuseOtherHashKey,
} from '../../src/source/index.ts'

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

function problemIn(work: () => unknown) {
  try {
    work()
  } catch (error) {
    return (error as InvalidFiles).problems[0]
  }
  return undefined
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
    expect(auditKeyFor(sync(['email'], {}, { auditKey: 'plain' }), tagged)).toBe('plain')
    expect(auditKeyFor(sync(['id'], {}, { auditKey: 'hashed' }), tagged)).toBe('hashed')
    expect(auditKeyFor(sync(['email']), tagged, { own: 'plain' })).toBe('plain')
    expect(auditKeyFor(sync(['id']), tagged, { own: '0a1b2c3d' })).toBe('hashed')
    const asked = sync(['id'], {}, { auditKey: 'hashed' })
    expect(auditKeyFor(asked, tagged, { own: '0a1b2c3d', any: '0a1b2c3d' })).toBe('hashed')
  })

  it('is as in the other destinations where the file says nothing, and as the file says else', () => {
    expect(auditKeyFor(sync(['email']), tagged, { any: 'plain' })).toBe('plain')
    expect(auditKeyFor(sync(['id']), tagged, { any: '0a1b2c3d' })).toBe('hashed')
    const asked = sync(['id'], {}, { auditKey: 'hashed' })
    expect(auditKeyFor(asked, tagged, { any: 'plain' })).toBe('hashed')
  })

  it('stays as it is in the outbox, and must where a device is to be deleted', () => {
    const outbox = { ...sync(['email']), outbox: { irreversible: false, objectTypes: {} } }
    expect(auditKeyFor(outbox, tagged)).toBe('plain')
    const send = { call: 'device', device: { token: 'token' } }
    const devices = sync(['token'], send, { onDelete: 'delete' })
    expect(auditKeyFor(devices, tagged)).toBe('plain')
    expect(problemIn(() => auditKeyFor(devices, tagged, { own: '0a1b2c3d' }))).toMatchObject({
      code: 'audit_key_needed',
      suggestion: expect.stringContaining('on_delete: ignore'),
    })
  })

  it('is not known under another secret', () => {
    for (const known of [undefined, 'plain', '0a1b2c3d']) {
      expect(() => refuseOtherHashKey('people', known, '0a1b2c3d')).not.toThrow()
    }
    expect(() => refuseOtherHashKey('people', 'ffffffff', '0a1b2c3d')).toThrow(
      'Put the former secret back',
    )
  })

  it('is not written otherwise than it is known: the refusal says where and what would do', () => {
    const refused = (auditKey: AuditKey, own: string) =>
      problemIn(() => auditKeyFor(sync(['id'], {}, { auditKey }), tagged, { own }))
    const place = { file: 'syncs/people.yml', line: 2, column: 20, code: 'audit_key_known' }
    expect(refused('hashed', 'plain')).toMatchObject({
      ...place,
      suggestion: 'run "customerio-jobs state hash people", which hashes what they hold',
    })
    expect(refused('plain', '0a1b2c3d')).toMatchObject({
      ...place,
      suggestion: 'take the line out, or give the sync a name of its own',
    })
  })
})

describe('people', () => {
  it('are hashed with the key unless something of them may be taken away', () => {
    const by = { kind: 'by', moved: 'delete_old' }
    const persons = (...of: Parameters<typeof sync>) => hashedOf(sync(...of), 'key').persons
    expect(persons(['id'])).toBe(true)
    expect(persons(['id'], {}, { onDelete: 'clear' })).toBe(false)
    expect(persons(['id'], { to: by })).toBe(false)
    expect(persons(['id'], { to: { ...by, moved: 'stop' } })).toBe(true)
    expect(persons(['id'], { call: 'track', to: by })).toBe(true)
  })
})

describe('the hash of a key', () => {
  it('is made of its text and a parameter, and NULL stays NULL', () => {
    const by = hashKeyName('the key')
    expect(by).toMatch(/^[0-9a-f]{8}$/)
    const [plain, hashed] = [undefined, { persons: true, by }].map((form) =>
      keyExpression(['id'], { id: 'INT' }, form),
    )
    const text = plain?.slice('CASE WHEN `id` IS NULL THEN NULL ELSE '.length, -' END'.length)
    expect(hashed).toBe(
      `CASE WHEN \`id\` IS NULL THEN NULL ELSE concat('{"${by}":"', sha2(concat(:hash_key, ${text}), 256), '"}') END`,
    )
  })
})
