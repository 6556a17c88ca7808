import { describe, expect, it } from '@jest/globals'
import { Field, Int64, Schema } from 'apache-arrow'
import type { RouteSpec, SyncSpec } from '../../src/core/index.ts'
import {
  countStatement,
  destinationsOf,
  keyExpression,
  missingColumns,
  pinned,
  previewStatement,
  readStatement,
  type WindowQuery,
} from '../../src/source/index.ts'

const byRegion = {
  kind: 'by',
  column: 'region',
  routes: { "l'EU": 'eu', US: 'us', CA: 'us' },
  else: 'invalid',
} satisfies RouteSpec

function aSync(send: Partial<SyncSpec['send']> & { call: 'identify' | 'track' }, start?: string) {
  const common = { to: { kind: 'one', destination: 'us' }, nulls: 'omit', person: { id: 'id' } }
  return {
    name: 'people',
    file: 'syncs/people.yml',
    source: {
      from: { table: 'main.shop.people' },
      key: ['id'],
      changes: 'full',
      ...(start === undefined ? {} : { start }),
    },
    send: { ...common, ...send },
    at: (path: readonly unknown[]) => ({ file: path.join('.'), line: 1, column: 1 }),
  } as unknown as SyncSpec
}

const query = (sync: SyncSpec): WindowQuery => ({
  sync,
  destination: 'us',
  pin: { table: '`main`.`shop`.`people`', version: 7, committedAt: 0, snapshot: false },
  types: { id: 'INT' },
  outcomeLog: '`main`.`c`.`outcome_log`',
})
const options = { hasDuplicates: false, resumed: false, ordered: false }

describe('the key', () => {
  it('is written alike for integers of every width, and NULL when a part of it is', () => {
    const [tiny, big] = ['INT', 'BIGINT'].map((type) => keyExpression(['id'], { id: type }))
    expect(tiny).toBe(big)
    expect(tiny).toContain('AS BIGINT')
    expect(keyExpression(['a', 'b'], { a: 'STRING', b: 'DATE' })).toContain(
      'WHEN `a` IS NULL OR `b` IS NULL THEN NULL',
    )
  })

  it('quotes whatever a column is called', () => {
    expect(keyExpression(['a`; DROP'], {})).toContain('`a``; DROP`')
  })
})

describe('what is read', () => {
  it('is the pinned version, for one destination, and only the columns that are needed', () => {
    const sql = readStatement(query(aSync({ call: 'identify' })), ['id', 'city'], options)
    expect(sql).toContain('`main`.`shop`.`people` VERSION AS OF 7')
    expect(sql).toContain('_destination = :destination')
    expect(sql).toMatch(/^SELECT r\.`_key`, r\.`_reject`, r\.`id`, r\.`city`\n/)
    expect(sql).not.toContain('outcome_log')
  })

  it('leaves out what was decided when a window is gone on with, but not what was only given up', () => {
    const sql = readStatement(query(aSync({ call: 'identify' })), [], { ...options, resumed: true })
    expect(sql).toMatch(/ANTI JOIN .*window_id = :window_id AND status <> 'undelivered'/)
  })

  it('leaves out events that an earlier window delivered, and puts the others in order', () => {
    const sql = readStatement(
      query(aSync({ call: 'track', at: 'ts' } as never, '2024-01-01')),
      [],
      {
        ...options,
        ordered: true,
      },
    )
    expect(sql).toMatch(/ANTI JOIN .*status = 'delivered' AND window_id <> :window_id/)
    expect(sql).toContain('>= :since')
    expect(sql).toMatch(/ORDER BY r\.`ts`, r\.`_key`$/)
  })

  it('leaves out rows that share a key, where there are any', () => {
    const sync = query(aSync({ call: 'identify' }))
    expect(readStatement(sync, [], { ...options, hasDuplicates: true })).toContain('_copies = 1')
    expect(readStatement(sync, [], options)).not.toContain('_copies')
  })

  it('takes a version that is a whole number, and nothing else', () => {
    for (const version of [-1, 1.5, Number.NaN, '1; DROP' as unknown as number]) {
      expect(() => pinned({ table: 't', version, committedAt: 0, snapshot: false })).toThrow(
        /not a table version/,
      )
    }
  })
})

describe('what is counted', () => {
  it('has nothing unchanged for states, which are sent whenever they are read', () => {
    expect(countStatement(query(aSync({ call: 'identify' })))).toContain('AND (FALSE)')
  })

  it('counts events that were delivered or lie before the start as unchanged', () => {
    const sql = countStatement(query(aSync({ call: 'track', at: 'ts' } as never, 'now')))
    expect(sql).toContain('o.message_key IS NOT NULL OR NOT coalesce(')
  })
})

describe('routes', () => {
  it('send each value to its destination; what has none is marked in the first one', () => {
    const sql = readStatement(query(aSync({ call: 'identify', to: byRegion })), [], options)
    expect(sql).toContain("= 'l\\'EU' THEN 'eu'")
    expect(sql).toContain("ELSE 'eu' END AS _destination")
    expect(sql).toContain("'no_route'")
  })

  it('name each destination once', () => {
    expect(destinationsOf(byRegion)).toEqual(['eu', 'us'])
    expect(destinationsOf({ ...byRegion, else: 'asia' })).toEqual(['eu', 'us', 'asia'])
    expect(destinationsOf({ kind: 'one', destination: 'us' })).toEqual(['us'])
  })
})

describe('a look at a few rows', () => {
  it('reads a query that ends in a comment or a semicolon', () => {
    const sync = aSync({ call: 'identify' })
    const from = (text: string) => ({ ...sync, source: { ...sync.source, from: { query: text } } })
    expect(previewStatement(from('SELECT 1 AS id -- one'), {}, [], 3)).toContain('-- one\n)')
    expect(previewStatement(from('SELECT 1 AS id;\n '), {}, [], 3)).toContain('(SELECT 1 AS id\n)')
  })

  it('takes a number of rows that is a whole number from 1 on', () => {
    for (const limit of [0, -1, 2.5, Number.NaN]) {
      expect(() => previewStatement(aSync({ call: 'identify' }), {}, [], limit)).toThrow(
        /whole number/,
      )
    }
  })
})

describe('columns that name and route a row', () => {
  it('are missed by name and place, with what was likely meant', () => {
    const schema = new Schema([new Field('id', new Int64()), new Field('regions', new Int64())])
    const sync = aSync({ call: 'identify', to: byRegion })
    expect(missingColumns(sync, schema)).toMatchObject([
      { file: 'send.to.by', code: 'column_missing', suggestion: 'did you mean "regions"?' },
    ])
    const keyless = { ...sync, source: { ...sync.source, key: ['id', 'zzzzzz'] } } as SyncSpec
    expect(missingColumns(keyless, schema)[0]).toMatchObject({
      file: 'source.key.1',
      suggestion: 'it has: id, regions',
    })
  })
})
