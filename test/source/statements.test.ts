import { describe, expect, it } from '@jest/globals'
import { Field, Int64, Schema } from 'apache-arrow'
import fc from 'fast-check'
import type { RouteSpec, SyncSpec } from '../../src/core/index.ts'
import {
  countStatement,
  destinationsOf,
  hashRange,
  keyExpression,
  missingColumns,
  parametersOf,
  partsOf,
  pinned,
  previewStatement,
  readStatement,
  remainingStatement,
  type Scope,
  type WindowQuery,
} from '../../src/source/index.ts'

const byRegion = {
  kind: 'by',
  column: 'region',
  routes: { "l'EU": 'eu', US: 'us', CA: 'us' },
  else: 'invalid',
  moved: 'stop',
} satisfies RouteSpec

function aSync(send: Partial<SyncSpec['send']> & { call: 'identify' | 'track' }, start?: string) {
  const common = { to: { kind: 'one', destination: 'us' }, nulls: 'omit', person: { id: 'id' } }
  return {
    name: 'people',
    file: 'syncs/people.yml',
    source: {
      from: { table: 'main.shop.people' },
      key: ['id'],
      changes: { kind: 'full' },
      ...(start === undefined ? {} : { start }),
    },
    send: { ...common, ...send },
    at: (path: readonly unknown[]) => ({ file: path.join('.'), line: 1, column: 1 }),
  } as unknown as SyncSpec
}

const query = (sync: SyncSpec, scope: Partial<Scope> = {}): WindowQuery => ({
  sync,
  destination: 'us',
  scope: {
    sync,
    pin: { table: '`main`.`shop`.`people`', version: 7, committedAt: 0, snapshot: false },
    ledgerVersion: 3,
    look: { kind: 'all' },
    earlier: [],
    giveUpBefore: 0,
    ...scope,
  },
  types: { id: 'INT', tags: 'MAP<STRING,INT>' },
  mapping: { mappingHash: 'now', columns: ['city', 'id'] },
  ledger: '`main`.`c`.`ledger` VERSION AS OF 3',
  outcomeLog: '`main`.`c`.`outcome_log`',
  outcomes: '`main`.`c`.`outcomes`',
  deadLetters: '`main`.`c`.`dead_letters`',
  hashKey: 'the key',
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
  const identify = query(aSync({ call: 'identify' }))

  it('is the pinned version, compared with the pinned ledger, and only the columns that are needed', () => {
    const sql = readStatement(identify, ['id', 'city'], options)
    expect(sql).toContain('`main`.`shop`.`people` VERSION AS OF 7')
    expect(sql).toContain('`main`.`c`.`ledger` VERSION AS OF 3')
    expect(sql).toContain('_destination = :destination')
    expect(sql).toContain('SELECT r.`_key`, r.`_reject`, r.`_hash`, r.`id`, r.`city`\n')
    expect(sql).not.toContain('outcome_log')
  })

  it('leaves out what was decided when a window is gone on with, but not what was only given up', () => {
    const sql = readStatement(identify, [], { ...options, resumed: true })
    expect(sql).toMatch(/ANTI JOIN .*window_id = :window_id AND status <> 'undelivered'/)
  })

  it('is put in order where an identity may come more than once', () => {
    const sql = readStatement(
      query(aSync({ call: 'track', at: 'ts' } as never, '2024-01-01')),
      [],
      {
        ...options,
        ordered: true,
      },
    )
    expect(sql).toMatch(/ORDER BY r\.`ts`, r\.`_key`$/)
  })

  it('leaves out rows that share a key, where there are any', () => {
    expect(readStatement(identify, [], { ...options, hasDuplicates: true })).toContain(
      '_copies > 1',
    )
    expect(readStatement(identify, [], options)).not.toContain('_copies')
  })

  it('can be a part of the identities', () => {
    const sql = readStatement(identify, [], { ...options, identities: hashRange(2, 4) })
    expect(sql).toContain("'4000'")
    expect(sql).toContain("< '8000'")
  })

  it('takes a version that is a whole number, and nothing else', () => {
    for (const version of [-1, 1.5, Number.NaN, '1; DROP' as unknown as number]) {
      expect(() => pinned({ table: 't', version })).toThrow(/not a table version/)
    }
  })
})

