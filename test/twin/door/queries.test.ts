import { DBSQLParameter, DBSQLParameterType } from '@databricks/sql'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Door, openDoor } from './door.ts'

// What stands here as expected was asked of Spark 4.2 with Delta 4.4, on the same rows.
let door: Door
beforeAll(async () => {
  door = await openDoor()
  await door.sql(
    `CREATE TABLE k (id BIGINT, text STRING, i INT, f FLOAT, d DOUBLE, amount DECIMAL(18,4), dt DATE, ts TIMESTAMP, bo BOOLEAN, bin BINARY,
       st STRUCT<x: INT, yz: STRING>, ar ARRAY<STRING>, sa ARRAY<STRUCT<a: INT, b: STRING>>, m MAP<STRING, INT>, mm MAP<STRING, STRUCT<q: DOUBLE>>)`,
    `INSERT INTO k VALUES (1, 'x "q" / \\\\ é', 2, CAST(1.5 AS FLOAT), 0.1D, 12.5, DATE'2020-02-29', TIMESTAMP'2020-02-29 12:34:56.789', true, X'00FF',
       named_struct('x', 1, 'yz', 'v'), array('a', NULL), array(named_struct('a', 1, 'b', 'u'), named_struct('a', CAST(NULL AS INT), 'b', NULL)), map('k', 1, 'n', NULL), map('k', named_struct('q', 1.0D)))`,
    'INSERT INTO k (id) VALUES (2)',
    `INSERT INTO k SELECT 3, '', -1, CAST('NaN' AS FLOAT), CAST('NaN' AS DOUBLE), -0.0001, DATE'0099-01-01', TIMESTAMP'1900-01-01 00:00:00', false, X'',
       named_struct('x', NULL, 'yz', NULL), array(), array(), map(), map()`,
    `INSERT INTO k SELECT 4, 'ü😀\\n\\t', 2147483647, CAST(1e10 AS FLOAT), CAST('Infinity' AS DOUBLE), 99999999999999.9999, DATE'9999-12-31', TIMESTAMP'2020-01-01 00:00:00.000001', true, CAST('hi' AS BINARY), NULL, NULL, NULL, NULL, NULL`,
    `INSERT INTO k SELECT 5, 'c\\u001f', 0, CAST(1e-7 AS FLOAT), 1e21D, 0, DATE'2020-01-01', TIMESTAMP'2020-01-01 00:00:00.12', true, X'01', NULL, NULL, NULL, NULL, NULL`,
  )
})
afterAll(() => door.close())

const column = async (expression: string, from = 'k ORDER BY id') =>
  (await door.sql(`SELECT ${expression} AS v FROM ${from}`)).map((row) => row.v)

