import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RunStopped } from '../../src/core/index.ts'
import { type Erased, erase, erasedText } from '../../src/ops/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, failureOf, projectFile, run, startBench } from '../support/bench.ts'

const customerio = `${projectFile}erase:
  table: main.privacy.requests
  person: { id: customer_id, email: email }
  kind: kind
  request: request_id
  requested_by: asked_by
`
const people = `sync: people
source: { table: main.shop.people, key: id, changes: diff }
send: { call: identify, person: { id: id }, traits: { name: name, email: email } }
on_delete: delete
brakes: { first_run: allow, max_delete_percent: 100 }
`
const orders = `sync: orders
source: { table: main.shop.orders, key: order_id, changes: full, start: all }
send: { call: track, event: Ordered, person: { id: customer }, at: at, properties: { total: total } }
`
const files = {
  'customerio.yml': customerio,
  'syncs/people.yml': people,
  'syncs/orders.yml': orders,
}

/** Nothing else in any file looks like these. */
const id = 'person-4711-gone'
const email = 'gone.person@example.com'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    'CREATE SCHEMA IF NOT EXISTS main.privacy',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT CASE WHEN id = 7 THEN '${id}' ELSE concat('p', id) END AS id,
      concat('Person ', id) AS name, CASE WHEN id = 7 THEN '${email}' ELSE concat('p', id, '@example.com') END AS email FROM range(20)`,
    `CREATE TABLE main.shop.orders USING DELTA AS SELECT concat('o', id) AS order_id,
      CASE WHEN id % 20 = 7 THEN '${id}' ELSE concat('p', id % 20) END AS customer, id AS total,
      timestamp_seconds(1700000000 + id) AS at FROM range(60)`,
    'CREATE TABLE main.privacy.requests (request_id STRING, customer_id STRING, email STRING, kind STRING, asked_by STRING) USING DELTA',
  )
})
afterEach(async () => {
  await bench.close()
})

const ask = (request: string, kind = 'delete') =>
  bench.sql(
    `INSERT INTO main.privacy.requests VALUES ('${request}', '${id}', '${email.toUpperCase()}', '${kind}', 'desk')`,
  )

/** Asks once for the confirmation, then does it. */
async function forget(parts: Parts): Promise<Erased> {
  const by = { who: 'ann' }
  const { confirmation = '' } = await erase(parts, { by, plan: true, confirmed: [] })
  return erase(parts, { by, plan: false, confirmed: [confirmation], waitMs: 0 })
}
const receipts = () =>
  bench.sql(
    'SELECT request_id, kind, step, destination, status, reason, requested_by, actor FROM main.customerio.receipts ORDER BY receipt_id',
  )
const account = () => bench.sql('SELECT * FROM main.customerio.account ORDER BY window_id')

describe('erase', () => {
  it('removes a person here and at Customer.io, leaves accounts as they were, and says what it did', async () => {
    const parts = await bench.ready(files)
    await run(parts, 'us', { sync: 'people' })
    await run(parts, 'us', { sync: 'orders' })
    const before = await account()
    await ask('r1')
    const done = await forget(parts)
    expect(done.done).toMatchObject({ verified: 1, purged: { outcomes: 4, keys: 4 }, failed: [] })
    expect(await account()).toEqual(before)
    expect(bench.twin.store.person(id)).toBeUndefined()
    expect(
      (await receipts()).map(({ step, status, destination }) => [step, status, destination]),
    ).toEqual([
      ['tombstone', 'done', null],
      ['purge', 'done', null],
      ['delete', 'done', 'us'],
      ['verify', 'done', null],
    ])
    expect(erasedText(done).join('\n')).not.toMatch(/4711|example\.com/)
    expect((await forget(parts)).requests).toEqual({ delete: 0, suppress: 0 })
  })
})
