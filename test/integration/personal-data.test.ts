import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { preview, validateAgainstSources } from '../../src/ops/index.ts'
import { plan } from '../../src/sync/index.ts'
import { type Bench, failureOf, projectFile, run, startBench } from '../support/bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS
      SELECT concat('p', id) AS id, concat('p', id, '@example.com') AS email, 'n' AS name FROM range(3)`,
    'CREATE VIEW main.shop.all_people AS SELECT * FROM main.shop.people',
    'CREATE TABLE main.shop.orders USING DELTA AS SELECT 1 AS id, 2.5D AS total',
    "ALTER TABLE main.shop.people ALTER COLUMN email SET TAGS ('PII' = 'email')",
    'CREATE CATALOG plain',
    'CREATE SCHEMA plain.shop',
    'CREATE TABLE plain.shop.people USING DELTA AS SELECT * FROM main.shop.people',
  )
}, 60_000)
afterAll(async () => {
  await bench?.close()
})

const sync = (
  name: string,
  traits: string,
  more = '',
  source = 'table: main.shop.people',
) => `sync: ${name}
source: { ${source}, key: id, changes: diff }
send:
  call: identify
  person: { id: id }
  traits: { ${traits} }
${more}`

const query = 'query: "SELECT id, name FROM main.shop.people"'
const ofQuery = (name: string, more = '') => sync(name, 'name: name', more, query)
const files = {
  'syncs/bare.yml': sync('bare', 'mail: email, name: name'),
  'syncs/masked.yml': sync('masked', 'mail: { column: email, mask: sha256 }, name: name'),
  'syncs/allowed.yml': sync('allowed', 'mail: email', '  allow_pii: [email]'),
  'syncs/query.yml': ofQuery('query'),
  'syncs/queryfine.yml': ofQuery('queryfine', '  allow_pii: [id, name]'),
  'syncs/view.yml': sync('view', 'name: name', '', 'table: main.shop.all_people'),
  'syncs/plain.yml': sync('plain', 'mail: email', '', 'table: plain.shop.people'),
  'syncs/plainquery.yml': sync(
    'plainquery',
    'mail: email',
    '',
    'query: "SELECT * FROM plain.shop.people"',
  ),
}

const refused = 'syncs/bare.yml:6:19  email is tagged PII in Unity Catalog and would leave as it is'

describe('in a catalog with tagged columns', () => {
  it('a run refuses a tagged column that would leave as it is, and all of a query or view', async () => {
    const parts = await bench.ready(files)
    const bare = await failureOf(run(parts, 'us', { sync: 'bare' }))
    expect(bare).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(refused),
    })
    const ofQuery = await failureOf(run(parts, 'us', { sync: 'query' }))
    expect(ofQuery.message).toMatch(/^2 problems:.*id would leave.*name would leave.* a query/s)
    const ofView = await failureOf(run(parts, 'us', { sync: 'view' }))
    expect(ofView.message).toContain('tags do not travel through a view')
    expect(bench.twin.store.people('us')).toEqual([])
    expect(await bench.sql('SELECT * FROM main.customerio.windows')).toEqual([])
  })

  it('validate, preview and plan say the same', async () => {
    const parts = await bench.ready(files)
    const checks = await validateAgainstSources(parts.warehouse, parts.project)
    expect(Object.fromEntries(checks.map((one) => [one.sync, one.problems.length]))).toEqual({
      allowed: 0,
      bare: 1,
      masked: 0,
      plain: 0,
      plainquery: 0,
      query: 2,
      queryfine: 0,
      view: 2,
    })
    expect(checks.find((one) => one.sync === 'bare')?.problems[0]).toContain(refused)
    const bare = parts.project.syncs.find(({ name }) => name === 'bare')!
    expect((await failureOf(preview(parts, bare, ['us'], 1))).message).toContain(refused)
    expect(await plan(parts, bare)).toMatchObject([{ message: expect.stringContaining(refused) }])
  })

  it('a mask or allow_pii lets it pass, and a catalog without tags needs neither', async () => {
    const parts = await bench.ready(files)
    for (const name of ['masked', 'queryfine', 'plain']) {
      expect((await run(parts, 'us', { sync: name })).account).toMatchObject({ delivered: 3 })
    }
    expect(bench.twin.store.person('p1')?.traits).toMatchObject({
      mail: 'p1@example.com',
      name: 'n',
    })
  })

  it('the inventory says what leaves, by the newest window, with tag and mask as they are now', async () => {
    const inventory = (sync: string) =>
      bench.sql(
        `SELECT destination, column_name, field, written_as, mask, tag, call FROM main.customerio.inventory WHERE sync = '${sync}' ORDER BY field`,
      )
    const common = { destination: 'us', written_as: null, call: 'identify' }
    const rows = (tag: string) => [
      { ...common, column_name: 'email', field: 'traits.mail', mask: 'sha256', tag },
      { ...common, column_name: 'name', field: 'traits.name', mask: null, tag: null },
      { ...common, column_name: 'id', field: 'userId', mask: null, tag: null },
    ]
    expect(await inventory('masked')).toEqual(rows('PII'))
    expect(await inventory('plain')).toHaveLength(2)
    await bench.sql(
      "ALTER TABLE main.shop.people ALTER COLUMN email UNSET TAGS ('PII')",
      "ALTER TABLE main.shop.people ALTER COLUMN email SET TAGS ('pii' = '')",
    )
    await run(await bench.open(files), 'us', { sync: 'masked' })
    expect(await inventory('masked')).toEqual(rows('pii'))
    const [row] = await bench.sql(
      "SELECT DISTINCT i.window_id, i.since = m.first_used_at AS is_first FROM main.customerio.inventory AS i INNER JOIN main.customerio.mappings AS m ON m.sync = i.sync WHERE i.sync = 'masked'",
    )
    expect(row).toEqual({ window_id: 'masked.us.000002', is_first: true })
  })

  it('other tags count where customerio.yml names them, and none where it names none', async () => {
    const named = (tags: string) => ({
      ...files,
      'customerio.yml': `${projectFile}pii_tags: ${tags}\n`,
    })
    for (const tags of ['[class.email_address]', '[]']) {
      const { warehouse, project } = await bench.open(named(tags))
      const checks = await validateAgainstSources(warehouse, project)
      expect(checks.flatMap(({ problems }) => problems)).toEqual([])
    }
  })
})

describe('an open window', () => {
  it('is finished as it was opened, whatever is tagged meanwhile; the next one is refused', async () => {
    const parts = await bench.ready({
      'syncs/late.yml': sync('late', 'name: name', '', 'table: plain.shop.people'),
    })
    bench.faults('customerio:POST /v1/batch:status=401')
    await failureOf(run(parts, 'us'))
    bench.faults()
    await bench.sql("ALTER TABLE plain.shop.people ALTER COLUMN name SET TAGS ('pii' = '')")
    expect((await run(parts, 'us')).account).toMatchObject({ delivered: 3, pending: 0 })
    expect((await failureOf(run(parts, 'us'))).message).toContain('name is tagged pii')
  })
})
