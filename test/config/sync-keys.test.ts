import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { loadProject } from '../../src/config/index.ts'
import type { SyncSpec } from '../../src/core/index.ts'
import { aProject, aProjectFile, aSyncFile, codesIn, messageOf } from './project.ts'

const table = 'table: "${catalog}.gold.customers"'

/** The smallest sync of states, with `source` in place of its changes and `lines` at its end. */
const state = (source: string, lines = '') =>
  aSyncFile('customers', lines).replace(', changes: full', source === '' ? '' : `, ${source}`)

/** The smallest sync of events, with `send` and `lines` at their ends. */
const event = (send = '', lines = '') => `sync: orders
source: { table: t, key: id, start: all }
send: { call: track, event: Order Completed, person: { id: id }, at: ts${send} }
${lines}`

const load = (files: Readonly<Record<string, string>>) =>
  loadProject(aProject({ 'customerio.yml': aProjectFile, ...files }))

function read(file: string): SyncSpec {
  const [sync] = load({ 'syncs/a.yml': file }).syncs
  if (sync === undefined) throw new Error('there is no sync')
  return sync
}

const messageIn = (file: string) => messageOf(() => read(file))

describe('where to look for changes', () => {
  it('is left to the run when nothing is said, and an emptied source settles for ten minutes', () => {
    expect(read(state('')).source).toMatchObject({ changes: { kind: 'auto' }, settleMs: 600_000 })
  })

  it.each(['auto', 'feed', 'diff', 'full'])('takes %s', (kind) => {
    expect(read(state(`changes: ${kind}`)).source.changes).toEqual({ kind })
  })

  it('takes a cursor, with a lag and without', () => {
    expect(read(state('changes: { cursor: loaded_at, lag: 2h }')).source.changes).toEqual({
      kind: 'cursor',
      column: 'loaded_at',
      lagMs: 7_200_000,
    })
    expect(read(state('changes: { cursor: version }')).source.changes).toMatchObject({ lagMs: 0 })
  })

  it('asks a bare cursor for its column', () => {
    const file = state('changes: cursor')
    expect(codesIn({ 'syncs/a.yml': file })).toEqual(['invalid_value syncs/a.yml:2:65'])
    expect(messageIn(file)).toContain(
      'a cursor needs its column: changes: { cursor: <column>, lag: 2h }',
    )
  })

  it('names all ways when it knows none of that name', () => {
    expect(messageIn(state('changes: incremental'))).toContain(
      'changes is auto, feed, diff, full or { cursor: <column> }',
    )
  })

  it('suggests the right key of a cursor', () => {
    expect(messageIn(state('changes: { cursor: loaded_at, lagg: 2h }'))).toContain(
      '"lagg" is not a key here (did you mean "lag"?)',
    )
  })

  it('refuses the feed of a query', () => {
    const file = state('changes: feed').replace(table, 'query: SELECT 1')
    expect(codesIn({ 'syncs/a.yml': file })).toEqual(['feed_on_query syncs/a.yml:2:46'])
    expect(messageIn(file)).toContain('only a table has (changes: auto)')
  })

  it('takes a cursor over a query', () => {
    const file = state('changes: { cursor: loaded_at }').replace(table, 'query: SELECT 1')
    expect(codesIn({ 'syncs/a.yml': file })).toEqual([])
  })
})

describe('durations', () => {
  it('are whole seconds, minutes, hours or days', () => {
    const unit = { s: 1, m: 60, h: 3600, d: 86_400 }
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999 }),
        fc.constantFrom('s', 'm', 'h', 'd'),
        (count, letter) => {
          expect(read(state(`settle: ${count}${letter}`)).source.settleMs).toBe(
            count * unit[letter] * 1000,
          )
        },
      ),
      { numRuns: 20 },
    )
  })

  it.each(['10', '1.5h', '"10 m"', '-1m', '10min', '1234567s'])('are not %s', (text) => {
    expect(messageIn(state(`settle: ${text}`))).toContain('a duration such as 30s, 10m, 2h or 1d')
  })
})

describe('a key that moves to another destination', () => {
  const route = (more: string) =>
    state('').replace('  person:', `  to: { by: region, routes: { EU: us }${more} }\n  person:`)

  it('stops the run unless the file says otherwise', () => {
    expect(read(route('')).send.to).toMatchObject({ moved: 'stop', else: 'invalid' })
  })

  it.each(['stop', 'delete_old', 'keep_both'])('takes %s', (moved) => {
    expect(read(route(`, moved: ${moved}`)).send.to).toMatchObject({ moved })
  })

  it('is never deleted for events', () => {
    const to = (moved: string) => event(`, to: { by: r, routes: { EU: us }, moved: ${moved} }`)
    expect(codesIn({ 'syncs/a.yml': to('delete_old') })).toEqual([
      'moved_delete_not_possible syncs/a.yml:3:114',
    ])
    expect(codesIn({ 'syncs/a.yml': to('keep_both') })).toEqual([])
  })
})

