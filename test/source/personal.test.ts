import { describe, expect, it } from '@jest/globals'
import { SourceError } from '../../src/core/index.ts'
import { personalIn } from '../../src/source/index.ts'
import type { SqlRow, Warehouse } from '../../src/warehouse/index.ts'

/** A warehouse whose catalogs answer with rows or an error, and the statements it was asked. */
function warehouse(answers: Readonly<Record<string, readonly SqlRow[] | string>>) {
  const asked: string[] = []
  const query = async (sql: string) => {
    asked.push(sql)
    const [, catalog = ''] = /FROM (?:`(\w+)`\.)?information_schema/.exec(sql) ?? []
    const answer = answers[catalog] ?? 'SCHEMA_MISSING'
    if (typeof answer === 'string') throw new SourceError(answer, 'no')
    return answer
  }
  return { asked, warehouse: { query } as unknown as Warehouse }
}

const other = { tag_name: 'pii', column_name: null }
const isTable = async () => true

describe('what is personal', () => {
  it('is nothing where the catalog has no such tag, or keeps none', async () => {
    const { warehouse: one } = warehouse({ main: [] })
    const nothing = { kind: 'tagged', columns: {} }
    const view = async () => false
    expect(await personalIn(one, { table: 'main.a.b' }, ['pii'], view)).toEqual(nothing)
    expect(await personalIn(one, { table: 'hive_metastore.a.b' }, ['pii'], view)).toEqual(nothing)
    expect(await personalIn(one, { query: 'SELECT * FROM main.a.b' }, ['pii'], view)).toEqual(
      nothing,
    )
  })

  it('asks nobody where no tag is looked for', async () => {
    const { asked, warehouse: one } = warehouse({})
    await personalIn(one, { table: 'main.a.b' }, [], isTable)
    expect(asked).toEqual([])
  })

  it('are the tagged columns of a table', async () => {
    const rows = [other, { tag_name: 'PII', column_name: 'email' }]
    const { warehouse: one } = warehouse({ main: rows })
    expect(await personalIn(one, { table: 'main.a.b' }, ['pii'], isTable)).toEqual({
      kind: 'tagged',
      columns: { email: 'PII' },
    })
  })

  it('cannot be said of a query over several catalogs of which one has tags', async () => {
    const { warehouse: one } = warehouse({ main: [], crm: [other] })
    const query = 'SELECT * FROM main.a.b JOIN crm.a.b USING (id)'
    expect(await personalIn(one, { query }, ['pii'], isTable)).toMatchObject({
      kind: 'unresolved',
      because: expect.stringContaining('a query'),
    })
  })

  it('cannot be said where the information schema may not be read, and says which', async () => {
    const { warehouse: one } = warehouse({ main: 'PERMISSION_DENIED', '': 'PERMISSION_DENIED' })
    expect(await personalIn(one, { table: 'main.a.b' }, ['pii'], isTable)).toEqual({
      kind: 'unresolved',
      because: 'information_schema.column_tags of main may not be read',
    })
    expect(await personalIn(one, { table: 'a.b' }, ['pii'], isTable)).toMatchObject({
      because: 'information_schema.column_tags of the default catalog may not be read',
    })
  })

  it('fails with the warehouse where that is what failed', async () => {
    const { warehouse: one } = warehouse({ main: 'STATEMENT_FAILED' })
    await expect(personalIn(one, { table: 'main.a.b' }, ['pii'], isTable)).rejects.toMatchObject({
      code: 'STATEMENT_FAILED',
    })
  })
})
