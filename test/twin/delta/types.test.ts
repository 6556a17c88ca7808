import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DeltaError, fromDuckDb, toDuckDb } from '../../../src/twin/delta/index.ts'

const scalar = fc.constantFrom(
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INT',
  'BIGINT',
  'FLOAT',
  'DOUBLE',
  'STRING',
  'BINARY',
  'DATE',
  'TIMESTAMP',
  'TIMESTAMP_NTZ',
  'DECIMAL(18,2)',
  'DECIMAL(38,0)',
)
const fieldName = fc.constantFrom('a', 'b_2', 'Caf\u00e9', 'x-y', 'quo"te', 'back`tick')
const type: fc.Arbitrary<string> = fc.letrec<{ type: string }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    scalar,
    tie('type').map((t) => `ARRAY<${t}>`),
    fc.tuple(scalar, tie('type')).map(([k, v]) => `MAP<${k}, ${v}>`),
    fc
      .uniqueArray(fc.tuple(fieldName, tie('type')), {
        minLength: 1,
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map((fields) => `STRUCT<${fields.map(([n, t]) => `${quoted(n)}: ${t}`).join(', ')}>`),
  ),
})).type

function quoted(name: string): string {
  return /^[a-z]\w*$/i.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
}

describe('types', () => {
  it('come back unchanged from DuckDB', () => {
    fc.assert(fc.property(type, (sql) => expect(fromDuckDb(toDuckDb(sql))).toBe(sql)))
  })

  it('are read from the texts that DuckDB itself prints', async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    await fc.assert(
      fc.asyncProperty(type, async (sql) => {
        const result = await connection.run(`SELECT NULL::${toDuckDb(sql)} AS x`)
        expect(fromDuckDb(String(result.columnTypes()[0]))).toBe(sql)
      }),
      { numRuns: 50 },
    )
    connection.closeSync()
    instance.closeSync()
  })

  it.each([
    ['int', 'INTEGER'],
    ['decimal', 'DECIMAL(10,0)'],
    [
      "array<struct<a int not null comment 'it''s', b:map<string,double>>>",
      'STRUCT("a" INTEGER, "b" MAP(VARCHAR, DOUBLE))[]',
    ],
  ])('in any spelling are understood: %s', (sql, duckDb) => {
    expect(toDuckDb(sql)).toBe(duckDb)
  })

  it.each([
    ['HUGEINT', 'DECIMAL(38,0)'],
    ['UBIGINT', 'DECIMAL(20,0)'],
    ['TIMESTAMP WITH TIME ZONE', 'TIMESTAMP'],
    ['TIMESTAMP_NS', 'TIMESTAMP_NTZ'],
    ["ENUM('a', 'b')", 'STRING'],
    ['INTEGER[3]', 'ARRAY<INT>'],
    ['JSON', 'STRING'],
  ])('of DuckDB without an equal become the next wider one: %s', (duckDb, sql) => {
    expect(fromDuckDb(duckDb)).toBe(sql)
  })

  it.each(['VARIANT', 'INTERVAL DAY', 'VARCHAR(10)', 'STRUCT<a>', 'DECIMAL(39,0)', 'INT INT', ''])(
    'that tables cannot hold are refused: %s',
    (sql) => {
      expect(() => toDuckDb(sql)).toThrow(DeltaError)
    },
  )
})
