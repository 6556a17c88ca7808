import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { systemClock } from '../../../src/core/index.ts'
import { type Door, openDoor, type Row } from './door.ts'

const dayMs = 86_400_000
/** How far the twin's time is ahead of ours. */
let ahead = 0
const clock = { ...systemClock, now: () => systemClock.now() + ahead }

let door: Door
beforeAll(async () => {
  door = await openDoor({ clock })
})
afterAll(() => door.close())

const feed = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"

/** Version 1 adds three rows, 2 changes one, 3 deletes one. */
beforeEach(async () => {
  await door.sql(
    'DROP TABLE IF EXISTS t',
    `CREATE TABLE t (id INT, name STRING) ${feed}`,
    "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    "UPDATE t SET name = 'bb' WHERE id = 2",
    'DELETE FROM t WHERE id = 3',
  )
})

const changesOf = (range: string) => `SELECT count(*) AS n FROM table_changes('main.s.t', ${range})`

describe('table_changes', () => {
  it('is read in subqueries, joins and common table expressions', async () => {
    expect(
      await door.sql(
        "SELECT id FROM t VERSION AS OF 3 WHERE id IN (SELECT id FROM table_changes('main.s.t', 2, 3))",
      ),
    ).toEqual([{ id: 2 }])
    expect(
      await door.sql(
        `WITH keys AS (SELECT DISTINCT id FROM table_changes('main.s.t', 2, 3) WHERE _change_type <> 'update_preimage')
         SELECT keys.id, s.name FROM keys LEFT JOIN t VERSION AS OF 3 AS s ON s.id = keys.id ORDER BY keys.id`,
      ),
    ).toEqual([
      { id: 2, name: 'bb' },
      { id: 3, name: null },
    ])
  })

  it('takes parameters and expressions for versions', async () => {
    const range = await door.ask(changesOf(':from, :to'), { from: 2, to: 2 })
    expect(range).toEqual([{ n: 2 }])
    expect(await door.ask(changesOf(':from + 1'), { from: 2 })).toEqual([{ n: 1 }])
  })

  it('takes times for versions, from the commit at or after one to the commit at or before the other', async () => {
    const [third, second] = await door.sql('DESCRIBE HISTORY t LIMIT 2')
    const [last, one] = [third, second].map(
      (row) => `'${(row as Row & { timestamp: Date }).timestamp.toISOString()}'`,
    )
    expect(await door.sql(changesOf(`${last}`))).toEqual([{ n: 1 }])
    expect(await door.sql(changesOf(`${one}, ${one}`))).toEqual([{ n: 2 }])
    expect(await door.failure(changesOf("'2999-01-01'"))).toMatchObject({
      code: 'DELTA_TIMESTAMP_GREATER_THAN_COMMIT',
      sqlState: '42816',
    })
    expect(await door.failure(changesOf("'1'"))).toMatchObject({ code: 'DELTA_TIMESTAMP_INVALID' })
  })

  it.each([
    ['4', 'DELTA_CDC_START_VERSION_AFTER_LATEST', '22003'],
    ['2, 1', 'DELTA_INVALID_CDC_RANGE', '22003'],
    ['NULL', 'DELTA_CDC_READ_NULL_RANGE_BOUNDARY', '22004'],
  ])('refuses the range %s', async (range, code, sqlState) => {
    expect(await door.failure(changesOf(range))).toMatchObject({ code, sqlState })
  })

  it('ends at the newest version when it is asked for later ones', async () => {
    expect(await door.sql(changesOf('3, 99'))).toEqual([{ n: 1 }])
  })

  it('is refused wherever the feed was off in between', async () => {
    await door.sql(
      "ALTER TABLE t SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'false')",
      "INSERT INTO t VALUES (4, 'd')",
      "ALTER TABLE t SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')",
      "INSERT INTO t VALUES (5, 'e')",
    )
    const missing = { code: 'DELTA_MISSING_CHANGE_DATA', sqlState: 'KD002' }
    expect(await door.failure(changesOf('3'))).toMatchObject({
      ...missing,
      message: expect.stringContaining(
        'range [3 , 7] as change data was not recorded for version [4]',
      ),
    })
    expect(await door.failure(changesOf('5'))).toMatchObject(missing)
    expect(await door.sql(changesOf('1, 3'))).toEqual([{ n: 6 }])
    expect(await door.sql(changesOf('6'))).toEqual([{ n: 1 }])
  })

  it('goes on over a replacement that keeps the columns, as deletes and inserts', async () => {
    await door.sql(`CREATE OR REPLACE TABLE t ${feed} AS SELECT 9 AS id, 'z' AS name, 1 AS more`)
    expect(
      await door.sql(
        "SELECT _change_type AS type, id, more FROM table_changes('main.s.t', 4) ORDER BY id",
      ),
    ).toEqual([
      { type: 'delete', id: 1, more: null },
      { type: 'delete', id: 2, more: null },
      { type: 'insert', id: 9, more: 1 },
    ])
  })

  it('is refused over another type, from both sides of the change', async () => {
    await door.sql(
      `CREATE OR REPLACE TABLE t ${feed} AS SELECT CAST(id AS BIGINT) AS id, name FROM t`,
      `CREATE OR REPLACE TABLE t ${feed} AS SELECT CAST(id AS STRING) AS id, name FROM t`,
    )
    expect(await door.failure(changesOf('3'))).toMatchObject({
      code: 'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_SCHEMA_CHANGE',
      sqlState: '0AKDC',
    })
    expect(await door.failure(changesOf('3, 3'))).toMatchObject({
      code: 'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA',
      sqlState: '0AKDC',
    })
    expect(await door.sql(changesOf('5'))).toEqual([{ n: 4 }])
  })

  it('is refused over a dropped column, and over one that may not be NULL any more', async () => {
    await door.sql(`CREATE OR REPLACE TABLE t (id INT NOT NULL, name STRING) ${feed}`)
    expect(await door.failure(changesOf('1'))).toMatchObject({
      code: 'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA',
    })
    await door.sql(`CREATE OR REPLACE TABLE t (id INT) ${feed}`)
    expect(await door.failure(changesOf('4'))).toMatchObject({
      code: 'DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA',
      message: expect.stringContaining('Column name'),
    })
  })

  it('has the newest columns in their newest order', async () => {
    await door.sql('ALTER TABLE t ALTER COLUMN name FIRST', 'ALTER TABLE t ADD COLUMN x INT')
    const [row] = await door.sql("SELECT * FROM table_changes('main.s.t', 3)")
    expect(Object.keys(row ?? {})).toEqual([
      'name',
      'id',
      'x',
      '_change_type',
      '_commit_version',
      '_commit_timestamp',
    ])
  })

  it('is of tables only', async () => {
    await door.sql('CREATE OR REPLACE VIEW w AS SELECT id FROM t')
    expect(await door.failure("SELECT * FROM table_changes('main.s.w', 1)")).toMatchObject({
      code: 'DELTA_TABLE_ONLY_OPERATION',
    })
    expect(await door.failure("SELECT * FROM table_changes('main.s.nope', 1)")).toMatchObject({
      code: 'TABLE_OR_VIEW_NOT_FOUND',
    })
    expect(await door.failure('SELECT * FROM w VERSION AS OF 1')).toMatchObject({
      code: 'UNSUPPORTED_FEATURE.TIME_TRAVEL',
    })
    expect(await door.failure('DESCRIBE HISTORY w')).toMatchObject({
      code: 'EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE',
    })
  })
})