describe('a row that is gone', () => {
  it('is ignored unless the file says otherwise', () => {
    expect(read(state('')).onDelete).toBe('ignore')
  })

  it.each(['ignore', 'clear', 'delete', 'suppress'])('takes %s', (onDelete) => {
    expect(read(state('', `on_delete: ${onDelete}\n`)).onDelete).toBe(onDelete)
  })

  it('has no say over events', () => {
    expect(codesIn({ 'syncs/a.yml': event('', 'on_delete: delete\n') })).toEqual([
      'on_delete_not_possible syncs/a.yml:4:12',
    ])
  })

  it('cannot be seen by a cursor', () => {
    const cursor = (onDelete: string) =>
      state('changes: { cursor: loaded_at }', `on_delete: ${onDelete}\n`)
    expect(codesIn({ 'syncs/a.yml': cursor('clear') })).toEqual([
      'on_delete_with_cursor syncs/a.yml:7:12',
    ])
    expect(codesIn({ 'syncs/a.yml': cursor('ignore') })).toEqual([])
  })
})

describe('how the control tables name rows', () => {
  it('is said by the file, or left to what the key holds', () => {
    expect(read(state('audit_key: hashed')).source.auditKey).toBe('hashed')
    expect(read(state('')).source).not.toHaveProperty('auditKey')
    expect(codesIn({ 'syncs/a.yml': state('audit_key: secret') })).toEqual([
      expect.stringMatching(/ syncs\/a\.yml:2:/),
    ])
  })

  it('leaves a device readable that may be deleted by its token', () => {
    const device = (more: string) => `sync: devices
source: { table: t, key: token, audit_key: hashed }
send: { call: device, person: { id: id }, token: token, platform: os, at: seen }
${more}`
    expect(codesIn({ 'syncs/a.yml': device('on_delete: delete\n') })).toEqual([
      'audit_key_needed syncs/a.yml:2:44',
    ])
    expect(codesIn({ 'syncs/a.yml': device('') })).toEqual([])
  })
})

describe('a sync that was renamed', () => {
  it('knows the name it had', () => {
    expect(read(state('', 'renamed_from: clients\n')).renamedFrom).toBe('clients')
    expect('renamedFrom' in read(state(''))).toBe(false)
  })

  it('did not have the name it has', () => {
    expect(codesIn({ 'syncs/a.yml': state('', 'renamed_from: customers\n') })).toEqual([
      'renamed_to_itself syncs/a.yml:7:15',
    ])
  })

  it('did not have the name of a sync that is still there', () => {
    const files = {
      'syncs/a.yml': aSyncFile('a', 'renamed_from: b\n'),
      'syncs/b.yml': aSyncFile('b'),
    }
    expect(codesIn(files)).toEqual(['renamed_from_existing syncs/a.yml:7:15'])
    expect(messageOf(() => load(files))).toContain('"b" is still the name of syncs/b.yml')
  })

  it('shares its old name with no other', () => {
    const files = {
      'syncs/a.yml': aSyncFile('a', 'renamed_from: old\n'),
      'syncs/b.yml': aSyncFile('b', 'renamed_from: old\n'),
    }
    expect(codesIn(files)).toEqual(['renamed_from_twice syncs/b.yml:7:15'])
  })
})

describe('brakes', () => {
  it('are on with nothing said', () => {
    expect(read(state('')).brakes).toEqual({
      emptySource: 'stop',
      maxDeletePercent: 5,
      maxChangeFactor: 10,
      maxFailedPercent: 1,
      firstRun: 'confirm',
    })
  })

  it('keep their defaults when one of them is set', () => {
    expect(read(state('', 'brakes: { max_delete_percent: 20 }\n')).brakes).toMatchObject({
      maxDeletePercent: 20,
      maxChangeFactor: 10,
      maxFailedPercent: 1,
    })
  })

  it('are all read', () => {
    const lines = `brakes:
  empty_source: allow
  max_rows: 5000000
  max_delete_percent: 0
  max_change_factor: 0
  max_failed_percent: 2.5
  first_run: allow
`
    expect(read(state('', lines)).brakes).toEqual({
      emptySource: 'allow',
      maxRows: 5_000_000,
      maxDeletePercent: 0,
      maxChangeFactor: 0,
      maxFailedPercent: 2.5,
      firstRun: 'allow',
    })
  })

  it.each([
    'max_rows: 0',
    'max_rows: 1.5',
    'max_delete_percent: 101',
    'max_change_factor: -1',
    'max_failed_percent: -1',
    'empty_source: warn',
    'first_run: ask',
  ])('refuse %s', (line) => {
    const [key] = line.split(':')
    expect(messageIn(state('', `brakes: { ${line} }\n`))).toContain(`brakes.${key}: `)
  })

  it('suggest the right key', () => {
    expect(messageIn(state('', 'brakes: { max_row: 5 }\n'))).toContain(
      '"max_row" is not a key here (did you mean "max_rows"?)',
    )
  })
})

describe('checks', () => {
  it('ask nothing with nothing said', () => {
    expect(read(state('')).checks).toEqual({ unique: false, notNull: [] })
  })

  it('are all read', () => {
    const lines =
      'checks: { unique: true, not_null: [email], fresh: { column: loaded_at, within: 26h } }\n'
    expect(read(state('', lines)).checks).toEqual({
      unique: true,
      notNull: ['email'],
      fresh: { column: 'loaded_at', withinMs: 93_600_000 },
    })
  })

  it('ask freshness for a column and a duration', () => {
    expect(messageIn(state('', 'checks: { fresh: { column: loaded_at } }\n'))).toContain(
      'checks.fresh.within: a duration such as 30s, 10m, 2h or 1d',
    )
  })

  it('suggest the right key', () => {
    expect(messageIn(state('', 'checks: { not_nul: [email] }\n'))).toContain(
      '"not_nul" is not a key here (did you mean "not_null"?)',
    )
  })
})
