import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openLake, type TestLake } from './lake.ts'

let lake: TestLake
beforeEach(async () => {
  lake = await openLake()
  await lake.run(
    "CREATE TABLE t (id INT NOT NULL, name STRING, n DOUBLE) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')",
  )
  await lake.run("INSERT INTO t VALUES (1, 'one', 1), (2, 'two', 2)")
})
afterEach(() => lake.close())

const all = () => lake.rows('SELECT * FROM t ORDER BY id')

describe('INSERT', () => {
  it('counts its rows and matches columns by position, list and name', async () => {
    const done = await lake.run('INSERT INTO t SELECT 3, NULL, 3')
    expect(done).toMatchObject({
      names: ['num_affected_rows', 'num_inserted_rows'],
      rows: [['1', '1']],
      modifiedRows: 1,
    })
    await lake.run("INSERT INTO TABLE t (name, id) VALUES ('four', '4')")
    await lake.run("INSERT INTO t BY NAME SELECT 'five' AS name, 5 AS id")
    expect((await all()).slice(2)).toEqual([
      [3, null, 3],
      [4, 'four', null],
      [5, 'five', null],
    ])
  })

  it('refuses what the service would not store', async () => {
    expect(await lake.failure("INSERT INTO t (id) SELECT 'x'")).toMatchObject({ sqlState: '22018' })
    expect(await lake.failure('INSERT INTO t (id, n) SELECT 1, current_date')).toMatchObject({
      message: expect.stringMatching(/CANNOT_SAFELY_CAST/),
    })
    expect(await lake.failure('INSERT INTO t SELECT 1, 2')).toMatchObject({ sqlState: '21S01' })
    expect(await lake.failure("INSERT INTO t (name) VALUES ('x')")).toMatchObject({
      sqlState: '23502',
    })
    expect(await all()).toHaveLength(2)
  })

  it('stores bytes and text as bytes, once', async () => {
    await lake.run('CREATE TABLE b (id INT, raw BINARY)')
    await lake.run("INSERT INTO b VALUES (1, CAST('x' AS BINARY)), (2, CAST('ü' AS BINARY))")
    await lake.run("INSERT INTO b SELECT 3, 'y'")
    await lake.run("UPDATE b SET raw = CAST('z' AS BINARY) WHERE id = 1")
    expect(await lake.rows('SELECT id, CAST(raw AS STRING) FROM b ORDER BY id')).toEqual([
      [1, 'z'],
      [2, 'ü'],
      [3, 'y'],
    ])
  })

  it('replaces all rows when it overwrites', async () => {
    await lake.run("INSERT OVERWRITE t VALUES (9, 'nine', 9)")
    expect(await all()).toEqual([[9, 'nine', 9]])
  })
})

describe('UPDATE and DELETE', () => {
  it('change the rows that match, under an alias or none', async () => {
    expect(
      await lake.run('UPDATE t AS x SET x.n = x.n * 10, name = upper(name) WHERE x.id = 2'),
    ).toMatchObject({ modifiedRows: 1, rows: [['1']] })
    expect(await lake.run('DELETE FROM t WHERE id IN (SELECT 1)')).toMatchObject({
      modifiedRows: 1,
    })
    expect(await all()).toEqual([[2, 'TWO', 20]])
  })

  it('take subqueries about the table being changed, under an alias or none', async () => {
    await lake.run("INSERT INTO t VALUES (3, 'three', 30)")
    await lake.run(
      'DELETE FROM t WHERE NOT EXISTS (SELECT 1 FROM t AS u WHERE u.id = t.id + 1) AND t.id > 1',
    )
    expect(await all()).toEqual([
      [1, 'one', 1],
      [2, 'two', 2],
    ])
    await lake.run(
      'UPDATE t AS x SET n = (SELECT max(u.n) FROM t AS u WHERE u.id > x.id) WHERE id IN (SELECT 1)',
    )
    expect(await all()).toEqual([
      [1, 'one', 2],
      [2, 'two', 2],
    ])
  })
})

