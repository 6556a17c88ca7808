import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Parts, RunReport } from '../../src/sync/index.ts'
import { type Bench, run, startBench } from '../support/bench.ts'

/*
 * Customer.io at its worst: one batch in twenty fails, one in twenty is told to wait, connections break before and
 * after a batch was taken, and one row in a thousand holds what only the API refuses.
 */
const weather = [
  'customerio:POST /v1/batch:status=500,probability=0.05',
  'customerio:POST /v1/batch:status=429,retry-after=1,probability=0.05',
  'customerio:POST /v1/batch:reset=before,probability=0.03',
  'customerio:POST /v1/batch:reset=after,probability=0.03',
  'customerio:POST /v1/batch:status=503,accepted,probability=0.02',
]

const peopleRows = 5000
const poisonedEvery = 1000
const poisoned = peopleRows / poisonedEvery
const eventRows = 1000

let bench: Bench
let parts: Parts
let people: RunReport
let events: RunReport
beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id,
      CASE WHEN id % ${poisonedEvery} = 500 THEN 'refuse me' ELSE '2024-05-01T10:00:00Z' END AS joined,
      repeat('x', 3000) AS note
    FROM range(${peopleRows})`,
    `CREATE TABLE main.shop.steps USING DELTA AS SELECT id, concat('p', id % 97) AS person, id AS step,
      CAST(timestamp_seconds(1700000000 + CAST(id / 10 AS BIGINT)) AS TIMESTAMP) AS at, repeat('y', 8000) AS note
    FROM range(${eventRows})`,
  )
  parts = await bench.ready({
    'customerio.yml': `vars: { catalog: main, control: main.customerio }
destinations:
  us: { region: us, key: secret://customerio/us, requests_per_second: 200 }
  eu: { region: eu, key: secret://customerio/eu, requests_per_second: 200 }
`,
    'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, to: us, person: { id: id }, traits: { joined: joined, note: note }, limits: { attribute_values: warn } }
brakes: { max_failed_percent: 2, first_run: allow }
`,
    'syncs/steps.yml': `sync: steps
brakes: { first_run: allow }
source: { table: main.shop.steps, key: id, changes: full, start: all }
send: { call: track, to: eu, event: Step, person: { id: person }, at: at, properties: { step: step, note: note } }
`,
  })
  bench.faults(...weather)
  people = await run(parts, 'us', { sync: 'people' })
  events = await run(parts, 'eu', { sync: 'steps' })
}, 180_000)
afterAll(async () => {
  await bench?.close()
})

describe('under errors, waits, broken connections and poisoned rows', () => {
  it('every fault did happen', () => {
    const fired = bench.twin.faults.counters().map(({ fired }) => fired)
    expect(Math.min(...fired)).toBeGreaterThan(0)
  })

  it('exactly the poisoned rows are rejected, each with the reason, and no good row is blamed', async () => {
    const refused = await bench.sql(
      "SELECT message_key, status, reason, reason_text FROM main.customerio.outcomes WHERE sync = 'people' AND status <> 'delivered'",
    )
    const keys = Array.from({ length: poisoned }, (_, i) => `[${i * poisonedEvery + 500}]`)
    expect(new Set(refused.map(({ message_key }) => message_key))).toEqual(new Set(keys))
    expect(refused).toHaveLength(poisoned)
    for (const { status, reason, reason_text } of refused) {
      expect([status, reason]).toEqual(['rejected', 'http_400'])
      expect(String(reason_text)).toContain('refused the request')
      expect(String(reason_text)).not.toContain('refuse me')
    }
  })

  it('every other row is delivered, and the account says so', () => {
    expect(people.account).toMatchObject({
      rows: peopleRows,
      delivered: peopleRows - poisoned,
      rejected: poisoned,
      undelivered: 0,
      pending: 0,
    })
    expect(bench.twin.store.people('us')).toHaveLength(peopleRows - poisoned)
    expect(events.account).toMatchObject({
      rows: eventRows,
      delivered: eventRows,
      pending: 0,
    })
  })

  it('what was taken twice came under the same id, and happened once', () => {
    const received = bench.twin.store.messages()
    expect(received.some(({ times }) => times > 1)).toBe(true)
    expect(received.every(({ different }) => different === 0)).toBe(true)
    expect(bench.twin.store.events({ type: 'track' })).toHaveLength(eventRows)
  })

  it('the events of each person came in source order', () => {
    const steps = new Map<string, number[]>()
    for (const { person = '', properties } of bench.twin.store.events({ type: 'track' })) {
      steps.set(person, [...(steps.get(person) ?? []), Number(properties.step)])
    }
    expect(steps.size).toBe(97)
    for (const of of steps.values()) expect(of).toEqual([...of].sort((a, b) => a - b))
  })

  it('requests tells every exchange, those without an answer too', async () => {
    const [sums] = await bench.sql(
      'SELECT count_if(http_status = 500) AS failed, count_if(http_status = 429) AS slowed, count_if(http_status IS NULL) AS broken, count(*) AS whole FROM main.customerio.requests',
    )
    const [failed, slowed, before, after] = bench.twin.faults.counters().map(({ fired }) => fired)
    expect(sums).toMatchObject({
      failed,
      slowed,
      broken: Number(before) + Number(after),
      whole: people.sent.requests + events.sent.requests,
    })
  })
})

describe('the budget of a destination', () => {
  it('is used, and never exceeded in any window of three seconds', async () => {
    bench.faults()
    const before = bench.twin.store.requests({ region: 'us' }).length
    const slow = await bench.ready({
      'customerio.yml': `vars: { catalog: main, control: main.customerio }
destinations: { us: { region: us, key: secret://customerio/us, requests_per_second: 5 } }
`,
      'syncs/slowly.yml': `sync: slowly
brakes: { first_run: allow }
source: { table: main.shop.steps, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { a: note }, limits: { attribute_values: warn } }
`,
    })
    await run(slow)
    const sent = await bench.sql(
      "SELECT started_at FROM main.customerio.requests WHERE sync = 'slowly' ORDER BY started_at",
    )
    const left = sent.map(({ started_at }) => (started_at as Date).getTime())
    expect(mostIn3s(left)).toBeLessThanOrEqual(15)
    expect(mostIn3s(left)).toBeGreaterThan(5)
    // By the destination's own log too: a request that had to connect first arrives later than it left.
    const requests = bench.twin.store.requests({ region: 'us' }).slice(before)
    expect(requests).toHaveLength(left.length)
    expect(mostIn3s(requests.map(({ at }) => at))).toBeLessThanOrEqual(15)
  })
})

function mostIn3s(times: readonly number[]): number {
  return Math.max(
    ...times.map((from) => times.filter((at) => at >= from && at < from + 3000).length),
  )
}
