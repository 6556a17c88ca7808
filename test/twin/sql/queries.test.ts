import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { openLake, type TestLake } from './lake.ts'

let lake: TestLake
beforeAll(async () => {
  lake = await openLake()
  await lake.run(`CREATE TABLE customers (customer_id BIGINT NOT NULL, email STRING, region STRING,
    amount DECIMAL(10,2), seen TIMESTAMP, born DATE, tags ARRAY<STRING>, address STRUCT<city: STRING, zip: INT>)`)
  await lake.run(`INSERT INTO customers VALUES
    (1, 'a@example.com', 'EU', 1.50, TIMESTAMP '2024-01-01 10:00:00.5', DATE '2000-02-29', array('x', 'y'), named_struct('city', 'Bern', 'zip', NULL)),
    (2, 'b@example.com', 'US', NULL, NULL, NULL, NULL, NULL)`)
  await lake.run("INSERT INTO customers (customer_id, email) SELECT 3, 'c@example.com'")
})
afterAll(() => lake.close())

/** Statement → the one value, or the one row, it gives. */
const values: readonly (readonly [sql: string, ...expected: unknown[]])[] = [
  // Literals, names, operators
  [
    "SELECT 'it''s', \"say \\\"hi\\\"\", 'a\\tb', r'a\\tb', 'x' 'y'",
    "it's",
    'say "hi"',
    'a\tb',
    'a\\tb',
    'xy',
  ],
  ['SELECT 1 -- :nope\n + /* :no /* nested */ pe */ 2', 3],
  ['SELECT 5 / 2, 7 DIV 2, -7 % 3, pmod(-7, 3), 2 + 3 * 4', 2.5, '3', -1, 2, 14],
  ['SELECT NULL <=> NULL, 1 <=> NULL, NULL = 1', true, false, null],
  ['SELECT NOT 1 = 2 AND 3 BETWEEN 2 AND 4, 3 NOT IN (1, 2)', true, true],
  ["SELECT 'a_b' LIKE 'a\\_b', 'axb' LIKE 'a\\_b', 'A' ILIKE 'a%'", true, false, true],
  [
    "SELECT CASE 2 WHEN 1 THEN 'a' ELSE 'b' END, if(1 > 2, 'x', 'y'), nvl(NULL, 'z')",
    'b',
    'y',
    'z',
  ],
  ['SELECT count(*), sum(amount), sum(customer_id) FROM customers', '3', '1.50', '6'],
  // Casts
  ["SELECT CAST(1.7 AS INT), CAST(-1.7D AS BIGINT), CAST(' 12 ' AS INT)", 1, '-1', 12],
  [
    "SELECT try_cast('x' AS INT), try_cast('1.5' AS INT), try_cast('1.5' AS DOUBLE)",
    null,
    null,
    1.5,
  ],
  [
    'SELECT CAST(1.005D AS DECIMAL(18,2)), CAST(44.91D / 6 AS DECIMAL(18,2)), CAST(-0.125D AS DECIMAL(18,2)), CAST(1e-7 AS DECIMAL(18,2))',
    '1.01',
    '7.48',
    '-0.13',
    '0.00',
  ],
  [
    "SELECT CAST(0.1F AS DECIMAL(18,10)), CAST(' 1.005 ' AS DECIMAL(18,2)), CAST(true AS DECIMAL(3,1)), CAST(1.005 AS DECIMAL(18,2)), CAST(12 AS DECIMAL(18,2))",
    '0.1000000015',
    '1.01',
    '1.0',
    '1.01',
    '12.00',
  ],
  [
    "SELECT try_cast(CAST('NaN' AS DOUBLE) AS DECIMAL(18,2)), try_cast(CAST('-Infinity' AS DOUBLE) AS DECIMAL(18,2)), try_cast(1e30D AS DECIMAL(18,2))",
    null,
    null,
    null,
  ],
  ["SELECT CAST(CAST(CAST('ü' AS BINARY) AS BINARY) AS STRING), CAST(NULL AS BINARY)", 'ü', null],
  ["SELECT CAST(TIMESTAMP '2024-01-01 00:00:00.120' AS STRING)", '2024-01-01 00:00:00.12'],
  ["SELECT CAST(TIMESTAMP '1970-01-02 00:00:00' AS BIGINT)", '86400'],
  [
    'SELECT CAST(1e7 AS STRING), CAST(1.0D AS STRING), CAST(0.0001D AS STRING)',
    '1.0E7',
    '1.0',
    '1.0E-4',
  ],
  // Text
  ["SELECT concat('a', NULL), concat('a', 1), concat_ws('-', 'a', NULL, 'b')", null, 'a1', 'a-b'],
  ["SELECT upper('a'), trim('  b '), length('é😀'), lpad('7', 3, '0')", 'A', 'b', 2, '007'],
  ["SELECT substring('hello', 0, 2), substring('hello', -3, 2), left('abc', -1)", 'he', 'll', ''],
  ["SELECT split('a|b', '\\\\|'), replace('aba', 'a')", ['a', 'b'], 'b'],
  ["SELECT sha2('a', 256)", 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
  ["SELECT md5('a')", '0cc175b9c0f1b6a831c399e269772661'],
  // Time
  ['SELECT current_timestamp(), current_date', '2026-03-04 05:06:07+00', '2026-03-04'],
  [
    "SELECT DATE '2024-01-31' + INTERVAL 1 MONTH, DATE '2024-01-01' - INTERVAL '2' DAY",
    '2024-02-29',
    '2023-12-30',
  ],
  ['SELECT current_timestamp() - INTERVAL 1 HOUR 6 MINUTES', '2026-03-04 04:00:07+00'],
  [
    "SELECT date_add(DATE '2024-01-01', 3), datediff(DATE '2024-01-03', DATE '2024-01-01')",
    '2024-01-04',
    2,
  ],
  [
    "SELECT dayofweek(DATE '2024-01-01'), weekday(DATE '2024-01-01'), add_months(DATE '2024-01-31', 1)",
    2,
    0,
    '2024-02-29',
  ],
  ["SELECT date_trunc('MONTH', TIMESTAMP '2024-02-03 04:05:06')", '2024-02-01 00:00:00+00'],
  [
    "SELECT date_format(TIMESTAMP '2024-01-01 10:00:00', \"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\")",
    '2024-01-01T10:00:00.000Z',
  ],
  [
    "SELECT unix_millis(TIMESTAMP '1969-12-31 23:59:59.9995'), unix_micros(timestamp_micros(5))",
    '-1',
    '5',
  ],
  [
    "SELECT from_unixtime(0), unix_timestamp(TIMESTAMP '1970-01-02')",
    '1970-01-01 00:00:00',
    '86400',
  ],
  ["SELECT to_timestamp('2024-01-01 02:03', 'yyyy-MM-dd HH:mm')", '2024-01-01 02:03:00+00'],
  // Collections
  [
    'SELECT transform(array(1, 2), x -> x + 1), transform(array(5), (x, i) -> i), filter(array(1, 2), x -> x > 1)',
    [2, 3],
    [0],
    [2],
  ],
  [
    "SELECT map('a', 1)['a'], array(7, 8)[1], element_at(array(7, 8), -1), size(array(1, 2))",
    1,
    8,
    8,
    2,
  ],
  [
    'SELECT array_sort(array(3, NULL, 1)), sort_array(array(3, NULL, 1)), sort_array(array(3, NULL, 1), false)',
    [1, 3, null],
    [null, 1, 3],
    [3, 1, null],
  ],
  [
    'SELECT sequence(1, 3), sequence(3, 1), array_contains(array(1, NULL), 2)',
    [1, 2, 3],
    [3, 2, 1],
    null,
  ],
  // JSON
  [
    "SELECT to_json(named_struct('a', NULL, 'b', array(named_struct('c', NULL, 'd', 1.5D))))",
    '{"b":[{"d":1.5}]}',
  ],
  [
    "SELECT to_json(named_struct('t', TIMESTAMP '2024-01-01 10:00:00.5', 'd', DATE '2024-01-01', 'n', 1.50))",
    '{"t":"2024-01-01T10:00:00.500Z","d":"2024-01-01","n":1.50}',
  ],
  [
    "SELECT to_json(map('a', CAST(NULL AS INT))), to_json(array('é\"', 'b'))",
    '{"a":null}',
    '["é\\"","b"]',
  ],
  ['SELECT to_json(array(9007199254740993, NULL))', '[9007199254740993,null]'],
  [
    "SELECT get_json_object('{\"a\":{\"b\":[1,2]}}', '$.a.b[1]'), get_json_object('nope', '$.a')",
    '2',
    null,
  ],
  [
    "SELECT r.a, r.b, n FROM (SELECT n, explode(from_json(j, 'ARRAY<STRUCT<`a`: STRING, b STRING>>')) AS r FROM VALUES ('[{\"a\":\"x\"}]', 1), ('nope', 2), (NULL, 3), ('[]', 4) AS t(j, n)) AS rows",
    'x',
    null,
    1,
  ],
  // Aggregates and windows
  [
    'SELECT max_by(x, y), count_if(x > 1), collect_list(x) FROM VALUES (1, 2), (2, 1), (NULL, 0) AS t(x, y)',
    1,
    '1',
    [1, 2],
  ],
  [
    "SELECT max_by(x, struct(y, z)) FROM VALUES ('a', DATE '2024-01-02', 1), ('b', DATE '2024-01-02', 3), ('c', DATE '2024-01-02', 2), ('d', DATE '2024-01-01', 9) AS t(x, y, z)",
    'b',
  ],
  ['SELECT array_sort(collect_set(x)) FROM VALUES (1), (1), (2) AS t(x)', [1, 2]],
  ['SELECT x FROM VALUES (1), (2) AS t(x) QUALIFY row_number() OVER (ORDER BY x DESC) = 1', 2],
  // Queries
  [
    'WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT x, y FROM a JOIN b ON a.x < b.y',
    1,
    2,
  ],
  ['SELECT * EXCEPT (y) FROM (SELECT 1 AS x, 2 AS y)', 1],
  [
    'SELECT region, count(*) FROM customers WHERE region IS NOT NULL GROUP BY ALL HAVING region = "EU"',
    'EU',
    '1',
  ],
  [
    'SELECT (SELECT max(customer_id) FROM customers), EXISTS (SELECT 1 FROM customers WHERE customer_id = 9)',
    '3',
    false,
  ],
]

describe('a query gives what Spark gives', () => {
  it.each(values.map((row) => [row[0], row.slice(1)] as const))('%s', async (sql, expected) => {
    expect(await lake.rows(sql)).toEqual([expected])
  })
})

describe('a query over tables', () => {
  it('reads the version it names, by every spelling', async () => {
    for (const pin of ['VERSION AS OF 1', 'FOR VERSION AS OF 1', '@v1']) {
      expect(
        await lake.rows(`SELECT count(*) FROM \`main\`.\`gold\`.\`customers\` ${pin}`),
      ).toEqual([['2']])
    }
  })

  it('reads the version that was there at a time', async () => {
    const [[at]] = (await lake.rows(
      'SELECT CAST(timestamp AS STRING) FROM (DESCRIBE HISTORY customers) WHERE version = 1',
    )) as [[string]]
    expect(await lake.rows(`SELECT count(*) FROM customers TIMESTAMP AS OF '${at}'`)).toEqual([
      ['2'],
    ])
  })

  it('puts a key and all columns side by side, in order', async () => {
    const { rows, names } = await lake.run(
      'SELECT to_json(array(CAST(`customer_id` AS STRING))) AS `_key`, s.* FROM `main`.`gold`.`customers` VERSION AS OF 2 AS s ORDER BY region, customer_id DESC',
    )
    expect(rows.map((row) => (row as unknown[])[0])).toEqual(['["3"]', '["1"]', '["2"]'])
    expect(names.slice(0, 3)).toEqual(['_key', 'customer_id', 'email'])
  })

  it('sorts NULL first upwards and last downwards', async () => {
    expect(await lake.rows('SELECT region FROM customers ORDER BY region')).toEqual([
      [null],
      ['EU'],
      ['US'],
    ])
    expect(await lake.rows('SELECT region FROM customers ORDER BY region DESC')).toEqual([
      ['US'],
      ['EU'],
      [null],
    ])
  })

  it('keeps the rows without a partner in an anti join and those with one in a semi join', async () => {
    const join = (kind: string) =>
      `SELECT c.customer_id FROM customers c LEFT ${kind} JOIN (SELECT 1 AS customer_id) k ON c.customer_id = k.customer_id ORDER BY 1`
    expect(await lake.rows(join('ANTI'))).toEqual([['2'], ['3']])
    expect(await lake.rows(join('SEMI'))).toEqual([['1']])
  })

  it('completes one- and two-part names from the session', async () => {
    for (const name of ['customers', 'gold.customers', 'MAIN.Gold.Customers']) {
      expect(await lake.rows(`SELECT count(*) FROM ${name}`)).toEqual([['3']])
    }
  })

  it('gives Spark types, not those of DuckDB', async () => {
    const { types } = await lake.run(
      'SELECT sum(customer_id), count_if(true), length(max(email)), max(seen), NULL, 5 / 2, sum(amount) FROM customers',
    )
    expect(types).toEqual([
      'BIGINT',
      'BIGINT',
      'INTEGER',
      'TIMESTAMP WITH TIME ZONE',
      'VARCHAR',
      'DOUBLE',
      'DECIMAL(20,2)',
    ])
  })

  it('gives a sum of decimals ten digits more, at most 38, and all other sums their own type', async () => {
    const { types, rows } = await lake.run(`SELECT sum(a), sum(DISTINCT b), sum(c), sum(d), sum(e),
      sum(a) FILTER (WHERE d > 1), sum(sum(a)) OVER (), sum(NULL)
      FROM VALUES (1.50BD, CAST(2 AS DECIMAL(28,4)), CAST(3 AS DECIMAL(38,10)), 4, 5F) AS t(a, b, c, d, e)`)
    expect(types).toEqual([
      'DECIMAL(13,2)',
      'DECIMAL(38,4)',
      'DECIMAL(38,10)',
      'BIGINT',
      'DOUBLE',
      'DECIMAL(13,2)',
      'DECIMAL(23,2)',
      'BIGINT',
    ])
    expect(rows).toEqual([['1.50', '2.0000', '3.0000000000', '4', 5, '1.50', '1.50', null]])
  })

  it('streams more rows than fit one batch, two results of one session at a time', async () => {
    const signal = new AbortController().signal
    const results = await Promise.all(
      [200_000, 150_000].map((n) => lake.session.execute(`SELECT id FROM range(${n})`, [], signal)),
    )
    const counts = await Promise.all(
      results.map(async ({ result }) => {
        let count = 0
        for (
          let chunk = await result?.fetchChunk();
          chunk && chunk.rowCount > 0;
          chunk = await result?.fetchChunk()
        ) {
          count += chunk.rowCount
        }
        return count
      }),
    )
    for (const result of results) result.close()
    expect(counts).toEqual([200_000, 150_000])
  })

  it('stops when its signal aborts', async () => {
    const stop = new AbortController()
    const running = lake.session.execute(
      'SELECT count(*) FROM range(200000) a CROSS JOIN range(1000000) b WHERE a.id * b.id % 7 = 3',
      [],
      stop.signal,
    )
    stop.abort()
    await expect(running).rejects.toMatchObject({ sqlState: 'HY008' })
  })
})

describe('a view', () => {
  it('means the same in every session and sees new rows', async () => {
    await lake.run('CREATE TABLE base (id INT, ts TIMESTAMP)')
    await lake.run(`CREATE OR REPLACE VIEW latest (id COMMENT 'key', rn) COMMENT 'newest' AS
      SELECT id, row_number() OVER (PARTITION BY id ORDER BY ts DESC) AS n FROM base`)
    await lake.run(
      'CREATE VIEW over AS WITH base2 AS (SELECT * FROM latest) SELECT id FROM base2 WHERE rn = 1',
    )
    await lake.run(
      "INSERT INTO base VALUES (1, TIMESTAMP '2024-01-01'), (1, TIMESTAMP '2024-01-02'), (2, NULL)",
    )
    const other = lake.engine.session({ catalog: 'main', schema: 'elsewhere' })
    const { result, close } = await other.execute(
      'SELECT id FROM main.gold.over ORDER BY id',
      [],
      new AbortController().signal,
    )
    expect(await result?.getRowsJson()).toEqual([[1], [2]])
    close()
  })
})
