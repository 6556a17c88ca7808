import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { actsIn, holdsIn, ledgerIn, mappingsIn } from '../../src/audit/index.ts'
import { systemClock } from '../../src/core/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, run, startBench } from '../support/bench.ts'

const control = 'main.customerio'
const people = `sync: people
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { name: name } }
`

let bench: Bench
let parts: Parts
beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('Name ', id) AS name FROM range(500)`,
  )
  parts = await bench.ready({ 'syncs/people.yml': people })
})
afterAll(() => bench?.close())

const ledgerRows = () => bench.sql('SELECT * FROM main.customerio.ledger ORDER BY message_key')

describe('the ledger after a run', () => {
  it('has every key once, with what later windows ask for; settling again changes nothing', async () => {
    const { windowId } = await run(parts)
    const ledger = ledgerIn(parts.warehouse, control)
    await ledger.settle(windowId)
    const rows = await ledgerRows()
    expect(rows).toHaveLength(500)
    const [window] = await bench.sql('SELECT * FROM main.customerio.windows')
    expect(rows.find(({ message_key }) => message_key === '[17]')).toMatchObject({
      sync: 'people',
      destination: 'us',
      status: 'delivered',
      call: 'identify',
      identity: '{"person":"17"}',
      window_id: windowId,
      window_number: 1,
      mapping_hash: window?.mapping_hash,
      delivered_at: expect.any(Date),
    })
    await ledger.settle(windowId)
    expect(await ledgerRows()).toEqual(rows)
    expect(await ledger.counts('people', 'us')).toEqual({
      delivered: 500,
      invalid: 0,
      rejected: 0,
      undelivered: 0,
    })
  })
})

describe('mappings, holds and acts', () => {
  it('are written and read by the statements of the product', async () => {
    const mappings = mappingsIn(parts.warehouse, control, systemClock)
    const text = '{"event":"it\'s \\"done\\" \\\\ :name"}'
    await mappings.remember('h1', text, 'people', ['id', 'name'])
    await mappings.remember('h1', text, 'people', ['id', 'name'])
    expect(await mappings.all('people')).toMatchObject([
      { hash: 'h1', text, rowColumns: ['id', 'name'] },
    ])

    const holds = holdsIn(parts.warehouse, control, systemClock)
    await holds.hold(null, 'ann', 'audit')
    expect(await holds.isHeld('people')).toMatchObject({ heldBy: 'ann', why: 'audit' })
    await holds.release(null, 'ann')
    expect(await holds.isHeld('people')).toBeUndefined()

    await actsIn(parts.warehouse, control, systemClock).record({
      act: 'replay',
      who: 'ann',
      details: { dry: true },
    })
    const acts = await bench.sql('SELECT act FROM main.customerio.acts ORDER BY acted_at, act')
    expect(acts.map(({ act }) => act)).toEqual(['hold', 'release', 'replay'])
  })
})
