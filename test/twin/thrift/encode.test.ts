import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type Data,
  MessageReader,
  makeVector,
  RecordBatchReader,
  Table,
  type Vector,
} from 'apache-arrow'
import fc from 'fast-check'
import { sqlNameKey } from '../../../src/twin/thrift/column.ts'
import { encodeColumn, valuesOf } from '../../../src/twin/thrift/encode.ts'
import { encodeValues } from '../../../src/twin/thrift/encode-values.ts'
import { isRaw } from '../../../src/twin/thrift/raw-vector.ts'
import { RowPages } from '../../../src/twin/thrift/row-pages.ts'

let instance: DuckDBInstance
let connection: DuckDBConnection
beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:')
  connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
})
afterAll(() => {
  connection.closeSync()
  instance.closeSync()
})

/** All rows of a query through pages, the IPC stream and Arrow's own reader. */
async function table(sql: string, pageRows = 4096): Promise<Table> {
  const pages = await RowPages.open(await connection.stream(sql), 1)
  const batches: Buffer[] = []
  while (pages.hasMore) batches.push((await pages.next(pageRows)).batch)
  return new Table([...RecordBatchReader.from(pages.ipc.stream(batches))])
}

/** A value as comparable text: exact for 64-bit and decimal values, whose words Arrow gives as they are. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, inner) => {
    if (typeof inner === 'bigint') return `${inner}n`
    if (ArrayBuffer.isView(inner)) return Array.from(inner as Uint8Array)
    if (typeof inner === 'number' && !Number.isFinite(inner)) return String(inner)
    return inner
  })
}

const rowsOf = (vector: Vector) =>
  Array.from({ length: vector.length }, (_, i) => text(vector.get(i)))
const rawWords = (vector: Vector, at = 0) => vector.data[at]?.values

describe('one value of each type', () => {
  const cases: [sql: string, name: string, type: string, values: unknown[]][] = [
    ['true', 'BOOLEAN', 'Bool', [true]],
    ['(-128)::TINYINT', 'TINYINT', 'Int8', [-128]],
    ['200::UTINYINT', 'SMALLINT', 'Int16', [200]],
    ['(-32768)::SMALLINT', 'SMALLINT', 'Int16', [-32768]],
    ['65535::USMALLINT', 'INT', 'Int32', [65535]],
    ['(-2147483648)::INTEGER', 'INT', 'Int32', [-2147483648]],
    ['4294967295::UINTEGER', 'BIGINT', 'Int64', [4294967295n]],
    ['9007199254740993::BIGINT', 'BIGINT', 'Int64', [9007199254740993n]],
    ['(-9223372036854775808)::BIGINT', 'BIGINT', 'Int64', [-9223372036854775808n]],
    ['0.1::FLOAT', 'FLOAT', 'Float32', [Math.fround(0.1)]],
    ['0.1::DOUBLE', 'DOUBLE', 'Float64', [0.1]],
    ["''", 'STRING', 'Utf8', ['']],
    ["'twelve bytes'", 'STRING', 'Utf8', ['twelve bytes']],
    ["'thirteen byte'", 'STRING', 'Utf8', ['thirteen byte']],
    ["'Zoë 🦆 日本 — longer than a slot'", 'STRING', 'Utf8', ['Zoë 🦆 日本 — longer than a slot']],
    [
      "uuid '6b29fc40-ca47-1067-b31d-00dd010662da'",
      'STRING',
      'Utf8',
      ['6b29fc40-ca47-1067-b31d-00dd010662da'],
    ],
    ["'b'::ENUM('a', 'b')", 'STRING', 'Utf8', ['b']],
    ["'\\x00\\xFF'::BLOB", 'BINARY', 'Binary', [Uint8Array.of(0, 255)]],
    ['[1, NULL, 3]::INTEGER[3]', 'ARRAY<INT>', 'List<Int32>', [[1, null, 3]]],
  ]
  it.each(cases)('%s arrives as %s', async (sql, name, type, values) => {
    const column = (await table(`SELECT ${sql} AS c`)).getChildAt(0)
    const field = (await table(`SELECT ${sql} AS c`)).schema.fields[0]
    expect(field?.metadata.get(sqlNameKey)).toBe(name)
    expect(String(field?.type)).toBe(type)
    expect(rowsOf(column as Vector)).toEqual(values.map(text))
  })

  it.each([
    ['12.34::DECIMAL(4,2)', 'DECIMAL(4,2)', 1234n],
    ['-0.05::DECIMAL(9,2)', 'DECIMAL(9,2)', -5n],
    ['-1234567890.12::DECIMAL(18,2)', 'DECIMAL(18,2)', -123456789012n],
    [
      '-12345678901234567890.123456789012345678::DECIMAL(38,18)',
      'DECIMAL(38,18)',
      -12345678901234567890123456789012345678n,
    ],
    ['99999999999999999999999999999999999999::HUGEINT', 'DECIMAL(38,0)', 10n ** 38n - 1n],
    ['18446744073709551615::UBIGINT', 'DECIMAL(20,0)', 2n ** 64n - 1n],
  ])('%s keeps every digit in 128 bits', async (sql, name, unscaled) => {
    const read = await table(`SELECT ${sql} AS c`)
    const words = new BigInt64Array(
      (rawWords(read.getChildAt(0) as Vector) as Uint32Array).slice().buffer,
    )
    expect(read.schema.fields[0]?.metadata.get(sqlNameKey)).toBe(name)
    expect((BigInt(words[1] ?? 0n) << 64n) + BigInt.asUintN(64, words[0] ?? 0n)).toBe(unscaled)
  })

  it('keeps microseconds, also before 1970, and tells instants from wall-clock times by their zone', async () => {
    const read = await table(
      "SELECT TIMESTAMPTZ '1969-12-31 23:59:59.999999Z' a, TIMESTAMP '1900-01-01 00:00:00.000001' b, DATE '1969-12-30' c",
    )
    expect(read.schema.fields.map((f) => f.metadata.get(sqlNameKey))).toEqual([
      'TIMESTAMP',
      'TIMESTAMP_NTZ',
      'DATE',
    ])
    expect(read.schema.fields.map((f) => (f.type as { timezone?: string }).timezone ?? '')).toEqual(
      ['Etc/UTC', '', ''],
    )
    expect(rawWords(read.getChildAt(0) as Vector)?.[0]).toBe(-1n)
    expect(rawWords(read.getChildAt(1) as Vector)?.[0]).toBe(-2208988799999999n)
    expect(rawWords(read.getChildAt(2) as Vector)?.[0]).toBe(-2)
  })

  it('names nested types in full and keeps NULLs apart from empty values at every level', async () => {
    const read = await table(
      `SELECT * FROM (VALUES
        ({'id': 1, 'odd name': ['a', NULL, '']}, MAP {'k': [DATE '2020-01-01']}),
        (NULL, NULL), ({'id': NULL, 'odd name': []}, MAP {}), ({'id': 2, 'odd name': NULL}, MAP {'x': NULL})) t(s, m)`,
    )
    expect(read.schema.fields.map((f) => f.metadata.get(sqlNameKey))).toEqual([
      'STRUCT<id: INT, `odd name`: ARRAY<STRING>>',
      'MAP<STRING, ARRAY<DATE>>',
    ])
    expect(rowsOf(read.getChildAt(0) as Vector)).toEqual([
      '{"id":1,"odd name":["a",null,""]}',
      'null',
      '{"id":null,"odd name":[]}',
      '{"id":2,"odd name":null}',
    ])
    const day = Date.UTC(2020, 0, 1)
    expect(rowsOf(read.getChildAt(1) as Vector)).toEqual([
      `{"k":[${day}]}`,
      'null',
      '{}',
      '{"x":null}',
    ])
  })

  it('reads lists that share or skip items of their child vector', async () => {
    const read = await table(
      `SELECT CASE WHEN i % 2 = 0 THEN l ELSE ['z'] END AS c FROM (SELECT ['a', 'b'] AS l), range(5) t(i) WHERE i <> 2`,
    )
    expect(rowsOf(read.getChildAt(0) as Vector)).toEqual([
      '["a","b"]',
      '["z"]',
      '["z"]',
      '["a","b"]',
    ])
  })

  it('refuses a type that Databricks does not have, by name', async () => {
    const result = await connection.stream("SELECT TIME '12:00' AS c")
    await expect(RowPages.open(result, 1)).rejects.toMatchObject({
      sqlState: '0A000',
      message: expect.stringContaining('TIME'),
    })
  })
})

/** A query of every raw type over `rows` rows with NULLs and nesting, different for every seed. */
const manyTypes = (rows: number, seed: number) => `
  WITH r AS (SELECT i, (hash(i, ${seed}) >> 1)::BIGINT AS h FROM range(${rows}) t(i))
  SELECT IF(h % 7 = 0, NULL, h % 2 = 0) AS b, (h % 256 - 128)::TINYINT AS t, IF(h % 5 = 0, NULL, (h % 60000)::INTEGER - 30000)::SMALLINT AS s,
    (h % 4294967296)::UINTEGER AS u, IF(h % 3 = 0, NULL, (h - 4611686018427387904) * 2) AS l, h::UBIGINT * 2 AS ub, h::HUGEINT * h - 9223372036854775808 AS hu,
    (h % 1000)::FLOAT / 7 AS f, IF(h % 11 = 0, 'NaN'::DOUBLE, (h % 100000) / 3) AS d,
    ((h % 9999)::INTEGER - 5000)::DECIMAL(4,0) AS d4, ((h % 999999)::INTEGER - 5000)::DECIMAL(9,3) AS d9,
    IF(h % 4 = 0, NULL, ((h % 99999999)::BIGINT - 5000)::DECIMAL(18,6)) AS d18, (h::HUGEINT - 9223372036854775808)::DECIMAL(38,10) AS d38,
    IF(h % 6 = 0, NULL, repeat(chr(97 + (h % 26)::INTEGER), (h % 20)::INTEGER) || 'é🦆') AS v, repeat('x', (h % 30)::INTEGER)::BLOB AS bl,
    DATE '1970-01-01' + (h % 40000)::INTEGER - 20000 AS da, TIMESTAMP '1970-01-01' + to_microseconds((h % 9000000000000)::BIGINT) AS ts,
    TIMESTAMPTZ '1970-01-01 00:00:00Z' - to_microseconds((h % 9000000000000)::BIGINT) AS tz,
    IF(h % 8 = 0, NULL, list_transform(range((h % 4)::BIGINT), lambda x: IF(x = 2, NULL, 'item ' || (h + x)))) AS li,
    [[(h % 9)::INTEGER], NULL, []] AS ll,
    IF(h % 9 = 0, NULL, {'a': (h % 5)::INTEGER, 'n': {'s': IF(h % 2 = 0, NULL, 'deep ' || h), 'l': [h % 2 = 0]}}) AS st,
    IF(h % 10 = 0, NULL, MAP {'k' || (h % 3): {'v': [(h % 100)::DECIMAL(9,2)]}, 'z': NULL}) AS m
  FROM r WHERE h % 13 <> 0`

