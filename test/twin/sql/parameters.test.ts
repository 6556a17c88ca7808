import { afterAll, beforeAll, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { openLake, type TestLake } from './lake.ts'

let lake: TestLake
beforeAll(async () => {
  lake = await openLake()
})
afterAll(() => lake.close())

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom("'", '"', '\\', '`', ':', '\0', '\n', '--', '/*', '$', '{'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
})

it('give back any text they are given', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const sql = "SELECT :p AS a, ':p' AS b /* :q */ -- :r"
      expect(await lake.rows(sql, [{ name: 'p', type: 'STRING', value }])).toEqual([[value, ':p']])
    }),
    { numRuns: 200 },
  )
})

it('in any literal give the same text as themselves', async () => {
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const literal = `'${value.replace(/[\\']/g, '\\$&')}'`
      const rows = await lake.rows(`SELECT ${literal} = :p`, [{ name: 'p', type: 'STRING', value }])
      expect(rows).toEqual([[true]])
    }),
    { numRuns: 200 },
  )
})

it('name any column, and nothing but a column', async () => {
  await fc.assert(
    fc.asyncProperty(
      text.filter((t) => t !== '' && !t.includes('\0')),
      async (name) => {
        const { names } = await lake.run(`SELECT 1 AS \`${name.replaceAll('`', '``')}\``)
        expect(names).toEqual([name])
      },
    ),
    { numRuns: 200 },
  )
})

it('have the type they are declared with', async () => {
  const types = [
    'INT',
    'BIGINT',
    'DOUBLE',
    'DECIMAL(5,2)',
    'BOOLEAN',
    'DATE',
    'TIMESTAMP',
    'TIMESTAMP_NTZ',
    'VOID',
  ]
  const values = [
    '1',
    '9007199254740993',
    '1.5',
    '1.50',
    'true',
    '2024-01-01',
    '2024-01-01T00:00:00.000Z',
    '2024-01-01 00:00:00',
    null,
  ]
  const parameters = types.map((type, i) => ({ name: `p${i}`, type, value: values[i] ?? null }))
  const done = await lake.run(`SELECT ${types.map((_, i) => `:p${i}`).join(', ')}`, parameters)
  expect(done.types).toEqual([
    'INTEGER',
    'BIGINT',
    'DOUBLE',
    'DECIMAL(5,2)',
    'BOOLEAN',
    'DATE',
    'TIMESTAMP WITH TIME ZONE',
    'TIMESTAMP',
    'VARCHAR',
  ])
  expect(done.rows[0]).toEqual([
    1,
    '9007199254740993',
    1.5,
    '1.50',
    true,
    '2024-01-01',
    '2024-01-01 00:00:00+00',
    '2024-01-01 00:00:00',
    null,
  ])
})

it('that are not bound fail as they do on the service', async () => {
  const error = await lake.failure('SELECT :nope')
  expect(error).toMatchObject({
    sqlState: '42P02',
    message: expect.stringMatching(/^\[UNBOUND_SQL_PARAMETER\].*nope/),
  })
})

it('stand wherever the grammar takes a value', async () => {
  const n = { name: 'n', type: 'INT', value: '2' }
  expect(
    await lake.rows('SELECT id FROM range(10) WHERE id IN (:n, 3) ORDER BY id LIMIT :n', [n]),
  ).toEqual([['2'], ['3']])
  expect(await lake.rows("SELECT DATE '2024-01-01' + INTERVAL :n DAYS", [n])).toEqual([
    ['2024-01-03'],
  ])
})
