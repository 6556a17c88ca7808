import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { loadProject, lockText } from '../../src/config/index.ts'
import { runTests } from '../../src/mapping/index.ts'
import { validateAgainstLock } from '../../src/ops/index.ts'
import { type NewSync, syncText } from '../../src/project/index.ts'
import { aProject, aProjectFile } from '../config/project.ts'

const types = [
  'STRING',
  'BIGINT',
  'INT',
  'DECIMAL(12,2)',
  'DOUBLE',
  'BOOLEAN',
  'DATE',
  'TIMESTAMP',
  'TIMESTAMP_NTZ',
  'BINARY',
  'INTERVAL DAY TO SECOND',
  'VARIANT',
  'VOID',
  'ARRAY<STRUCT<a: INT, `b c`: STRING>>',
  'MAP<STRING,BIGINT>',
]

/** Loads what was written, and says what is wrong with it. */
async function problemsOf(sync: NewSync) {
  const root = aProject({
    'customerio.yml': aProjectFile,
    [`syncs/${sync.name}.yml`]: syncText(sync),
  })
  const lock = { columns: sync.columns, personal: sync.personal }
  writeFileSync(join(root, 'customerio.lock.yml'), lockText({ [sync.name]: lock }))
  const project = loadProject(root)
  const checks = await validateAgainstLock(project)
  return {
    problems: checks.flatMap(({ problems }) => problems),
    tests: project.syncs.flatMap(runTests).flatMap(({ differences }) => differences),
    locked: checks.length,
  }
}

const people: NewSync = {
  name: 'customers',
  table: 'main.gold.customers',
  columns: { email: 'STRING', customer_id: 'BIGINT', joined: 'TIMESTAMP', photo: 'BINARY' },
  personal: { email: 'pii' },
  call: 'identify',
}

describe('a sync file written from columns', () => {
  it('loads, compiles against these columns and passes its own test, whatever the columns are', async () => {
    const name = fc.oneof(
      fc.constantFrom(
        'id',
        'Order ID',
        'null',
        'on',
        'yes',
        'cio_id',
        'e-mail',
        'émail',
        '1st',
        'a`b',
      ),
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9_ ]{0,12}$/),
    )
    const columns = fc.uniqueArray(fc.tuple(name, fc.constantFrom(...types)), {
      minLength: 1,
      maxLength: 12,
      selector: ([column]) => column.trim().toLowerCase(),
    })
    await fc.assert(
      fc.asyncProperty(columns, fc.constantFrom('identify', 'track'), async (list, call) => {
        const all = { key_id: 'BIGINT', ...Object.fromEntries(list), happened: 'TIMESTAMP' }
        const sync = { ...people, columns: all, personal: {}, call, key: 'key_id' } as const
        expect(await problemsOf(sync)).toEqual({ problems: [], tests: [], locked: 1 })
      }),
      { numRuns: 60 },
    )
  })

  it('masks what is tagged as personal, and says what cannot be sent', async () => {
    const text = syncText(people)
    expect(text).toContain('email: { column: email, mask: sha256 } # tagged pii')
    expect(text).toContain('# photo: BINARY cannot be sent')
    expect(text).toContain('joined: { column: joined, as: unix }')
    expect(await problemsOf(people)).toEqual({ problems: [], tests: [], locked: 1 })
  })

  it('guesses the key and says so; a stated one is no guess', () => {
    expect(syncText(people)).toContain('key: customer_id # a guess')
    expect(syncText({ ...people, key: 'email' })).toMatch(/key: email\n/)
  })

  it('makes an event of a row: its time, its name, and whose it is', () => {
    const text = syncText({
      ...people,
      name: 'order_lines',
      columns: {
        line_id: 'BIGINT',
        customer_id: 'BIGINT',
        ordered_at: 'TIMESTAMP',
        total: 'DOUBLE',
      },
      personal: {},
      call: 'track',
    })
    expect(text).toContain('event: Order Line\n')
    expect(text).toContain('person: { id: customer_id }')
    expect(text).toContain('at: ordered_at\n')
    expect(text).toContain('properties:\n    total: total\n')
  })

  it('is refused for a key that is not there, and for events without a time', () => {
    const refused = (sync: NewSync) => {
      try {
        return syncText(sync)
      } catch (error) {
        return (error as { code?: string }).code
      }
    }
    expect(refused({ ...people, key: 'nobody' })).toBe('COLUMN_UNKNOWN')
    expect(refused({ ...people, call: 'track', columns: { id: 'INT' } })).toBe('TIME_MISSING')
  })
})