describe('the fast and the slow encoder', () => {
  it('agree on every type, for any page size and any cut through the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(5000),
        fc.nat(),
        fc.integer({ min: 1, max: 3000 }),
        async (rows, seed, size) => {
          const result = await connection.stream(manyTypes(rows, seed))
          const columns = (await RowPages.open(await connection.run(manyTypes(0, 0)), 1)).columns
          for await (const chunk of result) {
            const from = Math.min(seed % 100, chunk.rowCount - 1)
            const count = Math.min(size, chunk.rowCount - from)
            columns.forEach((column, i) => {
              const vector = chunk.getColumnVector(i)
              expect(isRaw(vector, column.duck)).toBe(true)
              const slices = [
                { vector, from, count },
                { vector, from: 0, count: from },
              ]
              const values = encodeValues(column.duck, column.arrow, valuesOf(slices))
              expect(decoded(encodeColumn(column, slices))).toEqual(decoded(values))
            })
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  it('agree when the vectors do not show their memory', async () => {
    const result = await connection.run(manyTypes(500, 3))
    const { columns } = await RowPages.open(await connection.run(manyTypes(0, 0)), 1)
    const chunk = await result.fetchChunk()
    columns.forEach((column, i) => {
      const vector = chunk?.getColumnVector(i)
      if (vector === undefined) throw new Error('no rows')
      const hidden = {
        itemCount: vector.itemCount,
        getItem: (row: number) => vector.getItem(row),
      } as typeof vector
      expect(isRaw(hidden, column.duck)).toBe(false)
      const slice = { from: 0, count: vector.itemCount }
      expect(decoded(encodeColumn(column, [{ ...slice, vector: hidden }]))).toEqual(
        decoded(encodeColumn(column, [{ ...slice, vector }])),
      )
    })
  })
})

const decoded = (data: Data) => rowsOf(makeVector(data))

describe('pages', () => {
  it('hold exactly the rows asked for, across chunk borders, and end without an empty page', async () => {
    const pages = await RowPages.open(await connection.stream('FROM range(10000)'), 1)
    const sizes: number[] = []
    while (pages.hasMore) sizes.push((await pages.next(3000)).rowCount)
    expect(sizes).toEqual([3000, 3000, 3000, 1000])
  })

  it('read no further ahead than they must', async () => {
    const result = await connection.stream('FROM range(1000000)')
    let fetched = 0
    const fetchChunk = result.fetchChunk.bind(result)
    result.fetchChunk = () => {
      fetched++
      return fetchChunk()
    }
    const pages = await RowPages.open(result, 1)
    expect(fetched).toBe(1)
    await pages.next(2048)
    expect(fetched).toBe(2)
  })

  it('give the same rows for any page size', async () => {
    const sql = manyTypes(6000, 1)
    const whole = await table(sql, 100_000)
    const small = await table(sql, 777)
    for (let i = 0; i < whole.numCols; i++) {
      expect(rowsOf(small.getChildAt(i) as Vector)).toEqual(rowsOf(whole.getChildAt(i) as Vector))
    }
  })

  it('keep columns of the same name apart', async () => {
    const pages = await RowPages.open(await connection.stream("SELECT 1 AS a, 'x' AS a"), 1)
    const { batch } = await pages.next(1)
    const fields = new MessageReader(pages.ipc.schema).readSchema()?.fields ?? []
    expect(fields.map((field) => `${field.name} ${field.type}`)).toEqual(['a Int32', 'a Utf8'])
    // Arrow's own classes merge equal names, so the batch is read under the names of another query.
    const named = await RowPages.open(await connection.stream("SELECT 1 AS a, 'x' AS b"), 1)
    const [read] = [...RecordBatchReader.from(named.ipc.stream([batch]))]
    expect(read?.toArray().map((row) => row?.toJSON())).toEqual([{ a: 1, b: 'x' }])
  })
})
