import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type Door, openDoor } from './door.ts'

let door: Door
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())
beforeEach(async () => {
  await door.sql(
    'DROP TABLE IF EXISTS t',
    "CREATE TABLE t AS SELECT * FROM VALUES (1, 'a'), (2, 'b') AS v(id, name)",
  )
})

/** What identifies a table, and how many versions it has. */
async function identity() {
  const [detail] = await door.sql('DESCRIBE DETAIL t')
  const history = await door.sql('DESCRIBE HISTORY t')
  return { id: detail?.id, versions: history.length, newest: history[0]?.operation }
}

const rebuilt = [
  { id: 2, name: 'bb' },
  { id: 3, name: 'c' },
]
const next = "SELECT * FROM VALUES (2, 'bb'), (3, 'c') AS v(id, name)"

/** How a table is rebuilt, and whether it keeps its id and its history. */
const ways: readonly (readonly [
  way: string,
  statements: readonly string[],
  sameId: boolean,
  versions: number,
  newest: string,
])[] = [
  [
    'CREATE OR REPLACE TABLE AS SELECT',
    [`CREATE OR REPLACE TABLE t AS ${next}`],
    false,
    2,
    'CREATE OR REPLACE TABLE AS SELECT',
  ],
  ['INSERT OVERWRITE', [`INSERT OVERWRITE TABLE t ${next}`], true, 2, 'WRITE'],
  [
    'an empty replacement that is filled',
    [`CREATE OR REPLACE TABLE t AS SELECT * FROM (${next}) WHERE false`, `INSERT INTO t ${next}`],
    false,
    3,
    'WRITE',
  ],
  [
    'a swap of names',
    [
      `CREATE TABLE t_tmp AS ${next}`,
      'ALTER TABLE t RENAME TO t_old',
      'ALTER TABLE t_tmp RENAME TO t',
      'DROP TABLE t_old',
    ],
    false,
    1,
    'CREATE TABLE AS SELECT',
  ],
  ['TRUNCATE and INSERT', ['TRUNCATE TABLE t', `INSERT INTO t ${next}`], true, 3, 'WRITE'],
  ['DELETE and INSERT', ['DELETE FROM t', `INSERT INTO t ${next}`], true, 3, 'WRITE'],
  [
    'MERGE',
    [
      `MERGE INTO t USING (${next}) AS s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE THEN DELETE`,
    ],
    true,
    2,
    'MERGE',
  ],
  [
    'DROP and CREATE',
    ['DROP TABLE t', `CREATE TABLE t AS ${next}`],
    false,
    1,
    'CREATE TABLE AS SELECT',
  ],
]

describe('a rebuild', () => {
  it.each(ways)('by %s', async (_, statements, sameId, versions, newest) => {
    const before = await identity()

    await door.sql(...statements)

    const after = await identity()
    expect(await door.sql('SELECT * FROM t ORDER BY id')).toEqual(rebuilt)
    expect(after).toEqual({
      id: sameId ? before.id : expect.not.stringMatching(String(before.id)),
      versions,
      newest,
    })
  })

  it('keeps the rows of before readable by their version, unless the name was taken over', async () => {
    await door.sql(`CREATE OR REPLACE TABLE t AS ${next}`)
    expect(await door.sql('SELECT count(*) AS n FROM t VERSION AS OF 0 WHERE id = 1')).toEqual([
      { n: 1 },
    ])
  })

  it('may read the table that it replaces', async () => {
    await door.sql('CREATE OR REPLACE TABLE t AS SELECT id + 1 AS id, name FROM t')
    await door.sql('INSERT OVERWRITE t SELECT id + 1, name FROM t')
    expect(await door.sql('SELECT id FROM t ORDER BY id')).toEqual([{ id: 3 }, { id: 4 }])
  })

  it('takes settings away that the replacement does not name', async () => {
    await door.sql("ALTER TABLE t SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')")
    await door.sql(`CREATE OR REPLACE TABLE t AS ${next}`)
    const [detail] = await door.sql('DESCRIBE DETAIL t')
    expect(detail?.properties).toEqual({})
  })
})

describe('columns', () => {
  it('become wider by a replacement, and not by ALTER', async () => {
    expect(await door.failure('ALTER TABLE t ALTER COLUMN id TYPE BIGINT')).toMatchObject({
      code: 'DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP',
      sqlState: '0AKDC',
      message: expect.stringContaining('id from INT to BIGINT'),
    })
    await door.sql('CREATE OR REPLACE TABLE t AS SELECT CAST(id AS BIGINT) AS id, name FROM t')
    expect((await door.sql('DESCRIBE t')).map((row) => row.data_type)).toEqual(['bigint', 'string'])
  })

  it('are neither dropped nor renamed without column mapping', async () => {
    expect(await door.failure('ALTER TABLE t DROP COLUMN name')).toMatchObject({
      code: 'DELTA_UNSUPPORTED_DROP_COLUMN',
      sqlState: '0AKDC',
    })
    expect(await door.failure('ALTER TABLE t DROP COLUMNS (id, name)')).toMatchObject({
      code: 'DELTA_UNSUPPORTED_DROP_COLUMN',
    })
    expect(await door.failure('ALTER TABLE t RENAME COLUMN name TO label')).toMatchObject({
      code: 'DELTA_UNSUPPORTED_RENAME_COLUMN',
      sqlState: '0AKDC',
    })
    expect(await door.failure('ALTER TABLE t DROP COLUMN nope')).toMatchObject({
      code: 'UNRESOLVED_COLUMN.WITH_SUGGESTION',
      sqlState: '42703',
    })
    await door.sql('ALTER TABLE t DROP COLUMN IF EXISTS nope')
  })

  it('are added and moved to a place, and old rows stay readable', async () => {
    await door.sql(
      'ALTER TABLE t ADD COLUMNS (first INT FIRST, middle INT AFTER id)',
      'ALTER TABLE t ALTER COLUMN name FIRST',
      "ALTER TABLE t CHANGE COLUMN middle middle INT COMMENT 'half way' AFTER first",
    )
    expect((await door.sql('DESCRIBE t')).map((row) => [row.col_name, row.comment])).toEqual([
      ['name', null],
      ['first', null],
      ['middle', 'half way'],
      ['id', null],
    ])
    expect(await door.sql('SELECT * FROM t WHERE id = 1')).toEqual([
      { name: 'a', first: null, middle: null, id: 1 },
    ])
  })

  it('lose NOT NULL, and never get it when they are added', async () => {
    await door.sql('CREATE OR REPLACE TABLE t (id INT NOT NULL)')
    expect(await door.failure('INSERT INTO t VALUES (NULL)')).toMatchObject({ sqlState: '23502' })
    await door.sql('ALTER TABLE t ALTER COLUMN id DROP NOT NULL', 'INSERT INTO t VALUES (NULL)')
    expect(await door.failure('ALTER TABLE t ADD COLUMN x INT NOT NULL')).toMatchObject({
      code: 'DELTA_OPERATION_NOT_ALLOWED',
    })
    expect(await door.failure('ALTER TABLE t ADD COLUMN x INT AFTER nope')).toMatchObject({
      code: 'FIELD_NOT_FOUND',
    })
  })
})
