import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Door, openDoor } from './door.ts'

let door: Door
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const operations = async (table: string, limit = 100) =>
  (await door.sql(`DESCRIBE HISTORY ${table} LIMIT ${limit}`)).map((row) => row.operation)

describe('DESCRIBE HISTORY', () => {
  it('names every change as Delta does, newest first', async () => {
    await door.sql(
      'CREATE TABLE h (id INT, name STRING)',
      "INSERT INTO h VALUES (1, 'a'), (2, 'b'), (3, 'c')",
      'INSERT OVERWRITE TABLE h SELECT id, name FROM h WHERE id < 3',
      'TRUNCATE TABLE h',
      "INSERT INTO h VALUES (1, 'a'), (2, 'b')",
      'DELETE FROM h WHERE id = 1',
      "UPDATE h SET name = 'x' WHERE id = 2",
      "MERGE INTO h USING (SELECT 5 AS id, 'e' AS name) s ON h.id = s.id WHEN NOT MATCHED THEN INSERT *",
      'ALTER TABLE h ADD COLUMNS (city STRING)',
      "ALTER TABLE h ALTER COLUMN name COMMENT 'theirs'",
      "ALTER TABLE h SET TBLPROPERTIES ('a.b' = 'c')",
      "ALTER TABLE h UNSET TBLPROPERTIES ('a.b')",
      "COMMENT ON TABLE h IS 'hello'",
      'OPTIMIZE h',
      'VACUUM h',
      'RESTORE TABLE h TO VERSION AS OF 4',
    )
    expect(await operations('h')).toEqual([
      'RESTORE',
      'VACUUM END',
      'VACUUM START',
      'OPTIMIZE',
      'SET TBLPROPERTIES',
      'UNSET TBLPROPERTIES',
      'SET TBLPROPERTIES',
      'CHANGE COLUMN',
      'ADD COLUMNS',
      'MERGE',
      'UPDATE',
      'DELETE',
      'WRITE',
      'TRUNCATE',
      'WRITE',
      'WRITE',
      'CREATE TABLE',
    ])
  })

  it('names each way to create and to replace', async () => {
    await door.sql(
      'CREATE TABLE c AS SELECT 1 AS id',
      'CREATE OR REPLACE TABLE c AS SELECT 2 AS id',
      'REPLACE TABLE c AS SELECT 3 AS id',
      'CREATE OR REPLACE TABLE c (id BIGINT)',
      'REPLACE TABLE c (id BIGINT)',
      'CREATE OR REPLACE TABLE fresh AS SELECT 1 AS id',
    )
    expect(await operations('c')).toEqual([
      'REPLACE TABLE',
      'CREATE OR REPLACE TABLE',
      'REPLACE TABLE AS SELECT',
      'CREATE OR REPLACE TABLE AS SELECT',
      'CREATE TABLE AS SELECT',
    ])
    expect(await operations('fresh')).toEqual(['CREATE OR REPLACE TABLE AS SELECT'])
    expect(await door.failure('REPLACE TABLE nothere AS SELECT 1 AS id')).toMatchObject({
      code: 'TABLE_OR_VIEW_NOT_FOUND',
    })
  })

  it('gives the parameters as a map, NULL where Delta has none', async () => {
    await door.sql(
      'CREATE TABLE p (id INT)',
      'INSERT INTO p VALUES (1)',
      'INSERT OVERWRITE p VALUES (2)',
      'UPDATE p SET id = 3 WHERE id = 2',
      'RESTORE TABLE p TO VERSION AS OF 1',
    )
    const [restore, update, overwrite, append, create] = await door.sql('DESCRIBE HISTORY p')
    expect(append?.operationParameters).toEqual({ mode: 'Append', partitionBy: '[]' })
    expect(overwrite?.operationParameters).toEqual({ mode: 'Overwrite', partitionBy: '[]' })
    expect(update?.operationParameters).toEqual({ predicate: '["(id = 2)"]' })
    expect(restore?.operationParameters).toEqual({ version: '1', timestamp: null })
    expect(create?.operationParameters).toMatchObject({ isManaged: 'true', description: null })
    expect([restore?.version, restore?.readVersion, append?.isBlindAppend]).toEqual([4, 3, true])
  })

  it('can be asked like a table', async () => {
    const rows = await door.sql(
      "SELECT version, operationParameters['mode'] AS mode FROM (DESCRIBE HISTORY p) WHERE operation = 'WRITE' ORDER BY version",
    )
    expect(rows).toEqual([
      { version: 1, mode: 'Append' },
      { version: 2, mode: 'Overwrite' },
    ])
  })

  it('is limited to the newest', async () => {
    expect(await operations('p', 2)).toEqual(['RESTORE', 'UPDATE'])
  })

  it('does not grow by statements that change nothing', async () => {
    await door.sql(
      'CREATE TABLE idle (id INT)',
      'INSERT INTO idle SELECT 1 WHERE false',
      'INSERT OVERWRITE idle SELECT 1 WHERE false',
      'DELETE FROM idle WHERE id = 1',
      'DELETE FROM idle',
      'TRUNCATE TABLE idle',
      'UPDATE idle SET id = 2',
      'MERGE INTO idle USING (SELECT 1 AS id) s ON idle.id = s.id WHEN MATCHED THEN DELETE',
      'OPTIMIZE idle',
    )
    expect(await operations('idle')).toEqual(['CREATE TABLE'])
  })
})