describe('old versions', () => {
  const expired = {
    code: 'DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION',
    sqlState: '0AKDC',
  }

  it('cannot be read once their own commit is a week old, though they were the newest until now', async () => {
    ahead += 8 * dayMs
    expect(await door.sql('SELECT count(*) AS n FROM t VERSION AS OF 3')).toEqual([{ n: 2 }])
    await door.sql("INSERT INTO t VALUES (4, 'd')")
    expect(await door.failure('SELECT * FROM t VERSION AS OF 3')).toMatchObject(expired)
    expect(await door.failure(changesOf('3'))).toMatchObject(expired)
    expect(await door.failure('RESTORE TABLE t TO VERSION AS OF 3')).toMatchObject(expired)
    expect(await door.sql(changesOf('4'))).toEqual([{ n: 1 }])
  })

  it('stay readable for as long as the table says', async () => {
    await door.sql(
      "ALTER TABLE t SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 30 days')",
    )
    ahead += 8 * dayMs
    await door.sql("INSERT INTO t VALUES (4, 'd')")
    expect(await door.sql('SELECT count(*) AS n FROM t VERSION AS OF 1')).toEqual([{ n: 3 }])
    expect(
      await door.failure(
        "ALTER TABLE t SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'a while')",
      ),
    ).toMatchObject({ message: expect.stringContaining('interval 7 days') })
  })
})