describe('MERGE', () => {
  it('runs every kind of clause and counts what each did', async () => {
    await lake.run("INSERT INTO t VALUES (3, 'three', 3), (4, 'four', 4)")
    const done = await lake.run(`MERGE INTO \`main\`.\`gold\`.\`t\` AS t
      USING (SELECT * FROM VALUES (1, 'ONE', 10), (2, 'TWO', 20), (7, 'seven', 7), (8, 'skip', 8) AS v(id, name, n)) AS s
      ON t.id = s.id
      WHEN MATCHED AND s.id = 1 THEN DELETE
      WHEN MATCHED THEN UPDATE SET t.n = t.n + s.n
      WHEN NOT MATCHED AND s.name <> 'skip' THEN INSERT *
      WHEN NOT MATCHED BY SOURCE AND t.id = 4 THEN DELETE
      WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name = 'lonely'`)
    expect(done.names).toEqual([
      'num_affected_rows',
      'num_updated_rows',
      'num_deleted_rows',
      'num_inserted_rows',
    ])
    expect(done.rows).toEqual([['5', '2', '2', '1']])
    expect(await all()).toEqual([
      [2, 'two', 22],
      [3, 'lonely', 3],
      [7, 'seven', 7],
    ])
  })

  it('takes all columns from the source by name for UPDATE SET *', async () => {
    await lake.run(
      "MERGE INTO t USING (SELECT 5 AS n, 'x' AS name, 1 AS id) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *",
    )
    expect(await all()).toEqual([
      [1, 'x', 5],
      [2, 'two', 2],
    ])
  })

  it('refuses two source rows for one row', async () => {
    const error = await lake.failure(
      'MERGE INTO t USING (SELECT 1 AS id UNION ALL SELECT 1) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = 0',
    )
    expect(error.sqlState).toBe('21506')
  })
})

describe('tables', () => {
  it('show in history, detail and description what was done', async () => {
    await lake.run(
      "CREATE OR REPLACE TABLE wide (`a-b` BIGINT COMMENT 'first', s STRUCT<X: INT, y: ARRAY<STRING>>) USING DELTA CLUSTER BY (`a-b`) COMMENT 'c'",
    )
    expect(await lake.rows('DESCRIBE TABLE wide')).toEqual([
      ['a-b', 'bigint', 'first'],
      ['s', 'struct<X:int,y:array<string>>', null],
    ])
    expect(await lake.rows('SELECT version, operation FROM (DESCRIBE HISTORY t LIMIT 1)')).toEqual([
      ['1', 'WRITE'],
    ])
    const detail = await lake.run('DESCRIBE DETAIL t')
    expect(detail.names.slice(0, 3)).toEqual(['format', 'id', 'name'])
    expect((detail.rows[0] as unknown[])[2]).toBe('main.gold.t')
  })

  it('are made from a query with the types of Spark', async () => {
    await lake.run(
      'CREATE TABLE sums AS SELECT name, sum(id) AS total, count(*) AS c FROM t GROUP BY name',
    )
    expect(await lake.rows('DESCRIBE sums')).toEqual([
      ['name', 'string', null],
      ['total', 'bigint', null],
      ['c', 'bigint', null],
    ])
  })

  it('grow columns, take properties and comments, and change their name', async () => {
    await lake.run('ALTER TABLE t ADD COLUMNS (more ARRAY<INT>)')
    await lake.run("ALTER TABLE t SET TBLPROPERTIES ('a.b' = '1')")
    await lake.run("COMMENT ON TABLE t IS 'it''s'")
    await lake.run('ALTER TABLE t RENAME TO u')
    expect(await lake.rows('SELECT more, id FROM u ORDER BY id LIMIT 1')).toEqual([[null, 1]])
    expect(await lake.rows("SHOW TABLES LIKE 'u*'")).toEqual([['gold', 'u', false]])
    await lake.run('DROP TABLE u')
    await lake.run('DROP TABLE IF EXISTS u')
    expect((await lake.failure('DROP TABLE u')).sqlState).toBe('42P01')
  })

  it('give their changes between versions', async () => {
    await lake.run('UPDATE t SET n = 5 WHERE id = 1')
    expect(
      await lake.rows(
        "SELECT id, n, _change_type FROM table_changes('main.gold.t', 2, 2) ORDER BY _change_type DESC",
      ),
    ).toEqual([
      [1, 1, 'update_preimage'],
      [1, 5, 'update_postimage'],
    ])
  })

  it('are emptied by TRUNCATE and compacted by OPTIMIZE', async () => {
    await lake.run('OPTIMIZE t ZORDER BY (id)')
    expect(await all()).toHaveLength(2)
    await lake.run('TRUNCATE TABLE t')
    expect(await all()).toEqual([])
  })
})

describe('a session', () => {
  it('remembers what it uses', async () => {
    await lake.run('CREATE SCHEMA silver')
    await lake.run('USE SCHEMA silver')
    expect((await lake.failure('SELECT * FROM t')).message).toContain('`main`.`silver`.`t`')
    await lake.run('USE main.gold')
    expect(await all()).toHaveLength(2)
  })

  it('takes no statement once it is closed', async () => {
    lake.session.close()
    expect((await lake.failure('SELECT 1')).sqlState).toBe('08003')
  })
})
