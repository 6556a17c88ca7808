import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { CommitResult, DeltaTable } from '../../../src/twin/delta/index.ts'
import {
  type Bench,
  column,
  commitLines,
  dataFiles,
  feedOn,
  named,
  openBench,
  rowsOf,
  written,
} from './support.ts'

type Row = readonly [number, string | null]
type Step =
  | { readonly kind: 'append' | 'overwrite'; readonly rows: readonly Row[] }
  | { readonly kind: 'update' | 'delete'; readonly below: number }
  | { readonly kind: 'merge'; readonly rows: readonly Row[]; readonly purge: boolean }
  | { readonly kind: 'optimize' }

const row: fc.Arbitrary<Row> = fc.tuple(
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom(null, 'NULL', "it's", 'Ünï', ''),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('append' as const, 'overwrite' as const),
    rows: fc.array(row, { maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constantFrom('update' as const, 'delete' as const),
    below: fc.integer({ min: 0, max: 10 }),
  }),
  fc.record({
    kind: fc.constant('merge' as const),
    rows: fc.uniqueArray(row, { maxLength: 4, selector: ([id]) => id }),
    purge: fc.boolean(),
  }),
  fc.constant({ kind: 'optimize' as const }),
)

/** What a step does to plain rows: the rows after it, and its feed. */
function act(rows: readonly Row[], step: Step): { rows: Row[]; feed: [string, Row][] } {
  const feed: [string, Row][] = []
  const change = (row: Row, to: Row): Row => {
    feed.push(['update_preimage', row], ['update_postimage', to])
    return to
  }
  const drop = (row: Row): Row[] => {
    feed.push(['delete', row])
    return []
  }
  const insert = (row: Row): Row => {
    feed.push(['insert', row])
    return row
  }
  switch (step.kind) {
    case 'optimize':
      return { rows: [...rows], feed }
    case 'append':
      return { rows: [...rows, ...step.rows.map(insert)], feed }
    case 'overwrite':
      rows.forEach(drop)
      return { rows: step.rows.map(insert), feed }
    case 'update':
      return { rows: rows.map((r) => (r[0] < step.below ? change(r, [r[0] + 1, 'u']) : r)), feed }
    case 'delete':
      return { rows: rows.flatMap((r) => (r[0] < step.below ? drop(r) : [r])), feed }
    case 'merge': {
      const source = new Map(step.rows)
      const ids = new Set(rows.map(([id]) => id))
      const kept = rows.flatMap((r) => {
        const value = source.get(r[0])
        if (value === undefined) return step.purge ? drop(r) : [r]
        return value === null ? drop(r) : [change(r, [r[0], value])]
      })
      return { rows: [...kept, ...step.rows.filter(([id]) => !ids.has(id)).map(insert)], feed }
    }
  }
}

const relation = (rows: readonly Row[]) => {
  const text = (value: string | null) =>
    value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`
  const values = [`(NULL, NULL)`, ...rows.map(([id, v]) => `(${id}, ${text(v)})`)]
  return `(SELECT id::INT AS id, v::VARCHAR AS v FROM (VALUES ${values.join(', ')}) AS x(id, v) WHERE id IS NOT NULL)`
}

async function perform(bench: Bench, table: DeltaTable, step: Step): Promise<CommitResult> {
  const { connection } = bench
  switch (step.kind) {
    case 'optimize':
      return table.optimize(connection)
    case 'append':
    case 'overwrite':
      return table[step.kind](connection, `SELECT * FROM ${relation(step.rows)}`, written)
    case 'update':
      return table.update(
        connection,
        { set: { id: 'id + 1', v: "'u'" }, where: `id < ${step.below}` },
        written,
      )
    case 'delete':
      return table.delete(connection, { where: `id < ${step.below}` }, written)
    case 'merge':
      return table.merge(
        connection,
        {
          source: relation(step.rows),
          sourceAlias: 's',
          targetAlias: 't',
          on: 't.id = s.id',
          clauses: [
            { when: 'matched', and: 's.v IS NULL', action: 'delete' },
            { when: 'matched', action: 'update', set: { v: 's.v' } },
            { when: 'notMatched', action: 'insert', set: { id: 's.id', v: 's.v' } },
            ...(step.purge ? [{ when: 'notMatchedBySource', action: 'delete' } as const] : []),
          ],
        },
        written,
      )
  }
}

const sorted = (rows: readonly unknown[]) => rows.map((r) => JSON.stringify(r)).sort()

describe('any sequence of statements', () => {
  it('leaves the rows, the old versions, the feed and the counts that plain arrays would have', async () => {
    const bench = await openBench()
    let run = 0
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 8 }),
          fc.boolean(),
          async (steps, small) => {
            const columns = [column('id', 'INT', false), column('v', 'STRING')]
            const interval = small ? { 'delta.checkpointInterval': '2' } : {}
            const properties = { ...feedOn.properties, ...interval }
            const table = await bench.lake.createTable(named(`t${run++}`), { columns, properties })
            let rows: Row[] = []
            const versions = new Map<number, Row[]>([[0, []]])
            const feed: unknown[] = []
            for (const next of steps) {
              const done = await perform(bench, table, next)
              const expected = act(rows, next)
              const count = (type: string) => expected.feed.filter(([t]) => t === type).length
              const deleted = next.kind === 'overwrite' ? 0 : count('delete')
              expect(done).toMatchObject({
                inserted: count('insert'),
                updated: count('update_preimage'),
                deleted,
              })
              rows = expected.rows
              versions.set(done.version, rows)
              feed.push(...expected.feed.map(([type, row]) => [...row, type, String(done.version)]))
            }
            expect(sorted(await rowsOf(bench, table))).toEqual(sorted(rows))
            for (const [version, then] of versions) {
              const scan = table.scan(await table.snapshot({ version }))
              expect(sorted(await bench.rows(scan))).toEqual(sorted(then))
            }
            const recorded = await bench.rows(await table.changes(0))
            expect(sorted(recorded.map((r) => r.slice(0, 4)))).toEqual(sorted(feed))
            expect(dataFiles(table)).toEqual(await namedFiles(table))
          },
        ),
        { numRuns: 40 },
      )
    } finally {
      bench.close()
    }
  })
})

/** Every file that some commit names: nothing else may lie in the folder. */
async function namedFiles(table: DeltaTable): Promise<string[]> {
  const paths = new Set<string>()
  const { version } = await table.snapshot()
  for (let v = 0; v <= version; v++) {
    for (const { add, cdc } of commitLines(table, v)) {
      if (add) paths.add(String(add.path))
      if (cdc) paths.add(String(cdc.path))
    }
  }
  return [...paths].sort()
}
