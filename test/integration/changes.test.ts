import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'
import { isLong } from '../support/long.ts'

const table = 'main.shop.people'
const columns = 'CAST(id AS BIGINT) AS id, name, CAST(visits AS INT) AS visits'
const feed = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"

/** What a nightly build gives on the first night, and on the second: 7 rows differ, 3 are gone. */
let rows = 1000
const first = () => `SELECT id, concat('Person ', id) AS name, id % 7 AS visits FROM range(${rows})`
const second = () =>
  `SELECT id, CASE WHEN id < 7 THEN 'changed' ELSE concat('Person ', id) END AS name, id % 7 AS visits FROM range(${rows - 3})`

const sync = (changes: string, more = '') => `sync: people
source: { table: ${table}, key: id, changes: ${changes}, settle: 1s }
send: { call: identify, person: { id: id }, traits: { name: name, visits: visits } }
on_delete: delete
brakes: { first_run: allow }
${more}`

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.shop', build(first()))
})
afterEach(async () => {
  await bench.close()
})

const build = (select: string, name = table) =>
  `CREATE OR REPLACE TABLE ${name} USING DELTA ${feed} AS SELECT ${columns} FROM (${select})`
const ready = (changes: string, more = '') =>
  bench.ready({ 'syncs/people.yml': sync(changes, more) })
const names = () => bench.twin.store.people().map(({ traits }) => traits.name)

/** All of dbt's ways to make a table anew. */
const rebuilds: [string, (select: string) => string[]][] = [
  ['CREATE OR REPLACE', (select) => [build(select)]],
  [
    'INSERT OVERWRITE',
    (select) => [`INSERT OVERWRITE TABLE ${table} SELECT ${columns} FROM (${select})`],
  ],
  [
    'an empty table that is filled then',
    (select) => [
      build(`${select} WHERE FALSE`),
      `INSERT INTO ${table} SELECT ${columns} FROM (${select})`,
    ],
  ],
  [
    'a new table that takes the name',
    (select) => [
      build(select, `${table}_tmp`),
      `ALTER TABLE ${table} RENAME TO main.shop.people_old`,
      `ALTER TABLE ${table}_tmp RENAME TO ${table}`,
      'DROP TABLE main.shop.people_old',
    ],
  ],
]

describe.each(rebuilds)('a table (LONG_TESTS=1: of 10,000 rows) rebuilt by %s', (_, rebuild) => {
  beforeAll(() => {
    rows = isLong ? 10_000 : 2_000
  })
  afterAll(() => {
    rows = 1000
  })

  it('sends what changed and takes away what is gone, and nothing else', async () => {
    const parts = await ready('auto')
    expect((await run(parts)).account).toMatchObject({ rows, delivered: rows, pending: 0 })
    await bench.sql(...rebuild(second()))
    const report = await run(parts)
    expect(report.account).toMatchObject({ rows, delivered: 10, unchanged: rows - 10, pending: 0 })
    const calls = await bench.sql(
      `SELECT \`call\`, count(*) AS n FROM main.customerio.outcomes WHERE window_id = '${report.windowId}' GROUP BY \`call\` ORDER BY \`call\``,
    )
    expect(calls).toEqual([
      { call: 'delete', n: 3 },
      { call: 'identify', n: 7 },
    ])
    expect(bench.twin.store.people()).toHaveLength(rows - 3)
    expect(names().filter((name) => name === 'changed')).toHaveLength(7)
    // Once more, and nothing at all.
    await bench.sql(...rebuild(second()))
    expect((await run(parts)).account).toMatchObject({ unchanged: rows - 3, delivered: 0 })
  })
})

