import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Bench, column, dataFiles, feedOn, named, openBench, written } from './support.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => bench.close())

const idOnly = { columns: [column('id', 'INT')] }
const create = (definition = { ...idOnly, ...feedOn }) =>
  bench.lake.createTable(named('t'), definition)

describe('the change feed', () => {
  it('tells appends, updates, deletes and overwrites apart, with version and time', async () => {
    const table = await create()
    await table.append(bench.connection, 'SELECT unnest([1, 2]) AS id', written)
    await table.update(bench.connection, { set: { id: 'id + 10' }, where: 'id = 1' }, written)
    await table.delete(bench.connection, { where: 'id = 2' }, written)
    await table.overwrite(bench.connection, 'SELECT 5 AS id', written)
    await table.delete(bench.connection, {}, written)
    const feed = await bench.rows(
      `(SELECT _commit_version, _change_type, id FROM ${await table.changes(0)})`,
    )
    expect(feed).toEqual([
      ['1', 'insert', 1],
      ['1', 'insert', 2],
      ['2', 'update_postimage', 11],
      ['2', 'update_preimage', 1],
      ['3', 'delete', 2],
      ['4', 'delete', 11],
      ['4', 'insert', 5],
      ['5', 'delete', 5],
    ])
    const at = (await table.snapshot({ version: 4 })).timestamp
    const times = await bench.rows(
      `(SELECT DISTINCT epoch_ms(_commit_timestamp) FROM ${await table.changes(4, 4)})`,
    )
    expect(times).toEqual([[String(at)]])
  })

  it('is limited to the range asked for', async () => {
    const table = await create()
    for (const id of [1, 2, 3]) await table.append(bench.connection, `SELECT ${id} AS id`, written)
    const ids = async (from: number, to?: number) =>
      (await bench.rows(`(SELECT id FROM ${await table.changes(from, to)})`)).flat()
    expect(await ids(2, 2)).toEqual([2])
    expect(await ids(2)).toEqual([2, 3])
    expect(await ids(2, 99)).toEqual([2, 3])
    await expect(table.changes(4)).rejects.toMatchObject({
      code: 'DELTA_CDC_START_VERSION_AFTER_LATEST',
    })
    await expect(table.changes(2, 1)).rejects.toMatchObject({ code: 'DELTA_INVALID_CDC_RANGE' })
  })

  it('is refused where it was off', async () => {
    const table = await create({ ...idOnly, properties: { 'delta.enableChangeDataFeed': 'false' } })
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    await expect(table.changes(0)).rejects.toMatchObject({ code: 'DELTA_MISSING_CHANGE_DATA' })
    await table.setProperties(feedOn.properties)
    await table.append(bench.connection, 'SELECT 2 AS id', written)
    await expect(table.changes(1)).rejects.toMatchObject({ code: 'DELTA_MISSING_CHANGE_DATA' })
    expect(await bench.rows(`(SELECT id FROM ${await table.changes(2)})`)).toEqual([[2]])
    await table.setProperties({}, ['delta.enableChangeDataFeed'])
    await expect(table.changes(2)).rejects.toMatchObject({ code: 'DELTA_MISSING_CHANGE_DATA' })
  })

  it('has the newest columns, and is refused across a change of types', async () => {
    const table = await create()
    await table.append(bench.connection, 'SELECT 1 AS id', written)
    await table.addColumns([column('x', 'STRING')])
    expect(await bench.rows(`(SELECT id, x, _change_type FROM ${await table.changes(0)})`)).toEqual(
      [[1, null, 'insert']],
    )
    const replaceSchema = [column('id', 'STRING')]
    await table.overwrite(bench.connection, "SELECT 'a' AS id", { ...written, replaceSchema })
    await expect(table.changes(0)).rejects.toMatchObject({
      code: 'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE',
    })
    await expect(table.changes(1, 1)).rejects.toMatchObject({
      code: 'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA',
    })
    expect(await bench.rows(`(SELECT id FROM ${await table.changes(3)})`)).toEqual([['1'], ['a']])
  })

  it('says so when its files are gone', async () => {
    const table = await create()
    await table.append(bench.connection, 'SELECT unnest([1, 2]) AS id', written)
    await table.delete(bench.connection, { where: 'id = 1' }, written)
    const recorded = dataFiles(table).find((path) => path.startsWith('_change_data')) ?? ''
    rmSync(join(table.folder, recorded))
    await expect(table.changes(0)).rejects.toMatchObject({
      code: 'DELTA_CHANGE_DATA_FILE_NOT_FOUND',
    })
  })

  it('keeps its own column names to itself', async () => {
    const columns = [column('_change_type', 'STRING')]
    await expect(create({ columns, ...feedOn })).rejects.toMatchObject({
      code: 'DELTA_RESERVED_COLUMN_NAME',
    })
  })
})
