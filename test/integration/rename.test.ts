import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { hold, release } from '../../src/ops/index.ts'
import { moveState, type Parts } from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

const people = (name: string, more = '') => ({
  [`syncs/${name}.yml`]: `sync: ${name}
source: { table: main.shop.people, key: id }
send: { call: identify, person: { id: id }, traits: { name: name } }
${more}`,
})
const visits = (name: string, more = '') => ({
  [`syncs/${name}.yml`]: `sync: ${name}
source: { table: main.shop.people, key: id, start: all }
send: { call: track, event: Visited, person: { id: id }, at: at }
${more}`,
})

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    "CREATE TABLE main.shop.people USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS SELECT id, concat('Person ', id) AS name, timestamp_seconds(1700000000 + id) AS at FROM range(30)",
  )
})
afterEach(async () => {
  await bench.close()
})

const requests = () => bench.twin.store.counts().requests
const by = { who: 'ann' }
async function move(parts: Parts, from: string) {
  const [sync] = parts.project.syncs
  return sync === undefined ? [] : moveState(parts, from, sync, { by })
}
const both = async () =>
  bench.sql(
    'SELECT window_id, state FROM main.customerio.windows ORDER BY sync DESC, window_number',
  )

describe('a sync with renamed_from', () => {
  it.each([
    ['states', people],
    ['events', visits],
  ])('sends none of its %s again, and goes on from where it was', async (_, files) => {
    await run(await bench.ready(files('old')))
    const before = requests()
    const parts = await bench.ready(files('new', 'renamed_from: old\n'))
    expect((await run(parts)).account).toMatchObject({ rows: 0, delivered: 0 })
    expect(requests()).toBe(before)
    await bench.sql(
      "INSERT INTO main.shop.people VALUES (99, 'late', TIMESTAMP '2026-01-01T00:00:00Z')",
    )
    expect((await run(parts)).account).toMatchObject({ rows: 1, delivered: 1 })
    const rebuilt = 'CREATE OR REPLACE TABLE main.shop.people AS SELECT * FROM main.shop.people'
    await bench.sql(rebuilt)
    expect((await run(parts)).account).toMatchObject({ rows: 31, unchanged: 31 })
  })

  it('first finishes the window that is open under its old name, under that name', async () => {
    const old = await bench.ready(people('old'))
    bench.faults('customerio:POST /v1/batch:status=401')
    await failureOf(run(old))
    bench.faults()
    const parts = await bench.ready(people('new', 'renamed_from: old\n'))
    expect((await run(parts)).account).toMatchObject({ rows: 0 })
    expect(await both()).toEqual([
      { window_id: 'old.us.000001', state: 'closed' },
      { window_id: 'new.us.000001', state: 'closed' },
    ])
    expect(bench.twin.store.people()).toHaveLength(30)
  })

  it('stays held when it was held under its old name', async () => {
    const old = await bench.ready(people('old'))
    await run(old)
    await hold(old, 'old', 'prices')
    const parts = await bench.ready(people('new', 'renamed_from: old\n'))
    expect(await failureOf(run(parts))).toMatchObject({ code: 'SYNC_HELD' })
    await release(parts, 'old')
    expect((await run(parts)).account).toMatchObject({ rows: 0 })
  })

  it('of a project that never had the old name starts like any other', async () => {
    const parts = await bench.ready(people('new', 'renamed_from: old\n'))
    expect((await run(parts)).account).toMatchObject({ rows: 30, delivered: 30 })
  })
})

describe('state mv', () => {
  it('does the same by hand, once, with its holds, and writes the act down', async () => {
    const old = await bench.ready(people('old'))
    await run(old)
    await hold(old, 'old', 'prices')
    const parts = await bench.ready(people('new'))
    expect(await failureOf(move(old, 'old'))).toMatchObject({ code: 'STATE_IN_USE', exitCode: 2 })
    expect(await move(parts, 'old')).toMatchObject([{ report: { outcome: 'taken over' } }])
    expect(await move(parts, 'old')).toMatchObject([{ report: { outcome: 'has its own' } }])
    expect(await move(parts, 'older')).toMatchObject([{ report: { outcome: 'has its own' } }])
    expect(await failureOf(run(parts))).toMatchObject({ code: 'SYNC_HELD' })
    await release(parts, 'new')
    expect((await run(parts)).account).toMatchObject({ rows: 0, delivered: 0 })
    expect(
      await bench.sql(
        "SELECT sync, details FROM main.customerio.acts WHERE act = 'state mv' ORDER BY acted_at LIMIT 1",
      ),
    ).toEqual([{ sync: 'new', details: '{"from":"old"}' }])
  })
})