describe('an empty version in the middle of a rebuild', () => {
  it('sends nothing: it is waited for, and then a brake holds', async () => {
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(build(`${first()} WHERE FALSE`))
    const before = bench.twin.store.counts().requests
    expect(await failureOf(run(parts))).toMatchObject({ code: 'BRAKED', exitCode: 8 })
    expect(bench.twin.store.counts().requests).toBe(before)
    await bench.sql(`INSERT INTO ${table} SELECT ${columns} FROM (${second()})`)
    expect((await run(parts)).account).toMatchObject({ delivered: 10, pending: 0 })
  })

  it('that fills up while it is waited for is never seen', async () => {
    const parts = await bench.ready({ 'syncs/people.yml': sync('auto').replace('1s', '1m') })
    await run(parts)
    await bench.sql(build(`${first()} WHERE FALSE`))
    const clock = { ...parts.clock, sleep: fillUp }
    let isFilled = false
    async function fillUp(ms: number, signal?: AbortSignal) {
      if (!isFilled && ms > 10_000 && ms <= 15_000) {
        isFilled = true
        await bench.sql(`INSERT INTO ${table} SELECT ${columns} FROM (${second()})`)
        return
      }
      await parts.clock.sleep(ms, signal)
    }
    const report = await run({ ...parts, clock })
    expect(report.account).toMatchObject({ delivered: 10, pending: 0 })
  })
})

