import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { replayText } from '../../src/ops/index.ts'
import { type Parts, type ReplayFilter, replay } from '../../src/sync/index.ts'
import { type Bench, run, startBench } from '../support/bench.ts'

const people = {
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: diff }
send: { call: identify, person: { id: id }, traits: { name: name }, limits: { attribute_values: warn } }
on_delete: delete
brakes: { max_failed_percent: 100, max_delete_percent: 100 }
`,
}
const orders = {
  'syncs/orders.yml': `sync: orders
source: { table: main.shop.people, key: id, start: all }
send: { call: track, event: Ordered, person: { id: id }, at: at, properties: { name: name } }
`,
}

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id, CASE WHEN id < 4 THEN repeat('x', 40000) ELSE concat('Person ', id) END AS name,
      CASE WHEN id = 9 THEN NULL ELSE timestamp_seconds(1700000000 + id) END AS at FROM range(20)`,
  )
})
afterEach(async () => {
  await bench.close()
})

async function ask(parts: Parts, send: boolean, filter: ReplayFilter = {}) {
  const [sync] = parts.project.syncs
  if (sync === undefined) throw new Error('the project has no sync')
  const [ending] = await replay(parts, sync, { by: { who: 'ann', why: 'mended' }, filter, send })
  if (ending?.kind !== 'finished') throw new Error(ending?.message)
  return ending.report
}
const requests = () => bench.twin.store.counts().requests

describe('a replay', () => {
  it('counts by reason and sends nothing until it is told to, then the rows as they are now', async () => {
    const parts = await bench.ready(people)
    expect((await run(parts)).account).toMatchObject({ delivered: 16, invalid: 4 })
    const before = requests()
    // One is mended, one is gone; two are as they were.
    await bench.sql(
      "UPDATE main.shop.people SET name = 'mended' WHERE id = 0",
      'DELETE FROM main.shop.people WHERE id = 1',
    )
    const dry = await ask(parts, false)
    const found = [
      { status: 'invalid', reason: 'message_too_large', keys: 4, going: 3, withoutRow: 1 },
    ]
    expect(dry).toEqual({ sync: 'people', destination: 'us', found })
    expect(requests()).toBe(before)
    expect(await bench.sql('SELECT * FROM main.customerio.acts')).toEqual([])
    const text = replayText([{ kind: 'finished', report: dry }], 'main.customerio').join('\n')
    expect(text).toMatch(/invalid +message_too_large +4 +3 +1 +0/)
    expect(text).toContain('3 keys would go out as they are now; --send sends them')

    const { sent } = await ask(parts, true)
    expect(sent).toMatchObject({
      kind: 'replay',
      account: { rows: 4, delivered: 1, invalid: 2, ignored: 1, pending: 0 },
    })
    expect(bench.twin.store.person('0')?.traits).toMatchObject({ name: 'mended' })
    expect(await bench.sql('SELECT act, actor, why, details FROM main.customerio.acts')).toEqual([
      { act: 'replay', actor: 'ann', why: 'mended', details: '{}' },
    ])
    expect((await ask(parts, false)).found).toMatchObject([{ keys: 3, going: 2 }])
  })

  it('is by run, reason and time, and leaves the checkpoint where it is', async () => {
    const parts = await bench.ready(people)
    const { runId } = await run(parts)
    const checkpoint = () => bench.sql('SELECT position FROM main.customerio.checkpoints')
    const before = await checkpoint()
    const now = Date.now()
    const keys = async (filter: ReplayFilter) =>
      (await ask(parts, false, filter)).found.reduce((sum, one) => sum + one.keys, 0)
    expect(await keys({ run: runId })).toBe(4)
    expect(await keys({ run: 'another' })).toBe(0)
    expect(await keys({ reason: 'message_too_large', from: now - 600_000, to: now })).toBe(4)
    expect(await keys({ reason: 'rejected_400' })).toBe(0)
    expect(await keys({ from: now })).toBe(0)
    expect((await ask(parts, true, { reason: 'rejected_400' })).sent).toBeUndefined()
    await bench.sql("UPDATE main.shop.people SET name = 'mended' WHERE id < 20")
    expect((await ask(parts, true, { run: runId })).sent?.account).toMatchObject({
      rows: 4,
      delivered: 4,
    })
    expect(await checkpoint()).toEqual(before)
  })

  it('of events sends what was refused, and never what was delivered', async () => {
    const parts = await bench.ready(orders)
    expect((await run(parts)).account).toMatchObject({ delivered: 15, invalid: 5 })
    await bench.sql(
      "UPDATE main.shop.people SET name = 'short', at = TIMESTAMP '2026-01-01T00:00:00Z'",
    )
    expect((await ask(parts, true)).sent?.account).toMatchObject({ rows: 5, delivered: 5 })
    expect((await ask(parts, true)).found).toEqual([])
    expect((await run(parts)).account).toMatchObject({ delivered: 0, unchanged: 20 })
  })
})
