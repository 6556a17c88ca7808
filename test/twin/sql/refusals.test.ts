import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openLake, type TestLake } from './lake.ts'

let lake: TestLake
beforeAll(async () => {
  lake = await openLake(['main.gold.secret'])
  await lake.run('CREATE TABLE t (id INT, payload STRING)')
  writeFileSync(join(lake.folder, 'outside.csv'), 'a\n1\n')
})
afterAll(() => lake.close())

/** What the twin does not know, and the word that its error must name. */
const unknown: readonly (readonly [sql: string, named: string])[] = [
  ['SELECT hash(id) FROM t', 'hash'],
  ['SELECT xxhash64(id) FROM t', 'xxhash64'],
  ["SELECT from_json(payload, 'a INT') FROM t", 'from_json'],
  ["SELECT from_json(payload, 'ARRAY<STRUCT<a: INT>>') FROM t", 'from_json'],
  ["SELECT id FROM t WHERE payload RLIKE 'x'", 'RLIKE'],
  ['SELECT payload:a FROM t', ':'],
  ['SELECT * FROM t LATERAL VIEW explode(array(1)) AS x', 'LATERAL VIEW'],
  ["SELECT * FROM read_files('/Volumes/main/gold/v')", 'read_files'],
  ["SELECT * FROM read_csv('/etc/passwd')", 'read_csv'],
  ["SELECT getenv('HOME')", 'getenv'],
  ["SELECT split('a1b', '[0-9]')", 'split'],
  ["SELECT sha2('a', 512)", 'sha2'],
  ["SELECT date_format(current_date, 'QQQ')", 'QQQ'],
  ['SELECT * FROM t TABLESAMPLE (5 ROWS)', 'TABLESAMPLE'],
  ['SELECT id FROM t GROUP BY ROLLUP (id)', 'ROLLUP'],
  ['EXPLAIN SELECT 1', 'EXPLAIN'],
  ['SELECT * FROM information_schema.tables', 'information_schema.tables'],
  ['SELECT * FROM main.information_schema.columns', 'information_schema.columns'],
  ['SELECT * FROM parquet.`/etc/passwd`', 'path'],
  ["SELECT DATE '2024-01-01' + INTERVAL 1 HOUR", 'DATE'],
  ['SELECT CAST(current_timestamp() AS DECIMAL(18,2))', 'number'],
  ['SELECT try_cast(current_timestamp() AS DECIMAL(18,2))', 'number'],
  ['SELECT CAST(1 AS BINARY)', 'bytes'],
  ['VACUUM t LITE', 'LITE'],
  ['ALTER TABLE t ALTER COLUMN id SET NOT NULL', 'SET NOT'],
  ['GRANT SELECT ON t TO x', 'GRANT'],
  ["ATTACH 'x.db'", 'ATTACH'],
  ['PRAGMA database_list', 'PRAGMA'],
  ['INSTALL httpfs', 'INSTALL'],
  ['SET enable_external_access = true', 'enable_external_access'],
  ['CREATE TABLE x (id INT GENERATED ALWAYS AS IDENTITY)', 'GENERATED'],
  ['CREATE TABLE x (id INT) PARTITIONED BY (id)', 'PARTITIONED'],
]

describe('what is not on the list is refused by name', () => {
  it.each(unknown)('%s', async (sql, named) => {
    const error = await lake.failure(sql)
    expect(error.message).toMatch(/^\[UNSUPPORTED_FEATURE\.TWIN\]/)
    expect(error.message).toContain(named)
    expect(error.sqlState).toBe('0A000')
  })
})

/** Mistakes, and the SQLSTATE the service gives them. */
const mistakes: readonly (readonly [sql: string, condition: string, state: string])[] = [
  ['SELECT * FROM nope', 'TABLE_OR_VIEW_NOT_FOUND', '42P01'],
  ['SELECT nope FROM t', 'UNRESOLVED_COLUMN', '42703'],
  ['UPDATE t SET nope = 1', 'UNRESOLVED_COLUMN', '42703'],
  ["SELECT CAST(CAST('NaN' AS DOUBLE) AS DECIMAL(18,2))", 'CAST_INVALID_INPUT', '22018'],
  ['SELECT CAST(1e30D AS DECIMAL(18,2))', 'CAST_INVALID_INPUT', '22018'],
  ['SELECT FROM t', 'PARSE_SYNTAX_ERROR', '42601'],
  ['SELECT 1; DROP TABLE t', 'PARSE_SYNTAX_ERROR', '42601'],
  ["SELECT 'open", 'PARSE_SYNTAX_ERROR', '42601'],
  ['CREATE TABLE nope.t (id INT)', 'SCHEMA_NOT_FOUND', '42704'],
  ['CREATE TABLE t (id INT)', 'TABLE_OR_VIEW_ALREADY_EXISTS', '42P07'],
  ['SELECT * FROM t VERSION AS OF 99', 'DELTA_VERSION_NOT_FOUND', '22003'],
  ["SELECT CAST('x' AS INT)", 'CAST_INVALID_INPUT', '22018'],
  ["SELECT CAST('x' AS DATE)", 'CAST_INVALID_INPUT', '22018'],
  ['SELECT 1 / 0', 'DIVIDE_BY_ZERO', '22012'],
  ['SELECT element_at(array(1), 2)', 'INVALID_ARRAY_INDEX', '22003'],
  ['SELECT * FROM secret', 'INSUFFICIENT_PERMISSIONS', '42501'],
  ['INSERT INTO main.gold.SECRET VALUES (1)', 'INSUFFICIENT_PERMISSIONS', '42501'],
]

describe('mistakes are worded as the service words them', () => {
  it.each(mistakes)('%s', async (sql, condition, state) => {
    const error = await lake.failure(sql)
    expect(error.message).toContain(`[${condition}`)
    expect(error.message).toContain(`SQLSTATE: ${state}`)
    expect(error.sqlState).toBe(state)
  })
})

it('a mistake that shows only while rows are read is worded alike', async () => {
  const error = await lake.failure('SELECT 1 / (id - 90000) FROM range(100000)')
  expect(error).toMatchObject({
    sqlState: '22012',
    message: expect.stringMatching(/^\[DIVIDE_BY_ZERO\]/),
  })
})

it('no statement reaches a file outside the tables', async () => {
  const path = join(lake.folder, 'outside.csv')
  for (const name of [`\`${path}\``, `csv.\`${path}\``, `'${path}'`, `"${path}"`]) {
    await lake.failure(`SELECT * FROM ${name}`)
  }
})

it('quotes in names and texts never end them', async () => {
  await lake.failure('SELECT `x" FROM (SELECT 1); DROP TABLE t; --` FROM t')
  expect(await lake.rows("SELECT 'x\\'; DROP TABLE t; --'")).toEqual([["x'; DROP TABLE t; --"]])
  expect(await lake.rows('SELECT 1 AS `a"b`')).toEqual([[1]])
  expect(await lake.rows('SELECT count(*) FROM t')).toEqual([['0']])
})