describe('the change feed', () => {
  it('is looked at alone: rows that nobody touched are not even counted', async () => {
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(
      `UPDATE ${table} SET name = 'changed' WHERE id < 5`,
      `UPDATE ${table} SET visits = visits WHERE id BETWEEN 5 AND 9`,
      `DELETE FROM ${table} WHERE id = ${rows - 1}`,
      `INSERT INTO ${table} VALUES (70000, 'new', 1)`,
    )
    const { account } = await run(parts)
    expect(account).toMatchObject({ rows: 12, delivered: 7, unchanged: 5, pending: 0 })
    expect(bench.twin.store.person(String(rows - 1))).toBeUndefined()
    expect((await run(parts)).account).toMatchObject({ rows: 0, delivered: 0 })
  })

  it('that was off for a while is made up for by comparing everything', async () => {
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(
      `ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'false')`,
      `UPDATE ${table} SET name = 'changed' WHERE id = 3`,
      `ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
    )
    expect((await run(parts)).account).toMatchObject({ rows, delivered: 1, unchanged: rows - 1 })
    const strict = await bench.open({ 'syncs/people.yml': sync('feed') })
    await bench.sql(
      `ALTER TABLE ${table} SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'false')`,
      `UPDATE ${table} SET name = 'again' WHERE id = 3`,
    )
    expect(await failureOf(run(strict))).toMatchObject({ code: 'FEED_UNREADABLE', exitCode: 3 })
  })

  it('takes up again what was given up', async () => {
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(`UPDATE ${table} SET name = 'late' WHERE id = 4`)
    await run(parts)
    await bench.sql(
      "UPDATE main.customerio.ledger SET status = 'undelivered' WHERE message_key = '[4]'",
    )
    expect((await run(parts)).account).toMatchObject({ rows: 1, delivered: 1 })
  })
})

describe('a checkpoint that lies after the newest version', () => {
  it('is seen, and everything is compared', async () => {
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(
      `UPDATE ${table} SET visits = 1 WHERE id = 1`,
      `UPDATE ${table} SET visits = 2 WHERE id = 1`,
    )
    await run(parts)
    await bench.sql(`DROP TABLE ${table}`, build(second()))
    expect((await run(parts)).account).toMatchObject({ rows, pending: 0, delivered: 10 })
  })
})

describe('a cursor', () => {
  const cursor = (lag = '') => `{ cursor: loaded_at${lag} }`
  const rebuilt = (select: string) =>
    `CREATE OR REPLACE TABLE ${table} USING DELTA AS SELECT CAST(id AS BIGINT) AS id, name, visits, CAST(loaded_at AS TIMESTAMP) AS loaded_at FROM (${select})`
  const state = (changes: string) => sync(changes).replace('on_delete: delete', '')
  beforeEach(async () => {
    await bench.sql(
      rebuilt(
        "SELECT id, 'first' AS name, 1 AS visits, '2024-01-01T00:00:00Z' AS loaded_at FROM range(100)",
      ),
    )
  })

  it('looks at rows from its last value on, those without one, and no others', async () => {
    const parts = await bench.ready({ 'syncs/people.yml': state(cursor()) })
    await run(parts)
    await bench.sql(
      `UPDATE ${table} SET name = 'second', loaded_at = TIMESTAMP '2024-01-02T00:00:00Z' WHERE id < 3`,
      `UPDATE ${table} SET name = 'nobody looks' WHERE id = 50`,
      `INSERT INTO ${table} VALUES (200, 'no time', 1, NULL)`,
    )
    const { account } = await run(parts)
    // Ties count: all rows at the last value are looked at again, and are unchanged unless they changed.
    expect(account).toMatchObject({ rows: 101, delivered: 5, unchanged: 96 })
    await bench.sql(
      `UPDATE ${table} SET name = 'third', loaded_at = TIMESTAMP '2024-01-03T00:00:00Z' WHERE id = 3`,
    )
    expect((await run(parts)).account).toMatchObject({ rows: 5, delivered: 1, unchanged: 4 })
  })

  it('goes back by its lag for rows that came late', async () => {
    const parts = await bench.ready({ 'syncs/people.yml': state(cursor(', lag: 2h')) })
    await run(parts)
    await bench.sql(
      `INSERT INTO ${table} VALUES (300, 'late', 1, TIMESTAMP '2023-12-31T23:00:00Z'), (301, 'too late', 1, TIMESTAMP '2023-12-31T21:00:00Z')`,
    )
    expect((await run(parts)).account).toMatchObject({ delivered: 1, unchanged: 100 })
    expect(bench.twin.store.person('300')?.traits.name).toBe('late')
  })

  it('that goes backwards is seen, and everything is compared', async () => {
    const parts = await bench.ready({ 'syncs/people.yml': state(cursor()) })
    await run(parts)
    await bench.sql(
      rebuilt(
        "SELECT id, CASE WHEN id = 5 THEN 'changed' ELSE 'first' END AS name, 1 AS visits, '2023-06-01T00:00:00Z' AS loaded_at FROM range(100)",
      ),
    )
    expect((await run(parts)).account).toMatchObject({ rows: 100, delivered: 1, unchanged: 99 })
  })
})

describe('an edited mapping', () => {
  const edited = (more: string) => sync('auto').replace('visits: visits', `visits: visits${more}`)

  it('resends nothing, and a row that changes then goes under the new one', async () => {
    await run(await ready('auto'))
    const parts = await bench.open({ 'syncs/people.yml': edited(', label: name') })
    await bench.sql(build(first()))
    expect((await run(parts)).account).toMatchObject({ unchanged: rows, delivered: 0 })
    await bench.sql(build(second()))
    expect((await run(parts)).account).toMatchObject({ delivered: 10, unchanged: rows - 10 })
    expect(bench.twin.store.person('6')?.traits).toMatchObject({ label: 'changed' })
    expect(bench.twin.store.person('7')?.traits.label).toBeUndefined()
    await bench.sql(build(second()))
    expect((await run(parts)).account).toMatchObject({ delivered: 0, unchanged: rows - 3 })
  })

  it('that no longer has a column of the old one stops, and says what can be done', async () => {
    await run(await ready('auto'))
    await bench.sql(
      `CREATE OR REPLACE TABLE ${table} USING DELTA AS SELECT CAST(id AS BIGINT) AS id, concat('Person ', id) AS name FROM range(5)`,
    )
    const parts = await bench.open({
      'syncs/people.yml': sync('auto').replace(', visits: visits', ''),
    })
    const before = bench.twin.store.counts().requests
    const error = await failureOf(run(parts))
    expect(error).toMatchObject({ code: 'MAPPING_GONE', exitCode: 3 })
    expect(error.message).toMatch(/1000 keys .*"visits".* rebase people.* backfill people/)
    expect(bench.twin.store.counts().requests).toBe(before)
  })
})

describe('keys', () => {
  it('are the same when an INT becomes a BIGINT, and so are the rows', async () => {
    const wide = (type: string) =>
      `CREATE OR REPLACE TABLE ${table} USING DELTA AS SELECT CAST(id AS ${type}) AS id, 'x' AS name, CAST(1 AS ${type}) AS visits FROM range(50)`
    await bench.sql(wide('INT'))
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(wide('BIGINT'))
    expect((await run(parts)).account).toMatchObject({ rows: 50, unchanged: 50, delivered: 0 })
  })

  it('that are NULL or shared are counted each time, and nothing of them is sent or taken away', async () => {
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(
      `INSERT INTO ${table} VALUES (NULL, 'nobody', 1), (5, 'twice', 1), (60000, 'a', 1), (60000, 'b', 1)`,
    )
    const { account } = await run(parts)
    expect(account).toMatchObject({ rows: 5, invalid: 5, delivered: 0, pending: 0 })
    expect(bench.twin.store.person('5')?.traits.name).toBe('Person 5')
    await bench.sql(`DELETE FROM ${table} WHERE name = 'twice'`)
    expect((await run(parts)).account).toMatchObject({ unchanged: 1, invalid: 1 })
  })
})

describe('a refused row', () => {
  it('is held until it changes', async () => {
    await bench.sql(
      `UPDATE ${table} SET name = repeat('x', 40000) WHERE id = 8`,
      `DELETE FROM ${table} WHERE id >= 20`,
    )
    const parts = await ready('diff')
    expect((await run(parts)).account).toMatchObject({ delivered: 19, invalid: 1 })
    expect((await run(parts)).account).toMatchObject({ unchanged: 19, held: 1, invalid: 0 })
    await bench.sql(`UPDATE ${table} SET name = 'short' WHERE id = 8`)
    expect((await run(parts)).account).toMatchObject({ unchanged: 19, delivered: 1 })
  })
})

describe('rows that need more disk than is allowed', () => {
  it('are read in parts, and each goes once', async () => {
    const parts = await bench.ready(
      { 'syncs/people.yml': sync('auto') },
      { environment: { CUSTOMERIO_JOBS_SPOOL_LIMIT_MB: '0.008' } },
    )
    expect((await run(parts)).account).toMatchObject({ rows, delivered: rows, pending: 0 })
    expect(bench.twin.store.messages().every(({ times }) => times === 1)).toBe(true)
    expect(new Set(names()).size).toBe(rows)
  })
})

describe('what is gone', () => {
  const drop = `DELETE FROM ${table} WHERE id < 10`

  it('is left where it is unless the file says otherwise', async () => {
    const parts = await bench.ready({
      'syncs/people.yml': sync('auto').replace('on_delete: delete', ''),
    })
    await run(parts)
    await bench.sql(drop)
    expect((await run(parts)).account).toMatchObject({ rows: 10, ignored: 10, delivered: 0 })
    expect(bench.twin.store.people()).toHaveLength(rows)
    await bench.sql(`INSERT INTO ${table} SELECT ${columns} FROM (${first()} WHERE id < 10)`)
    expect((await run(parts)).account).toMatchObject({ rows: 10, unchanged: 10, delivered: 0 })
  })

  it('is deleted once, and sent again when it comes back', async () => {
    const parts = await ready('auto')
    await run(parts)
    await bench.sql(drop)
    expect((await run(parts)).account).toMatchObject({ rows: 10, delivered: 10 })
    expect(bench.twin.store.people()).toHaveLength(rows - 10)
    await bench.sql(`UPDATE ${table} SET name = 'touched' WHERE id = 10`)
    expect((await run(parts)).account).toMatchObject({ rows: 1, delivered: 1 })
    await bench.sql(`INSERT INTO ${table} SELECT ${columns} FROM (${first()} WHERE id < 10)`)
    expect((await run(parts)).account).toMatchObject({ rows: 10, delivered: 10 })
    expect(bench.twin.store.people()).toHaveLength(rows)
  })

  it('loses its traits with on_delete: clear', async () => {
    const parts = await bench.ready({
      'syncs/people.yml': sync('auto').replace('on_delete: delete', 'on_delete: clear'),
    })
    await run(parts)
    await bench.sql(drop)
    await run(parts)
    expect(bench.twin.store.person('3')?.traits).toEqual({})
    expect(bench.twin.store.people()).toHaveLength(rows)
  })

  it('is held for good after on_delete: suppress, for Customer.io drops whatever comes later', async () => {
    const parts = await bench.ready({
      'syncs/people.yml': sync('auto').replace('on_delete: delete', 'on_delete: suppress'),
    })
    await run(parts)
    await bench.sql(drop)
    await run(parts)
    expect(bench.twin.store.suppressions()).toHaveLength(10)
    await bench.sql(`INSERT INTO ${table} SELECT ${columns} FROM (${first()} WHERE id < 10)`)
    expect((await run(parts)).account).toMatchObject({ rows: 10, held: 10, delivered: 0 })
  })

  it('is left alone while another row is about the same person', async () => {
    await bench.sql(
      `CREATE OR REPLACE TABLE main.shop.accounts USING DELTA ${feed} AS SELECT id AS account, id % 5 AS owner FROM range(20)`,
    )
    const parts = await bench.ready({
      'syncs/owners.yml': `sync: owners
source: { table: main.shop.accounts, key: account }
send: { call: identify, person: { id: owner }, traits: { account: account } }
on_delete: delete
brakes: { max_delete_percent: 100 }
`,
    })
    await run(parts)
    await bench.sql('DELETE FROM main.shop.accounts WHERE account < 5 OR owner = 4')
    // Five of the eight are about people whom other rows still name; owner 4 has no row any more.
    expect((await run(parts)).account).toMatchObject({ rows: 8, ignored: 4, delivered: 4 })
    expect(bench.twin.store.people().map(({ id }) => id)).toEqual(['0', '1', '2', '3'])
  })
})

describe('events', () => {
  const events = (start: string, changes = 'auto') => `sync: visits
source: { table: main.shop.visits, key: id, changes: ${changes}, start: ${start} }
send: { call: track, event: Visited, person: { id: person }, at: at, properties: { url: url } }
`
  const add = (from: number, count: number, url = '/') =>
    `INSERT INTO main.shop.visits SELECT id + ${from}, concat('p', id % 3), '${url}', timestamp_seconds(1700000000 + id) FROM range(${count})`
  beforeEach(async () => {
    await bench.sql(
      `CREATE OR REPLACE TABLE main.shop.visits (id BIGINT, person STRING, url STRING, at TIMESTAMP) USING DELTA ${feed}`,
      add(0, 30),
    )
  })
  const ready = (start: string, changes?: string) =>
    bench.ready({ 'syncs/visits.yml': events(start, changes) })

  it.each(['auto', 'diff', 'full'])(
    'go once per key, for ever, with changes: %s',
    async (changes) => {
      const parts = await ready('all', changes)
      expect((await run(parts)).account).toMatchObject({ delivered: 30 })
      await bench.sql("UPDATE main.shop.visits SET url = '/other' WHERE id < 4", add(100, 5))
      expect((await run(parts)).account).toMatchObject({ delivered: 5, pending: 0 })
      expect(bench.twin.store.counts().events).toBe(35)
    },
  )

  it('that are there at first are recorded without being sent with start: now, late ones go', async () => {
    const parts = await ready('now')
    expect((await run(parts)).account).toMatchObject({ rows: 30, unchanged: 30, delivered: 0 })
    expect(bench.twin.store.counts().requests).toBe(0)
    await bench.sql(add(100, 5))
    expect((await run(parts)).account).toMatchObject({ delivered: 5 })
  })

  it('before the start date are known, and never sent', async () => {
    await bench.sql(
      "INSERT INTO main.shop.visits VALUES (900, 'p1', '/', TIMESTAMP '2020-01-01T00:00:00Z')",
    )
    const parts = await ready('2023-01-01', 'diff')
    expect((await run(parts)).account).toMatchObject({ rows: 31, delivered: 30, unchanged: 1 })
    expect((await run(parts)).account).toMatchObject({ rows: 31, delivered: 0, unchanged: 31 })
  })
})

describe('a window that died between its closing and the checkpoint', () => {
  it('moves the checkpoint at the next start, so that start: now does not adopt twice', async () => {
    await bench.sql(
      `CREATE TABLE main.shop.visits USING DELTA ${feed} AS SELECT id, 'p' AS person, timestamp_seconds(1700000000 + id) AS at FROM range(9)`,
    )
    const parts: Parts = await bench.ready({
      'syncs/visits.yml': `sync: visits
source: { table: main.shop.visits, key: id, start: now }
send: { call: track, event: Visited, person: { id: person }, at: at }
`,
    })
    await run(parts)
    await bench.sql(
      "UPDATE main.customerio.checkpoints SET position = NULL, window_number = NULL WHERE sync = 'visits'",
      'INSERT INTO main.shop.visits SELECT id + 50, concat(person), at FROM main.shop.visits WHERE id < 2',
    )
    expect((await run(parts)).account).toMatchObject({ delivered: 2 })
  })
})
