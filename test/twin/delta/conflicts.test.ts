import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Clock } from '../../../src/core/index.ts'
import { ConcurrentModification, type DeltaTable, Lake } from '../../../src/twin/delta/index.ts'
import {
  type Bench,
  column,
  commitLines,
  dataFiles,
  named,
  openBench,
  rowsOf,
  written,
} from './support.ts'

/**
 * A clock that lets another writer in: a commit is stamped right before it is put in place, so whoever commits
 * while the time is read has won.
 */
class MeddlingClock implements Clock {
  meddle: (() => void) | undefined
  #time = Date.parse('2024-03-01T00:00:00Z')

  now(): number {
    const meddle = this.meddle
    this.meddle = undefined
    meddle?.()
    this.#time += 1000
    return this.#time
  }

  async sleep(): Promise<void> {}
}

let bench: Bench
let clock: MeddlingClock
let table: DeltaTable
beforeEach(async () => {
  clock = new MeddlingClock()
  bench = await openBench(clock)
  table = await bench.lake.createTable(named('t'), { columns: [column('id', 'INT')] })
  await table.append(bench.connection, 'SELECT 1 AS id', written)
})
afterEach(() => bench.close())

/** Lets another writer commit `actions` as the next version, right before ours. */
async function meddle(...actions: object[]): Promise<void> {
  const next = (await table.snapshot()).version + 1
  const name = `${String(next).padStart(20, '0')}.json`
  const text = actions.map((action) => `${JSON.stringify(action)}\n`).join('')
  clock.meddle = () => writeFileSync(join(table.folder, '_delta_log', name), text, { flag: 'wx' })
}

const removal = () => ({
  remove: { ...commitLines(table, 1).find((l) => l.add)?.add, dataChange: true },
})
const addition = () => commitLines(table, 1).find((line) => line.add) ?? {}
const settings = () => commitLines(table, 0).find((line) => line.metaData) ?? {}
const progress = { txn: { appId: 'other', version: 1 } }

describe('a commit that comes second', () => {
  it('goes on top when it only appends, even if rows were removed meanwhile', async () => {
    await meddle(removal())
    expect(await table.append(bench.connection, 'SELECT 2 AS id', written)).toMatchObject({
      version: 3,
    })
    expect(await rowsOf(bench, table)).toEqual([[2]])
  })

  it('fails when it appends and the schema or settings changed', async () => {
    const before = dataFiles(table)
    await meddle(settings())
    const append = table.append(bench.connection, 'SELECT 2 AS id', written)
    await expect(append).rejects.toMatchObject({ code: 'DELTA_METADATA_CHANGED' })
    expect(dataFiles(table)).toEqual(before)
  })

  it.each([
    ['rows were added', addition, 'DELTA_CONCURRENT_APPEND'],
    ['rows were removed', removal, 'DELTA_CONCURRENT_DELETE_READ'],
    ['settings changed', settings, 'DELTA_METADATA_CHANGED'],
  ])('fails when it changes rows and %s, naming it and leaving no file', async (_, other, code) => {
    const before = dataFiles(table)
    await meddle(other())
    const change = table.update(bench.connection, { set: { id: 'id + 1' } }, written)
    const error = await change.catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConcurrentModification)
    expect(error).toMatchObject({
      code,
      sqlState: '2D521',
      context: { table: 'main.s.t', version: 2 },
    })
    expect(dataFiles(table)).toEqual(before)
  })

  it('goes on top when the other one changed neither rows nor settings', async () => {
    await meddle(progress)
    await table.update(bench.connection, { set: { id: 'id + 1' } }, written)
    expect(await rowsOf(bench, table)).toEqual([[2]])
    expect((await table.snapshot()).version).toBe(3)
  })

  it('is skipped when the other one was the same transaction', async () => {
    const before = dataFiles(table)
    await meddle(addition(), progress)
    const options = { ...written, txn: [{ appId: 'other', version: 1 }] }
    const done = await table.append(bench.connection, 'SELECT 2 AS id', options)
    expect(done).toEqual({ version: 2, skipped: true, inserted: 0, updated: 0, deleted: 0 })
    expect(dataFiles(table)).toEqual(before)
  })

  it('is worked out again when it only changes settings', async () => {
    await meddle(addition())
    await table.addColumns([column('x', 'INT')])
    expect((await table.snapshot()).version).toBe(3)
    expect((await table.snapshot()).columns).toHaveLength(2)
  })

  it('does not create a table twice', async () => {
    const other = Lake.open(bench.lake.folder)
    const definition = { columns: [column('a', 'INT')] }
    const created = await Promise.allSettled([
      bench.lake.createTable(named('new'), definition),
      other.createTable(named('new'), definition),
    ])
    expect(created.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = created.find(({ status }) => status === 'rejected') as PromiseRejectedResult
    expect(refused.reason).toMatchObject({ code: 'TABLE_OR_VIEW_ALREADY_EXISTS' })
    other.close()
  })
})

describe('a reader', () => {
  it('sees at once what another process committed', async () => {
    const other = Lake.open(bench.lake.folder, clock)
    const same = other.table(named('t'))!
    expect(await rowsOf(bench, same)).toEqual([[1]])
    await table.append(bench.connection, 'SELECT 2 AS id', written)
    expect(await rowsOf(bench, same)).toEqual([[1], [2]])
    other.close()
  })

  it('notices that another process dropped the table and made it anew', async () => {
    const other = Lake.open(bench.lake.folder, clock)
    const same = other.table(named('t'))!
    await same.snapshot()
    await bench.lake.dropTable(named('t'))
    await expect(same.snapshot()).rejects.toMatchObject({ code: 'TABLE_OR_VIEW_NOT_FOUND' })
    const anew = await bench.lake.createTable(named('t'), { columns: [column('b', 'STRING')] })
    await anew.append(bench.connection, "SELECT 'x' AS b", written)
    await anew.append(bench.connection, "SELECT 'y' AS b", written)
    expect(await rowsOf(bench, same)).toEqual([['x'], ['y']])
    other.close()
  })

  it('does not take half a commit: temporary files are no versions', async () => {
    appendFileSync(join(table.folder, '_delta_log', '.00000000000000000002.json.x.tmp'), '{"add":')
    expect((await table.snapshot()).version).toBe(1)
    expect(existsSync(join(table.folder, '_delta_log', '00000000000000000002.json'))).toBe(false)
  })
})