describe('what is counted', () => {
  it('has deletions for states, and none for events', () => {
    expect(countStatement(query(aSync({ call: 'identify' })))).toContain(
      'UNION ALL SELECT _class FROM gone',
    )
    expect(countStatement(query(aSync({ call: 'track', at: 'ts' } as never, 'now')))).not.toContain(
      'gone',
    )
  })

  it('compares each key under the mapping it was last sent under', () => {
    const sql = countStatement(
      query(aSync({ call: 'identify' }), {
        earlier: [{ mappingHash: 'before', columns: ['id', 'tags'] }],
      }),
    )
    expect(sql).toContain("WHEN 'now' THEN r.`_hash`")
    expect(sql).toContain(
      "WHEN 'before' THEN substring(sha2(to_json(struct(r.`id` AS `id`, array_sort(map_entries(r.`tags`)) AS `tags`)), 256), 1, 32)",
    )
  })

  it('reads the feed from the version after the checkpoint to the pinned one', () => {
    const from = (version: number) =>
      countStatement(query(aSync({ call: 'identify' }), { look: { kind: 'feed', from: version } }))
    expect(from(5)).toContain("table_changes('main.shop.people', 5, 7)")
    expect(from(8)).not.toContain('table_changes')
    expect(() => from(0.5)).toThrow(/not a table version/)
  })

  it('hands values over by name, whatever is picked', () => {
    const sql = countStatement(
      query(aSync({ call: 'identify' }), {
        look: {
          kind: 'picked',
          pick: { run: "r'; DROP", deadLetters: true, reason: 'x', from: 1 },
        },
      }),
    )
    expect(sql).not.toContain('DROP')
    expect(sql).toContain('run_id = :pick_run AND reason = :pick_reason AND sent_at >= ')
  })
})

describe('who was erased', () => {
  const erased = { table: '`main`.`c`.`erased`', version: 5 }
  const known = { ...query(aSync({ call: 'identify' })), erased }

  it('changes no statement while nobody was', () => {
    expect(countStatement(query(aSync({ call: 'identify' })))).not.toMatch(/hash_key|identity_hash/)
  })

  it('is looked up at the version the attempt began with, by hash alone', () => {
    const sql = readStatement(known, [], options)
    expect(sql).toContain(
      'erased AS (SELECT DISTINCT identity_hash FROM `main`.`c`.`erased` VERSION AS OF 5)',
    )
    expect(sql).toContain(
      'LEFT JOIN erased AS x0 ON x0.identity_hash = sha2(concat(:hash_key, lower(trim(CAST(r.`id` AS STRING)))), 256)',
    )
    expect(sql).toContain("WHEN (x0.identity_hash IS NOT NULL) THEN 'held'")
    expect(sql).not.toContain('the key')
    expect(parametersOf(known, 'w').hash_key).toBe('the key')
    expect(parametersOf(query(aSync({ call: 'identify' })), 'w')).not.toHaveProperty('hash_key')
  })

  it('is not deleted once more where the row is gone', () => {
    const sync = { ...aSync({ call: 'identify' }), onDelete: 'delete' } as SyncSpec
    for (const scope of [{}, { retryRefused: true } as const]) {
      expect(countStatement({ ...query(sync, scope), erased })).toMatch(
        /CASE WHEN \(x0\.identity_hash IS NOT NULL\) THEN 'held'/,
      )
    }
  })

  it('is nobody where a sync is about objects', () => {
    const object = { ...aSync({ call: 'identify' }) }
    const { person: _, ...send } = object.send
    const things = {
      ...object,
      send: { ...send, call: 'object', object: { column: 'id', type: 1 } },
    } as SyncSpec
    expect(countStatement({ ...query(things), erased })).not.toContain('LEFT JOIN erased')
  })

  it('leaves what is still to be sent without an outcome', () => {
    const sql = remainingStatement(known)
    expect(sql).toContain("FROM here WHERE _class = 'send' UNION ALL SELECT `_key` FROM gone")
    expect(sql).toMatch(/ANTI JOIN .*outcome_log` WHERE window_id = :window_id\) AS d/)
  })
})

describe('ranges of hashes', () => {
  it('lie side by side and hold every hash, however many there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (count) => {
        const ranges = Array.from({ length: count }, (_, i) => hashRange(i + 1, count))
        expect(ranges[0]?.from).toBe('0000')
        expect(ranges.at(-1)?.to).toBe('g')
        ranges.slice(1).forEach((range, i) => {
          expect(range.from).toBe(ranges[i]?.to)
          expect(range.from < range.to).toBe(true)
        })
      }),
    )
  })

  it('can be cut in parts that hold the same hashes, until one digit is left', () => {
    const number = (text: string) => (text === 'g' ? 65536 : Number.parseInt(text, 16))
    const digit = fc.integer({ min: 0, max: 65536 })
    fc.assert(
      fc.property(digit, digit, fc.integer({ min: 2, max: 16 }), (a, b, count) => {
        fc.pre(a !== b)
        const text = (edge: number) => (edge === 65536 ? 'g' : edge.toString(16).padStart(4, '0'))
        const range = { from: text(Math.min(a, b)), to: text(Math.max(a, b)) }
        const parts = partsOf(range, count)
        expect(parts).toHaveLength(Math.min(count, Math.abs(a - b)))
        expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([range.from, range.to])
        parts.forEach((part, i) => {
          expect(number(part.from)).toBeLessThan(number(part.to))
          if (i > 0) expect(part.from).toBe(parts[i - 1]?.to)
        })
      }),
    )
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
