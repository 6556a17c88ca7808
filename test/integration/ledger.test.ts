import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  actsIn,
  holdsIn,
  leasesIn,
  ledgerIn,
  mappingsIn,
  qualityIn,
} from '../../src/audit/index.ts'
import { systemClock } from '../../src/core/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, run, startBench } from '../support/bench.ts'

const control = 'main.customerio'
const people = `sync: people
brakes: { first_run: allow }
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
      adopted: 0,
    })
  })

  it('takes rows over without sending, and knows the mappings of every version of itself', async () => {
    const ledger = ledgerIn(parts.warehouse, control)
    const version = async () => {
      const [newest] = await bench.sql('DESCRIBE HISTORY main.customerio.ledger LIMIT 1')
      return Number(newest?.version)
    }
    const [sent] = await ledger.mappingsOf('people', 'us')
    expect(sent?.keys).toBe(500)
    const before = await version()
    const adopt = () =>
      ledger.adopt({
        sync: 'people',
        destination: 'us',
        windowId: 'people.us.000009',
        windowNumber: 9,
        mappingHash: 'm9',
        relation: `(WITH some AS (SELECT id FROM main.shop.people VERSION AS OF 0 WHERE id >= :since)
SELECT to_json(array(id)) AS message_key, sha2(CAST(id AS STRING), 256) AS row_hash, CAST(NULL AS STRING) AS identity FROM some
UNION ALL SELECT '["new"]', 'h', to_json(named_struct('person', 'new')))`,
        parameters: { since: 400, sync: 'people' },
        at: new Date('2026-02-01T10:00:00Z'),
      })
    await adopt()
    const rows = await ledgerRows()
    await adopt()
    expect(await ledgerRows()).toEqual(rows)
    expect(rows).toHaveLength(501)
    expect(rows.filter(({ status }) => status === 'adopted')).toMatchObject([
      { message_key: '["new"]', identity: '{"person":"new"}', message_id: '', delivered_at: null },
    ])
    expect(rows.find(({ message_key }) => message_key === '[400]')).toMatchObject({
      status: 'delivered',
      mapping_hash: 'm9',
      identity: '{"person":"400"}',
      delivered_at: expect.any(Date),
    })
    expect(await ledger.mappingsOf('people', 'us')).toEqual([
      { ...sent, keys: 400 },
      { mappingHash: 'm9', keys: 101 },
    ])
    expect(await ledger.mappingsOf('people', 'us', before)).toEqual([sent])
    await expect(ledger.mappingsOf('people', 'us', 1.5)).rejects.toThrow(RangeError)
  })

  it('goes on under a new name', async () => {
    await leasesIn(parts.warehouse, control, systemClock).ensure([
      { sync: 'humans', destination: 'us' },
    ])
    const ledger = ledgerIn(parts.warehouse, control)
    const old = await ledger.counts('people', 'us')
    await ledger.rename('people', 'humans')
    await ledger.rename('people', 'humans')
    expect(await ledger.counts('humans', 'us')).toEqual(old)
    expect(await ledger.counts('people', 'us')).toEqual(old)
    const leases = leasesIn(parts.warehouse, control, systemClock)
    const position = async (sync: string) =>
      (await leases.find({ sync, destination: 'us' }))?.position
    expect(await position('humans')).toEqual({ ...(await position('people')), window: 0 })
  })
})

describe('what checks found', () => {
  it('is written down once', async () => {
    const checked = {
      windowId: 'people.us.000002',
      sync: 'people',
      destination: 'us',
      checkedAt: new Date('2026-02-01T10:00:00.123Z'),
      results: [{ name: 'unique', passed: false, failedRows: 2, text: '2 rows share their key' }],
    }
    const quality = qualityIn(parts.warehouse, control)
    await quality.record(checked)
    await quality.record(checked)
    expect(await bench.sql('SELECT * FROM main.customerio.quality')).toMatchObject([
      { check_name: 'unique', passed: 0, failed_rows: 2, checked_at: checked.checkedAt },
    ])
  })
})

describe('mappings, holds and acts', () => {
  it('are written and read by the statements of the product', async () => {
    const mappings = mappingsIn(parts.warehouse, control, systemClock)
    const text = '{"event":"it\'s \\"done\\" \\\\ :name"}'
    await mappings.remember('h1', text, 'letters', ['id', 'name'], [])
    await mappings.remember('h1', text, 'letters', ['id', 'name'], [])
    expect(await mappings.all('letters')).toMatchObject([
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
