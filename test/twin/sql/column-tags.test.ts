import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Lake } from '../../../src/twin/delta/index.ts'
import { openLake, type TestLake } from './lake.ts'

let lake: TestLake
beforeEach(async () => {
  lake = await openLake(['locked.information_schema.column_tags'])
  await lake.run('CREATE TABLE people (id INT, Email STRING, phone STRING)')
  await lake.run("ALTER TABLE people ALTER COLUMN email SET TAGS ('pii' = 'yes', 'owner' = 'crm')")
})
afterEach(() => lake.close())

const tags = (catalog = 'main') =>
  lake.rows(
    `SELECT * FROM ${catalog}.information_schema.column_tags ORDER BY column_name, tag_name`,
  )

describe('tags of columns', () => {
  it('are read from the information schema of their catalog, and nowhere else', async () => {
    const owner = ['main', 'gold', 'people', 'Email', 'owner', 'crm']
    expect(await tags()).toEqual([owner, ['main', 'gold', 'people', 'Email', 'pii', 'yes']])
    expect(
      await lake.rows(
        "SELECT t.tag_value FROM information_schema.column_tags AS t WHERE t.tag_name = 'pii'",
      ),
    ).toEqual([['yes']])
    await lake.run('CREATE CATALOG empty')
    expect(await tags('empty')).toEqual([])
    const { message } = await lake.failure('SELECT * FROM nowhere.information_schema.column_tags')
    expect(message).toContain('NO_SUCH_CATALOG')
  })

  it('are changed and taken off one by one, on columns that are there', async () => {
    await lake.run("ALTER TABLE people ALTER COLUMN EMAIL SET TAGS ('pii' = 'no')")
    await lake.run("ALTER TABLE people ALTER COLUMN email UNSET TAGS ('owner', 'other')")
    expect(await tags()).toEqual([['main', 'gold', 'people', 'Email', 'pii', 'no']])
    const { message } = await lake.failure(
      "ALTER TABLE people ALTER COLUMN emial SET TAGS ('pii' = '')",
    )
    expect(message).toContain('UNRESOLVED_COLUMN')
  })

  it('outlast a rebuild of the table, where the column does, and a restart', async () => {
    await lake.run('CREATE OR REPLACE TABLE people (id INT, email STRING)')
    expect(await tags()).toHaveLength(2)
    const again = Lake.open(lake.folder)
    expect(again.tags.of({ catalog: 'main', schema: 'gold', table: 'people' })).toEqual({
      email: { pii: 'yes', owner: 'crm' },
    })
    again.close()
    await lake.run('CREATE OR REPLACE TABLE people (id INT)')
    expect(await tags()).toEqual([])
  })

  it('follow a table to another name, and go with it', async () => {
    await lake.run('ALTER TABLE people RENAME TO persons')
    expect((await tags()).map((row) => (row as string[])[2])).toEqual(['persons', 'persons'])
    await lake.run('DROP TABLE persons')
    await lake.run('CREATE TABLE persons (email STRING)')
    expect(await tags()).toEqual([])
  })

  it('can be kept from whoever asks', async () => {
    const { message } = await lake.failure('SELECT * FROM locked.information_schema.column_tags')
    expect(message).toContain('INSUFFICIENT_PERMISSIONS')
  })
})
