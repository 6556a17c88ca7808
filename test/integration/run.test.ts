import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bench, run, startBench } from '../support/bench.ts'
import { hasOpenApi, openApiCheck } from '../support/openapi.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.customers USING DELTA AS SELECT
      id AS customer_id, concat('c', id, '@example.com') AS email, CAST(id % 7 AS INT) AS visits,
      CASE WHEN id % 3 = 0 THEN NULL ELSE concat('City ', id % 50) END AS city,
      CAST(id AS DECIMAL(20, 2)) AS spent, DATE '2020-01-01' AS joined
    FROM range(3000)`,
    `CREATE TABLE main.shop.visits USING DELTA AS SELECT
      id AS visit_id, concat('p', id % 40) AS person, concat('/page/', id) AS url,
      CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) AS at
    FROM range(4000)`,
  )
})
afterAll(async () => {
  await bench?.close()
})

const customers = `sync: customers
brakes: { first_run: allow }
source: { table: main.shop.customers, key: customer_id, changes: full }
send:
  call: identify
  person: { id: customer_id }
  traits:
    email: email
    visits: visits
    spent: spent
    joined: { column: joined, as: unix }
    address: { fields: { city: city } }
`

const visits = `sync: visits
brakes: { first_run: allow }
source:
  query: SELECT visit_id, person, url, at FROM main.shop.visits WHERE visit_id >= 1000 -- all but the first
  key: visit_id
  changes: full
  start: all
send:
  call: track
  event: Page Visited
  person: { id: person }
  at: at
  properties: { url: url }
`

describe('a run of identify over a table', () => {
  it('delivers every row once and closes a window with nothing pending', async () => {
    const parts = await bench.ready({ 'syncs/customers.yml': customers })
    const report = await run(parts)
    expect(report.account).toMatchObject({ rows: 3000, delivered: 3000, pending: 0 })
    expect(bench.twin.store.people('us')).toHaveLength(3000)
    expect(bench.twin.store.person('17')?.traits).toEqual({
      email: 'c17@example.com',
      visits: 3,
      spent: 17,
      joined: 1577836800,
      address: { city: 'City 17' },
    })
    expect(bench.twin.store.counts().lost).toBe(0)
  })

  it('writes down one outcome per message, under the ids that were received', async () => {
    const outcomes = await bench.sql(
      "SELECT message_id, message_key, status FROM main.customerio.outcomes WHERE sync = 'customers'",
    )
    const received = bench.twin.store.messages('us').filter(({ type }) => type === 'identify')
    expect(received).toHaveLength(3000)
    expect(outcomes.every(({ status }) => status === 'delivered')).toBe(true)
    expect(new Set(outcomes.map(({ message_id }) => message_id))).toEqual(
      new Set(received.map(({ messageId }) => messageId)),
    )
    expect(received.every(({ times }) => times === 1)).toBe(true)
  })

  it('writes the requests and the attempt down, without an address or a value', async () => {
    const [run] = await bench.sql(
      "SELECT attempt, exit_code, delivered, requests, key_fingerprint, finished_at FROM main.customerio.runs WHERE sync = 'customers'",
    )
    expect(run).toMatchObject({ attempt: 1, exit_code: 0, delivered: 3000 })
    expect(run?.finished_at).toBeInstanceOf(Date)
    const requests = await bench.sql(
      "SELECT * FROM main.customerio.requests WHERE sync = 'customers'",
    )
    expect(requests).toHaveLength(bench.twin.store.requests({ region: 'us' }).length)
    expect(requests.reduce((sum, { messages }) => sum + Number(messages), 0)).toBe(3000)
    expect(JSON.stringify(requests)).not.toContain('@example.com')
  })
})

describe('a run of track over a query', () => {
  it('delivers every event once, in the time it happened, and drops its snapshot', async () => {
    const parts = await bench.ready({ 'syncs/visits.yml': visits })
    const report = await run(parts)
    expect(report.account).toMatchObject({ rows: 3000, delivered: 3000, pending: 0 })
    const events = bench.twin.store.events({ region: 'us', type: 'track' })
    expect(events).toHaveLength(3000)
    expect(events.find(({ properties }) => properties.url === '/page/1234')).toMatchObject({
      name: 'Page Visited',
      person: 'p34',
      time: '2023-11-14T22:33:54.000Z',
    })
    const tables = await bench.sql('SHOW TABLES IN main.customerio')
    expect(tables.filter(({ tableName }) => String(tableName).startsWith('snapshot_'))).toEqual([])
  })

  it('is sent in source order for each person', async () => {
    const byPerson = new Map<string, string[]>()
    for (const { person = '', time } of bench.twin.store.events({ type: 'track' })) {
      byPerson.set(person, [...(byPerson.get(person) ?? []), time])
    }
    expect(byPerson.size).toBe(40)
    for (const times of byPerson.values()) expect(times).toEqual([...times].sort())
  })
})

describe('a second run', () => {
  it('sends states again, and no event a second time', async () => {
    const parts = await bench.ready({
      'syncs/customers.yml': customers,
      'syncs/visits.yml': visits,
    })
    const before = bench.twin.store.counts()
    expect((await run(parts, 'us', { sync: 'customers' })).account).toMatchObject({
      rows: 3000,
      delivered: 3000,
      unchanged: 0,
      pending: 0,
    })
    expect((await run(parts, 'us', { sync: 'visits' })).account).toMatchObject({
      rows: 3000,
      delivered: 0,
      unchanged: 3000,
      pending: 0,
    })
    const after = bench.twin.store.counts()
    expect(after.messages - before.messages).toBe(3000)
    expect(after.events).toBe(before.events)
  })

  it('sends the events that came since, and only those', async () => {
    await bench.sql(
      "INSERT INTO main.shop.visits VALUES (9001, 'p1', '/new', TIMESTAMP '2024-01-01T00:00:00Z')",
    )
    const parts = await bench.ready({ 'syncs/visits.yml': visits })
    expect((await run(parts)).account).toMatchObject({ rows: 3001, delivered: 1, unchanged: 3000 })
  })
})

describe('a run over a view', () => {
  it('reads what it showed when the window was opened', async () => {
    await bench.sql(
      'CREATE OR REPLACE VIEW main.shop.few AS SELECT customer_id, city FROM main.shop.customers WHERE customer_id < 10',
    )
    const parts = await bench.ready({
      'syncs/few.yml': `sync: few
