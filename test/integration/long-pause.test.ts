import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { systemClock } from '../../src/core/index.ts'
import { type Bench, run, startBench } from '../support/bench.ts'

const day = 24 * 3600_000
let bench: Bench
let later = 0
const clock = { ...systemClock, now: () => Date.now() + later }

beforeEach(async () => {
  later = 0
  bench = await startBench({ clock })
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    "CREATE TABLE main.shop.people USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS SELECT id, 'first' AS name FROM range(9)",
  )
})
afterEach(async () => {
  await bench.close()
})

const sync = (name: string) => `sync: ${name}
source: { table: main.shop.people, key: id }
send: { call: identify, person: { id: id }, traits: { ${name}: name } }
`

it('syncs that nobody ran for ten days go on, though Delta refuses versions of that age', async () => {
  const files = { 'syncs/a.yml': sync('a'), 'syncs/b.yml': sync('b') }
  const parts = await bench.ready(files, { clock })
  await run(parts, 'us', { sync: 'a' })
  await run(parts, 'us', { sync: 'b' })
  later = 10 * day
  await bench.sql("UPDATE main.shop.people SET name = 'second' WHERE id < 4")
  expect((await run(parts, 'us', { sync: 'a' })).account).toMatchObject({
    delivered: 4,
    pending: 0,
  })
  // The feed begins after a commit of that age: what can't be read any more is made up for by comparing everything.
  later = 20 * day
  await bench.sql("UPDATE main.shop.people SET name = 'third' WHERE id = 1")
  expect((await run(parts, 'us', { sync: 'b' })).account).toMatchObject({
    delivered: 4,
    pending: 0,
  })
})

it('a window pins a ledger that stays readable: another sync that settles meanwhile does no harm', async () => {
  const files = { 'syncs/a.yml': sync('a'), 'syncs/b.yml': sync('b') }
  const parts = await bench.ready(files, { clock })
  await run(parts, 'us', { sync: 'a' })
  later = 10 * day
  await bench.sql("UPDATE main.shop.people SET name = 'second' WHERE id < 4")
  let settled: Promise<unknown> | undefined
  const report = await run(parts, 'us', {
    sync: 'a',
    onProgress: () => {
      settled ??= run(parts, 'us', { sync: 'b' })
    },
  })
  await settled
  expect(report.account).toMatchObject({ delivered: 4, pending: 0 })
  const history = await bench.sql('DESCRIBE HISTORY main.customerio.ledger')
  expect(history.some(({ operation }) => operation === 'SET TBLPROPERTIES')).toBe(true)
})