describe('to_json', () => {
  it.each([
    [
      'text and numbers',
      'struct(`id`, text, i, f)',
      [
        '{"id":1,"text":"x \\"q\\" / \\\\ é","i":2,"f":1.5}',
        '{"id":2}',
        '{"id":3,"text":"","i":-1,"f":"NaN"}',
        '{"id":4,"text":"ü😀\\n\\t","i":2147483647,"f":1.0E10}',
        '{"id":5,"text":"c\\u001F","i":0,"f":1.0E-7}',
      ],
    ],
    [
      'doubles and decimals',
      'struct(d, amount)',
      [
        '{"d":0.1,"amount":12.5000}',
        '{}',
        '{"d":"NaN","amount":-0.0001}',
        '{"d":"Infinity","amount":99999999999999.9999}',
        '{"d":1.0E21,"amount":0.0000}',
      ],
    ],
    [
      'times to the millisecond, and truth',
      'struct(dt, ts, bo)',
      [
        '{"dt":"2020-02-29","ts":"2020-02-29T12:34:56.789Z","bo":true}',
        '{}',
        '{"dt":"0099-01-01","ts":"1900-01-01T00:00:00.000Z","bo":false}',
        '{"dt":"9999-12-31","ts":"2020-01-01T00:00:00.000Z","bo":true}',
        '{"dt":"2020-01-01","ts":"2020-01-01T00:00:00.120Z","bo":true}',
      ],
    ],
    [
      'bytes',
      'struct(bin)',
      ['{"bin":"AP8="}', '{}', '{"bin":""}', '{"bin":"aGk="}', '{"bin":"AQ=="}'],
    ],
    [
      'structs and arrays',
      'struct(st, ar, sa)',
      [
        '{"st":{"x":1,"yz":"v"},"ar":["a",null],"sa":[{"a":1,"b":"u"},{}]}',
        '{}',
        '{"st":{},"ar":[],"sa":[]}',
        '{}',
        '{}',
      ],
    ],
    [
      'maps, whose NULLs stay',
      'struct(m, mm)',
      ['{"m":{"k":1,"n":null},"mm":{"k":{"q":1.0}}}', '{}', '{"m":{},"mm":{}}', '{}', '{}'],
    ],
    [
      'names that need quotes',
      "named_struct('a', id, 'b c', i, 'n', NULL)",
      [
        '{"a":1,"b c":2}',
        '{"a":2}',
        '{"a":3,"b c":-1}',
        '{"a":4,"b c":2147483647}',
        '{"a":5,"b c":0}',
      ],
    ],
  ])('writes %s as Spark does', async (_, value, expected) => {
    expect(await column(`to_json(${value})`)).toEqual(expected)
    // The same by the way of a struct that is a column, which is written by other means.
    expect(await column('to_json(s)', `(SELECT id, ${value} AS s FROM k) ORDER BY id`)).toEqual(
      expected,
    )
  })

  it('takes columns with spaces, qualified or not', async () => {
    expect(await column('to_json(struct(`b c`, v.a))', '(SELECT 1 AS `b c`, 2 AS a) AS v')).toEqual(
      ['{"b c":1,"a":2}'],
    )
  })

  it('gives the hash that Spark gives', async () => {
    const hash = 'sha2(to_json(struct(text AS bc, d, amount AS dec, dt, ts, bo, ar, st)), 256)'
    expect((await column(`substring(${hash}, 1, 32)`)).slice(0, 4)).toEqual([
      'f22c287df340e6385566f74b91a68993',
      '44136fa355b3678a1146ad16f7e8649e',
      '6b4c7d4cddedcf835b1bb6b4c3eb13cc',
      '7c39bb5d29dfb301c3e5a44f0ca3b2c9',
    ])
  })
})

