import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { reconcileText } from '../../src/ops/index.ts'
import { type Parts, type ReconcileOptions, reconcile } from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

const people = {
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, settle: 1s }
send: { call: identify, person: { id: id }, traits: { name: name } }
on_delete: delete
brakes: { max_delete_percent: 100 }
`,
}
const orders = {
  'syncs/orders.yml': `sync: orders
source: { table: main.shop.people, key: id, start: all }
send: { call: track, event: Ordered, person: { id: id }, at: at }
`,
}
const ledger = 'main.customerio.ledger'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS
      SELECT id, concat('Person ', id) AS name, timestamp_seconds(1700000000 + id) AS at FROM range(20)`,
  )
})
afterEach(async () => {
  await bench.close()
})

async function compare(parts: Parts, options: Partial<ReconcileOptions> = {}) {
  const [sync] = parts.project.syncs
  if (sync === undefined) throw new Error('the project has no sync')
  const [ending] = await reconcile(parts, sync, { by: { who: 'ann' }, enqueue: false, ...options })
  if (ending?.kind !== 'finished') throw new Error(`${ending?.code}: ${ending?.message}`)
  return ending.report
}
const none = { missing: 0, unlearned: 0, differs: 0, refused: 0, surplus: 0, unproven: 0 }

describe('a reconciliation', () => {
  it('finds nothing after a run, nor in what changed since', async () => {
    const parts = await bench.ready(people)
    await run(parts)
    await bench.sql("UPDATE main.shop.people SET name = 'due' WHERE id = 3")
    const found = await compare(parts, { sampleKeys: 20 })
    expect(found).toMatchObject({ counts: none, isAtCheckpoint: true, sample: [] })
    expect(reconcileText([{ kind: 'finished', report: found }])).toEqual([
      'people → us: everything agrees',
    ])
  })

  it('names each gap, and makes the next run close it although no change is due', async () => {
    const parts = await bench.ready(people)
    await run(parts)
    await bench.sql(
      `DELETE FROM ${ledger} WHERE message_key = '[1]'`,
      `DELETE FROM ${ledger} WHERE message_key IN ('[2]', '[3]')`,
      "DELETE FROM main.customerio.outcome_log WHERE message_key IN ('[2]', '[3]', '[5]')",
      `UPDATE ${ledger} SET row_hash = 'other' WHERE message_key = '[4]'`,
      `UPDATE ${ledger} SET message_key = '[77]', identity = '{"person":"77"}' WHERE message_key = '[6]'`,
    )
    const counts = { ...none, missing: 2, unlearned: 2, differs: 1, surplus: 1, unproven: 2 }
    const found = await compare(parts, { sampleKeys: 20, keysTo: 'reconcile_people' })
    expect(found).toMatchObject({ counts, enqueued: 0, settled: 0 })
    expect(found.sample).toHaveLength(8)
    expect(
      await bench.sql(
        'SELECT problem, message_key FROM main.customerio.reconcile_people ORDER BY message_key, problem',
      ),
    ).toEqual(
      [
        ['unlearned', '[1]'],
        ['missing', '[2]'],
        ['missing', '[3]'],
        ['differs', '[4]'],
        ['unproven', '[5]'],
        ['unlearned', '[6]'],
        ['surplus', '[77]'],
        ['unproven', '[77]'],
      ].map(([problem, message_key]) => ({ problem, message_key })),
    )
    expect((await run(parts)).account).toMatchObject({ rows: 0 })

    expect(await compare(parts, { enqueue: true })).toMatchObject({ enqueued: 4, settled: 1 })
    expect((await run(parts)).account).toMatchObject({ rows: 4, delivered: 4, pending: 0 })
    expect((await compare(parts)).counts).toEqual({ ...none, unproven: 1 })
    expect(await bench.sql('SELECT act, actor, details FROM main.customerio.acts')).toEqual([
      { act: 'reconcile --enqueue', actor: 'ann', details: JSON.stringify(counts) },
    ])
  })

  it('of events enqueues what was never sent, and only learns again what was', async () => {
    const parts = await bench.ready(orders)
    await run(parts)
    await bench.sql(
      `DELETE FROM ${ledger} WHERE message_key IN ('[1]', '[2]')`,
      "DELETE FROM main.customerio.outcome_log WHERE message_key = '[2]'",
    )
    expect(await compare(parts, { enqueue: true })).toMatchObject({
      counts: { ...none, missing: 1, unlearned: 1 },
      enqueued: 1,
      settled: 1,
    })
    expect((await run(parts)).account).toMatchObject({ rows: 1, delivered: 1 })
  })

  it('says that a window is open, and enqueues nothing then; foreign tables are safe', async () => {
    const parts = await bench.ready(people)
    bench.faults('customerio:POST /v1/batch:status=401')
    await failureOf(run(parts))
    bench.faults()
    expect(await compare(parts)).toMatchObject({
      open: 'people.us.000001',
      isAtCheckpoint: false,
      counts: { ...none, missing: 20 },
    })
    expect((await failureOf(compare(parts, { enqueue: true }))).message).toMatch(/^WINDOW_OPEN: /)
    expect(await failureOf(compare(parts, { keysTo: 'ledger' }))).toMatchObject({
      code: 'KEYS_TO_INVALID',
    })
  })
})