describe('VACUUM', () => {
  it('refuses 0 hours where the table keeps files for longer, and any other number means nothing', async () => {
    expect(await door.failure('VACUUM t RETAIN 0 HOURS')).toMatchObject({
      code: 'DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT',
      sqlState: '22003',
      message: expect.stringContaining('at least 168 hours'),
    })
    await door.sql('VACUUM t RETAIN 1 HOURS')
    expect(await door.sql('SELECT count(*) AS n FROM t VERSION AS OF 1')).toEqual([{ n: 3 }])
  })

  it('removes files for real, so that old versions and the feed fail ever after', async () => {
    await door.sql(
      "ALTER TABLE t SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 0 hours')",
    )
    const dry = await door.sql('VACUUM t RETAIN 0 HOURS DRY RUN')
    expect(dry.length).toBeGreaterThan(2)
    await door.sql(
      'VACUUM t RETAIN 0 HOURS',
      "ALTER TABLE t SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 7 days')",
    )
    expect(await door.failure('SELECT * FROM t VERSION AS OF 1')).toMatchObject({
      code: 'FAILED_READ_FILE.DBR_FILE_NOT_EXIST',
      sqlState: 'KD001',
    })
    expect(await door.failure(changesOf('1'))).toMatchObject({
      code: 'DELTA_CHANGE_DATA_FILE_NOT_FOUND',
    })
    expect(await door.failure('RESTORE TABLE t TO VERSION AS OF 1')).toMatchObject({
      code: 'FAILED_READ_FILE.DBR_FILE_NOT_EXIST',
    })
    expect(await door.sql('SELECT * FROM t ORDER BY id')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'bb' },
    ])
    expect(await door.sql(changesOf('4'))).toEqual([{ n: 0 }])
  })

  it('keeps what left the table within the retention', async () => {
    ahead += 8 * dayMs
    await door.sql('DELETE FROM t WHERE id = 1')
    ahead += dayMs
    await door.sql('VACUUM t')
    await door.sql(
      "ALTER TABLE t SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 30 days')",
    )
    expect(await door.sql('SELECT count(*) AS n FROM t VERSION AS OF 3')).toEqual([{ n: 2 }])
    expect(await door.sql(changesOf('4, 4'))).toEqual([{ n: 1 }])
    expect(await door.failure('SELECT * FROM t VERSION AS OF 1')).toMatchObject({
      code: 'FAILED_READ_FILE.DBR_FILE_NOT_EXIST',
    })
  })
})

describe('RESTORE', () => {
  it('makes an old version the newest, columns and feed included', async () => {
    await door.sql('ALTER TABLE t ADD COLUMN x INT')
    const [counts] = await door.sql('RESTORE TABLE t TO VERSION AS OF 1')
    expect(counts).toMatchObject({ num_of_files_after_restore: 1, num_restored_files: 1 })
    expect(await door.sql('SELECT * FROM t ORDER BY id')).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'b' },
      { id: 3, name: 'c' },
    ])
    expect(
      await door.sql(
        "SELECT count_if(_change_type = 'insert') AS n FROM table_changes('main.s.t', 5)",
      ),
    ).toEqual([{ n: 3 }])
    expect(await door.failure('RESTORE TABLE t TO VERSION AS OF 99')).toMatchObject({
      code: 'DELTA_CANNOT_RESTORE_TABLE_VERSION',
    })
  })
})