describe('functions', () => {
  it.each([
    ['sha2(NULL, 256)', null],
    ["sha2('', 256)", 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ["sha2(X'61', 256)", 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ["substring('hello', 0, 2)", 'he'],
    ["substring('hello', -3, 2)", 'll'],
    [
      "to_json(array_sort(map_entries(map('b', 2, 'a', 1))))",
      '[{"key":"a","value":1},{"key":"b","value":2}]',
    ],
    ["CAST(TIMESTAMP'2020-01-01 00:00:00.120' AS STRING)", '2020-01-01 00:00:00.12'],
    ["string(TIMESTAMP'2020-01-31 00:00:00' - INTERVAL 7 DAYS)", '2020-01-24 00:00:00'],
    ["string(timestampadd(DAY, -7, TIMESTAMP'2020-01-31 00:00:00'))", '2020-01-24 00:00:00'],
    ["string(dateadd(MONTH, 1, DATE'2020-01-31'))", '2020-02-29 00:00:00'],
    ["string(timestampadd(QUARTER, 1, DATE'2020-01-31'))", '2020-04-30 00:00:00'],
    ["timestampdiff(HOUR, TIMESTAMP'2020-01-01 00:00:00', TIMESTAMP'2020-01-02 12:30:00')", 36],
    ["timestampdiff(SECOND, TIMESTAMP'2020-01-01 00:00:00', TIMESTAMP'2020-01-01 00:01:00.9')", 60],
    ["string(date_sub(DATE'2020-01-31', 7))", '2020-01-24'],
    ['string(timestamp_seconds(1577836800.5))', '2020-01-01 00:00:00.5'],
    ["'5'::INT + 1", 6],
    ['current_timestamp() - INTERVAL 7 DAYS < current_timestamp()', true],
    ["current_catalog() || '.' || current_schema()", 'main.s'],
  ])('%s', async (expression, expected) => {
    expect(await door.sql(`SELECT ${expression} AS v`)).toEqual([{ v: expected }])
  })
})

describe('aggregates', () => {
  it('count by a condition, and find the middle', async () => {
    const [row] = await door.sql(
      `SELECT count_if(i > 0) AS positive, count_if(bo) AS yes, percentile(id, 0.5) AS p, median(amount) AS middle, median(d) AS far,
         percentile(id, array(0.25, 0.75)) AS quarters FROM k`,
    )
    expect(row).toEqual({
      positive: 2,
      yes: 3,
      p: 3,
      middle: 6.25,
      far: Number.POSITIVE_INFINITY,
      quarters: [2, 4],
    })
    expect(await door.sql('SELECT median(id) AS v FROM k WHERE false')).toEqual([{ v: null }])
  })

  it('find the greatest of every plain type, NaN above all numbers', async () => {
    const [row] = await door.sql(
      'SELECT max(id) AS id, max(text) AS text, max(d) AS d, max(amount) AS amount, max(dt) AS dt, max(ts) AS ts, max(bo) AS bo, max(i) AS i FROM k',
    )
    expect(row).toEqual({
      id: 5,
      text: 'ü😀\n\t',
      d: Number.NaN,
      amount: 1e14,
      dt: new Date('9999-12-31'),
      ts: new Date('2020-02-29T12:34:56.789Z'),
      bo: true,
      i: 2147483647,
    })
  })
})

describe('statements over several versions of several tables', () => {
  beforeAll(async () => {
    await door.sql(
      "CREATE TABLE source AS SELECT * FROM VALUES (1, 'a'), (2, 'b'), (3, 'c') AS v(id, name)",
      "CREATE TABLE ledger AS SELECT * FROM VALUES ('1', 'a'), ('2', 'old'), ('9', 'gone') AS v(key, name)",
      "UPDATE ledger SET name = 'later'",
      "INSERT INTO source VALUES (4, 'd')",
    )
  })

  it('join what was with what is', async () => {
    expect(
      await door.sql(
        `WITH s AS (SELECT CAST(id AS STRING) AS key, name FROM source VERSION AS OF 0), l AS (SELECT * FROM ledger VERSION AS OF 0)
         SELECT coalesce(s.key, l.key) AS key, s.name AS new, l.name AS old FROM s FULL OUTER JOIN l ON s.key = l.key ORDER BY key`,
      ),
    ).toEqual([
      { key: '1', new: 'a', old: 'a' },
      { key: '2', new: 'b', old: 'old' },
      { key: '3', new: 'c', old: null },
      { key: '9', new: null, old: 'gone' },
    ])
  })

  it('find keys that are only on one side', async () => {
    expect(
      await door.sql(
        `SELECT id FROM source VERSION AS OF 0 s LEFT ANTI JOIN ledger VERSION AS OF 0 l ON CAST(s.id AS STRING) = l.key
         UNION ALL SELECT id FROM source LEFT SEMI JOIN (SELECT 4 AS id) AS four USING (id) ORDER BY id`,
      ),
    ).toEqual([{ id: 3 }, { id: 4 }])
  })

  it('take versions and keys by parameters', async () => {
    const version = new DBSQLParameter({ type: DBSQLParameterType.BIGINT, value: 0 })
    expect(
      await door.ask('SELECT count(*) AS n FROM source VERSION AS OF 0 WHERE id > :id', {
        id: version,
      }),
    ).toEqual([{ n: 3 }])
  })

  it('insert by a common table expression, NULL columns included', async () => {
    await door.sql(
      'CREATE TABLE target (id INT, name STRING, day DATE)',
      "INSERT INTO target WITH q AS (SELECT id FROM source VERSION AS OF 0) SELECT id, 'x', NULL FROM q WHERE id > 1",
    )
    expect(await door.sql('SELECT * FROM target ORDER BY id')).toEqual([
      { id: 2, name: 'x', day: null },
      { id: 3, name: 'x', day: null },
    ])
  })

  it('delete, update and merge by what other tables hold', async () => {
    await door.sql('CREATE OR REPLACE TABLE target AS SELECT id, name FROM source')
    expect(
      await door.sql(
        'DELETE FROM target AS t WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.key = CAST(t.id AS STRING))',
      ),
    ).toEqual([{ num_affected_rows: 2 }])
    expect(
      await door.sql(
        'UPDATE target SET name = (SELECT max(l.name) FROM ledger l WHERE l.key = CAST(target.id AS STRING)) WHERE id IN (SELECT 1)',
      ),
    ).toEqual([{ num_affected_rows: 1 }])
    expect(
      await door.sql(
        `MERGE INTO target t USING (SELECT 2 AS id, 'two' AS name UNION ALL SELECT 7, 'seven') s ON t.id = s.id
         WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name)
         WHEN NOT MATCHED BY SOURCE AND t.name = 'later' THEN DELETE`,
      ),
    ).toEqual([
      { num_affected_rows: 3, num_updated_rows: 1, num_deleted_rows: 1, num_inserted_rows: 1 },
    ])
    expect(await door.sql('SELECT * FROM target ORDER BY ALL')).toEqual([
      { id: 2, name: 'two' },
      { id: 7, name: 'seven' },
    ])
  })
})
