import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { openLake, type TestLake } from './lake.ts'

let lake: TestLake
const folder = '/Volumes/main/gold/parts'
beforeEach(async () => {
  lake = await openLake()
  await lake.run('CREATE VOLUME parts')
  await lake.run('CREATE TABLE log (window_id STRING, n BIGINT, part STRING)')
})
afterEach(() => lake.close())

/** Writes a Parquet part with one column, `n`, of the numbers up to `count`. */
async function part(path: string, count: number): Promise<void> {
  const local = lake.lake.volumePath(`${folder}/${path}`)
  mkdirSync(dirname(local), { recursive: true })
  const duckDb = await DuckDBInstance.create(':memory:')
  const connection = await duckDb.connect()
  await connection.run(
    `COPY (SELECT 'w' AS window_id, range AS n FROM range(${count})) TO '${local}' (FORMAT parquet)`,
  )
  connection.closeSync()
  duckDb.closeSync()
}

const copy = `COPY INTO log FROM (SELECT CAST(window_id AS STRING) AS window_id, CAST(n AS BIGINT) AS n, _metadata.file_path AS part
  FROM '${folder}/') FILEFORMAT = PARQUET`
const count = async () => (await lake.rows('SELECT count(*) FROM log'))[0]

it('loads each file once, wherever it stands below the folder', async () => {
  await part('a/1-1.parquet', 3)
  await part('2.parquet', 2)
  expect(await lake.run(copy)).toMatchObject({
    names: ['num_affected_rows', 'num_inserted_rows', 'num_skipped_corrupt_files'],
    rows: [['5', '5', '0']],
    modifiedRows: 5,
  })
  expect((await lake.run(copy)).rows).toEqual([['0', '0', '0']])
  await part('a/1-2.parquet', 4)
  expect((await lake.run(copy)).rows).toEqual([['4', '4', '0']])
  expect(await lake.rows('SELECT DISTINCT part FROM log ORDER BY 1')).toEqual(
    ['2.parquet', 'a/1-1.parquet', 'a/1-2.parquet'].map((path) => [`dbfs:${folder}/${path}`]),
  )
})

it('loads each file once when several load at a time', async () => {
  for (let i = 0; i < 4; i++) await part(`${i}.parquet`, 10)
  const done = await Promise.all([1, 2, 3, 4].map(() => lake.run(copy)))
  expect(done.map((d) => d.modifiedRows ?? 0).reduce((a, b) => a + b)).toBe(40)
  expect(await count()).toEqual(['40'])
})

it('loads a file again only by force', async () => {
  await part('1.parquet', 3)
  await lake.run(copy)
  await lake.run(`${copy} COPY_OPTIONS ('force' = 'true')`)
  await lake.run(copy)
  expect(await count()).toEqual(['6'])
})

it('takes only the files that are named or match', async () => {
  for (const name of ['a1', 'a2', 'b1']) await part(`${name}.parquet`, 1)
  const from = `COPY INTO log FROM '${folder}' FILEFORMAT = PARQUET`
  expect((await lake.run(`${from} FILES = ('b1.parquet')`)).modifiedRows).toBe(1)
  expect((await lake.run(`${from} PATTERN = 'a*.parquet'`)).modifiedRows).toBe(2)
})

it('loads nothing from a folder without files, and fails without the volume', async () => {
  expect((await lake.run(copy)).rows).toEqual([['0', '0', '0']])
  const error = await lake.failure(
    "COPY INTO log FROM '/Volumes/main/gold/nope/x' FILEFORMAT = PARQUET",
  )
  expect(error.message).toMatch(/^\[UC_VOLUME_NOT_FOUND\]/)
})

it('adds the columns it is allowed to add, and refuses them otherwise', async () => {
  const local = lake.lake.volumePath(`${folder}/rows.json`)
  writeFileSync(local, '{"n": 1, "day": "2024-01-01"}\n{"n": 2}\n')
  const from = `COPY INTO log FROM '${folder}' FILEFORMAT = JSON`
  expect((await lake.failure(from)).sqlState).toBe('42703')
  await lake.run(`${from} COPY_OPTIONS ('mergeSchema' = 'true')`)
  expect(await lake.rows('SELECT n, day FROM log ORDER BY n')).toEqual([
    ['1', '2024-01-01'],
    ['2', null],
  ])
})

it('never leaves the volume', async () => {
  for (const path of ['/etc', `${folder}/../../../../../etc`, 'file:/etc']) {
    await lake.failure(
      `COPY INTO log FROM '${path}' FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true')`,
    )
  }
  expect(await count()).toEqual(['0'])
})
