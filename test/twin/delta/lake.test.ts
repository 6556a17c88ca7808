import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Bench, column, named, openBench, rowsOf, written } from './support.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench(undefined, 'delta [odd] *')
})
afterEach(() => bench.close())

const definition = { columns: [column('id', 'INT')] }

describe('a lake', () => {
  it('knows its catalogs and schemas', () => {
    bench.lake.createSchema('Dev', 'Gold')
    expect(bench.lake.catalogs()).toEqual(['dev', 'main'])
    expect(bench.lake.schemas('DEV')).toEqual(['gold'])
    expect(bench.lake.hasSchema('dev', 'gold')).toBe(true)
    expect(bench.lake.hasSchema('dev', 'silver')).toBe(false)
  })

  it('finds tables in any case, and works in a folder with odd characters', async () => {
    const table = await bench.lake.createTable(named('Customers-1'), definition)
    await table.append(bench.connection, 'SELECT unnest([1, 2]) AS id', written)
    await table.delete(bench.connection, { where: 'id = 1' }, written)
    expect(await rowsOf(bench, table)).toEqual([[2]])
    expect(bench.lake.table(named('CUSTOMERS-1'))).toBe(table)
    expect(bench.lake.listTables('main', 's')).toEqual([named('customers-1')])
    expect(table.name).toEqual(named('customers-1'))
  })

  it('creates a table once, unless told otherwise', async () => {
    const table = await bench.lake.createTable(named('t'), definition)
    await expect(bench.lake.createTable(named('t'), definition)).rejects.toMatchObject({
      code: 'TABLE_OR_VIEW_ALREADY_EXISTS',
      sqlState: '42P07',
    })
    expect(await bench.lake.createTable(named('t'), definition, { ifNotExists: true })).toBe(table)
    expect((await table.snapshot()).version).toBe(0)
  })

  it('creates no table when its first rows cannot be read', async () => {
    const rows = { connection: bench.connection, select: 'SELECT 1 / id AS id FROM nowhere' }
    await expect(bench.lake.createTable(named('t'), definition, { rows })).rejects.toThrow()
    expect(bench.lake.table(named('t'))).toBeUndefined()
    expect(bench.lake.listTables('main', 's')).toEqual([])
  })

  it('needs the schema first', async () => {
    const name = { catalog: 'main', schema: 'nope', table: 't' }
    await expect(bench.lake.createTable(name, definition)).rejects.toMatchObject({
      code: 'SCHEMA_NOT_FOUND',
    })
  })

  it('drops and renames tables', async () => {
    const table = await bench.lake.createTable(named('a'), definition)
    const { id } = await table.snapshot()
    await bench.lake.renameTable(named('a'), named('b'))
    expect(bench.lake.table(named('a'))).toBeUndefined()
    expect((await bench.lake.table(named('b'))?.snapshot())?.id).toBe(id)
    await bench.lake.dropTable(named('b'))
    expect(bench.lake.table(named('b'))).toBeUndefined()
    await expect(bench.lake.dropTable(named('b'))).rejects.toMatchObject({
      code: 'TABLE_OR_VIEW_NOT_FOUND',
    })
  })

  it('keeps views under names that tables do not have', async () => {
    const view = { sql: 'SELECT 1 AS a', columns: [column('a', 'INT')], comment: 'one' }
    bench.lake.saveView(named('V'), view)
    expect(bench.lake.view(named('v'))).toEqual(view)
    expect(bench.lake.listViews('main', 's')).toEqual([named('v')])
    await expect(bench.lake.createTable(named('v'), definition)).rejects.toMatchObject({
      code: 'TABLE_OR_VIEW_ALREADY_EXISTS',
    })
    bench.lake.dropView(named('v'))
    await bench.lake.createTable(named('v'), definition)
    expect(() => bench.lake.saveView(named('v'), view)).toThrow('already exists')
  })

  it('drops a schema that holds something only by cascade', async () => {
    await bench.lake.createTable(named('t'), definition)
    expect(() => bench.lake.dropSchema('main', 's')).toThrow('CASCADE')
    bench.lake.dropSchema('main', 's', { cascade: true })
    expect(bench.lake.hasSchema('main', 's')).toBe(false)
    expect(bench.lake.table(named('t'))).toBeUndefined()
  })

  it.each(['', '..', 'a/b', 'a.b', 'a b', 'a\\b', 'a\u0000'])(
    'refuses the object name %j',
    (name) => {
      expect(() => bench.lake.table(named(name))).toThrow('object name')
    },
  )
})

describe('a volume', () => {
  it('has a local path for every path in it', () => {
    bench.lake.createVolume('main', 's', 'landing')
    expect(bench.lake.hasVolume('main', 's', 'LANDING')).toBe(true)
    expect(bench.lake.volumes('main', 's')).toEqual(['landing'])
    const folder = bench.lake.volumePath('/Volumes/main/s/landing')
    const file = bench.lake.volumePath('/Volumes/Main/S/landing/a/B.parquet')
    expect(file).toBe(join(folder, 'a', 'B.parquet'))
    expect(bench.lake.volumePath('/Volumes/main/s/landing/a/')).toBe(join(folder, 'a'))
    mkdirSync(join(folder, 'a'))
    writeFileSync(file, '')
    bench.lake.dropVolume('main', 's', 'landing')
    expect(existsSync(folder)).toBe(false)
  })

  it.each([
    '/Volumes/main/s/v/../w',
    '/Volumes/main/s/v/a/../../b',
    '/Volumes/main/s/v//a',
    '/Volumes/main/s/v/./a',
    '/Volumes/main/s/v/a\\..\\b',
    '/Volumes/main/s',
    '/etc/passwd',
    '/Volumes/main/../s/v',
  ])('is never left by %s', (path) => {
    bench.lake.createVolume('main', 's', 'v')
    expect(() => bench.lake.volumePath(path)).toThrow()
  })

  it('must be there', () => {
    expect(() => bench.lake.volumePath('/Volumes/main/s/none/a')).toThrow('not there')
  })
})
