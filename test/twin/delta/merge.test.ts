import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { DeltaTable, MergeClause } from '../../../src/twin/delta/index.ts'
import {
  type Bench,
  column,
  dataFiles,
  feedOn,
  named,
  openBench,
  rowsOf,
  written,
} from './support.ts'

let bench: Bench
let table: DeltaTable
beforeEach(async () => {
  bench = await openBench()
  const columns = [column('id', 'INT'), column('v', 'STRING')]
  table = await bench.lake.createTable(named('t'), { columns, ...feedOn })
  await table.append(
    bench.connection,
    "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS x(id, v)",
    written,
  )
  await table.append(bench.connection, "SELECT 3 AS id, 'c' AS v", written)
})
afterEach(() => bench.close())

const merge = (values: string, clauses: MergeClause[], on = 's.id = t.id') =>
  table.merge(
    bench.connection,
    {
      source: `(SELECT * FROM (VALUES ${values}) AS x(id, v))`,
      sourceAlias: 's',
      targetAlias: 't',
      on,
      clauses,
    },
    { operation: 'MERGE' },
  )

const update: MergeClause = { when: 'matched', action: 'update', set: { V: 's.v' } }
const insert: MergeClause = { when: 'notMatched', action: 'insert', set: { id: 's.id', v: 's.v' } }
const remove: MergeClause = { when: 'matched', action: 'delete' }

describe('MERGE', () => {
  it('updates, inserts and leaves other files alone', async () => {
    const before = (await table.snapshot()).files.map(({ path }) => path)
    const done = await merge("(1, 'A'), (9, 'z')", [update, insert])
    expect(done).toEqual({ version: 3, skipped: false, inserted: 1, updated: 1, deleted: 0 })
    expect(await rowsOf(bench, table)).toEqual([
      [1, 'A'],
      [2, 'b'],
      [3, 'c'],
      [9, 'z'],
    ])
    const after = (await table.snapshot()).files.map(({ path }) => path)
    expect(after).toContain(before[1])
    expect(after).not.toContain(before[0])
  })

  it('takes the first clause that holds for a row', async () => {
    await merge("(1, NULL), (2, 'B'), (3, 'keep')", [
      { ...remove, and: 's.v IS NULL' },
      { ...update, and: "s.v <> 'keep'" },
    ])
    expect(await rowsOf(bench, table)).toEqual([
      [2, 'B'],
      [3, 'c'],
    ])
  })

  it('acts on rows that the source does not have', async () => {
    await merge("(1, 'A')", [
      { when: 'notMatchedBySource', and: 't.id = 2', action: 'update', set: { v: "t.v || '!'" } },
      { when: 'notMatchedBySource', action: 'delete' },
    ])
    expect(await rowsOf(bench, table)).toEqual([
      [1, 'a'],
      [2, 'b!'],
    ])
  })

  it('refuses several source rows for one target row, and writes nothing', async () => {
    const before = dataFiles(table)
    await expect(merge("(1, 'x'), (1, 'y')", [update, insert])).rejects.toMatchObject({
      code: 'DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE',
      sqlState: '21506',
    })
    expect(dataFiles(table)).toEqual(before)
    expect((await table.snapshot()).version).toBe(2)
  })

  it('allows several source rows where all but one are kept out by a condition', async () => {
    await merge("(1, 'x'), (1, 'y')", [{ ...update, and: "s.v = 'y'" }])
    expect(await rowsOf(bench, table)).toEqual([
      [1, 'y'],
      [2, 'b'],
      [3, 'c'],
    ])
  })

  it('allows several source rows when they can only delete', async () => {
    expect(await merge("(1, 'x'), (1, 'y')", [remove])).toMatchObject({ deleted: 1 })
    expect(await rowsOf(bench, table)).toEqual([
      [2, 'b'],
      [3, 'c'],
    ])
  })

  it('inserts every source row that matches nothing, also equal ones and NULL keys', async () => {
    expect(await merge("(7, 'x'), (7, 'x'), (NULL, 'n')", [insert])).toMatchObject({ inserted: 3 })
    expect(await rowsOf(bench, table)).toHaveLength(6)
  })

  it('only adds a file when it only inserts', async () => {
    const before = dataFiles(table)
    await merge("(8, 'x')", [insert])
    expect(dataFiles(table)).toHaveLength(before.length + 1)
    const feed = await bench.rows(await table.changes(3))
    expect(feed.map((row) => row.slice(0, 4))).toEqual([[8, 'x', 'insert', '3']])
  })

  it('records what it changed, before and after', async () => {
    await merge("(1, 'A'), (2, NULL), (9, 'z')", [
      { ...remove, and: 's.v IS NULL' },
      update,
      insert,
    ])
    const feed = await bench.rows(await table.changes(3))
    expect(feed.map((row) => row.slice(0, 4))).toEqual([
      [1, 'A', 'update_postimage', '3'],
      [1, 'a', 'update_preimage', '3'],
      [2, 'b', 'delete', '3'],
      [9, 'z', 'insert', '3'],
    ])
  })

  it('joins on any condition', async () => {
    await merge("(2, 'lt')", [update], 't.id < s.id')
    expect(await rowsOf(bench, table)).toEqual([
      [1, 'lt'],
      [2, 'b'],
      [3, 'c'],
    ])
  })

  it('refuses clauses that make no sense, and columns that are not there', async () => {
    await expect(merge("(1, 'A')", [{ when: 'matched', action: 'insert' }])).rejects.toMatchObject({
      code: 'DELTA_MERGE_MISSING_WHEN',
    })
    await expect(merge("(1, 'A')", [{ ...update, set: { w: '1' } }])).rejects.toMatchObject({
      code: 'DELTA_COLUMN_NOT_FOUND',
    })
  })

  it('leaves no temporary table behind, not even when it fails', async () => {
    await merge("(1, 'A')", [update])
    await expect(merge("(1, 'A')", [{ ...update, set: { v: 'no_such_column' } }])).rejects.toThrow()
    const tables = await bench.connection.runAndReadAll('SHOW ALL TABLES')
    expect(tables.currentRowCount).toBe(0)
  })
})