brakes: { first_run: allow }
source: { table: main.shop.few, key: customer_id, changes: full }
send: { call: identify, person: { id: customer_id }, traits: { city: city } }
`,
    })
    expect((await run(parts)).account).toMatchObject({ rows: 10, delivered: 10, pending: 0 })
  })
})

describe('events that start now', () => {
  it('leave what happened before to the past: counted, never sent', async () => {
    await bench.sql(
      `CREATE TABLE main.shop.clicks USING DELTA AS SELECT id, 'p' AS person, CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) AS at FROM range(100)`,
    )
    const parts = await bench.ready({
      'syncs/clicks.yml': `sync: clicks
brakes: { first_run: allow }
source: { table: main.shop.clicks, key: id, changes: full, start: now }
send: { call: track, event: Click, person: { id: person }, at: at }
`,
    })
    expect((await run(parts)).account).toMatchObject({ rows: 100, delivered: 0, unchanged: 100 })
    await bench.sql(
      "INSERT INTO main.shop.clicks VALUES (500, 'p', TIMESTAMP '2099-01-01T00:00:00Z'), (501, 'p', NULL)",
    )
    expect((await run(parts)).account).toMatchObject({
      rows: 102,
      delivered: 1,
      invalid: 1,
      unchanged: 100,
      pending: 0,
    })
    expect(bench.twin.store.events({ name: 'Click' })).toHaveLength(1)
  })
})

const suite = hasOpenApi ? describe : describe.skip
suite(`every message received${hasOpenApi ? '' : ' (skipped: ../shared/reference is not here)'}`, () => {
  it('is valid against the published schema of its call', () => {
    const check = openApiCheck()
    const received = bench.twin.store.messages()
    expect(received.length).toBeGreaterThan(6000)
    const wrong = received.flatMap(({ type, content }) => check(type, content) ?? [])
    expect(wrong).toEqual([])
  })
})
