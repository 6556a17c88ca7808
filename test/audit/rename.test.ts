import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  controlStatements,
  type Ledger,
  leasesIn,
  ledgerIn,
  mappingsIn,
  type Position,
} from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'
import { HandClock } from './support.ts'

let control: DuckControl
let ledger: Ledger
let clock: HandClock
beforeEach(async () => {
  control = await DuckControl.open()
  clock = new HandClock()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  ledger = ledgerIn(control, 'main.customerio')
  await leases().ensure(
    ['people', 'customers'].flatMap((sync) => [
      { sync, destination: 'eu' },
      { sync, destination: 'us' },
    ]),
  )
})
afterEach(() => control.close())

const leases = () => leasesIn(control, 'main.customerio', clock)
const position = async (sync: string, destination: string) =>
  (await leases().find({ sync, destination }))?.position

async function closed(sync: string, destination: string, at: Position) {
  const taker = { sync, destination, owner: 'me', ttlMs: 60_000 }
  const lease = await leases().take(taker)
  if ('heldBy' in lease) throw new Error('the lease is not free')
  await leases().moveCheckpoint(lease, at)
  await leases().release(lease)
}

async function known(sync: string, destination: string, key: string, hash: string) {
  await control.execute(
    `INSERT INTO \`main\`.\`customerio\`.\`ledger\` BY NAME SELECT :sync AS sync, :destination AS destination,
     :key AS message_key, 'delivered' AS status, :hash AS row_hash, 'm1' AS mapping_hash, 'who' AS identity,
     'id' AS message_id, 'w' AS window_id, TIMESTAMP '2026-01-01' AS decided_at, 57 AS window_number,
     'identify' AS call, TIMESTAMP '2026-01-01' AS delivered_at`,
    { sync, destination, key, hash },
  )
}

const rows = (sync: string) =>
  control.query(
    'SELECT * EXCLUDE (`sync`) FROM `main`.`customerio`.`ledger` WHERE `sync` = :sync ORDER BY `destination`, `message_key`',
    { sync },
  )

describe('a renamed sync', () => {
  it('has the keys, mappings and position of its old name, which keeps them too', async () => {
    const end = { window: 57, version: 12, committedAt: 5, cursor: 'c' }
    await mappingsIn(control, 'main.customerio', clock).remember('m1', '{}', 'people', ['id'], [])
    await known('people', 'eu', '[1]', 'a')
    await known('people', 'eu', '[2]', 'b')
    await known('people', 'us', '[1]', 'c')
    await closed('people', 'eu', end)
    const before = await rows('people')

    await ledger.rename('people', 'customers')
    const renamed = before.map((row) => ({ ...row, window_number: null }))
    expect(await rows('customers')).toEqual(renamed)
    expect(await rows('people')).toEqual(before)
    expect(await position('customers', 'eu')).toEqual({ ...end, window: 0 })
    expect(await position('customers', 'us')).toBeUndefined()
    expect(await position('people', 'eu')).toEqual(end)
    const all = await mappingsIn(control, 'main.customerio', clock).all('customers')
    expect(all).toMatchObject([{ hash: 'm1', rowColumns: ['id'] }])

    await ledger.rename('people', 'customers')
    expect(await rows('customers')).toEqual(renamed)
  })

  it('goes on from there with windows of its own, from 1', async () => {
    await closed('people', 'eu', { window: 57, version: 12 })
    await ledger.rename('people', 'customers')
    await closed('customers', 'eu', { window: 1, version: 13 })
    expect(await position('customers', 'eu')).toEqual({ window: 1, version: 13 })
  })

  it('keeps what stands under its new name, key by key', async () => {
    await known('people', 'eu', '[1]', 'old')
    await known('people', 'eu', '[2]', 'old')
    await known('customers', 'eu', '[2]', 'new')
    await ledger.rename('people', 'customers')
    expect((await rows('customers')).map(({ row_hash }) => row_hash)).toEqual(['old', 'new'])
  })

  it('takes nothing where its new name has a position of its own', async () => {
    await known('people', 'eu', '[1]', 'old')
    await known('people', 'us', '[1]', 'old')
    await closed('people', 'eu', { window: 57, version: 12 })
    await closed('customers', 'eu', { window: 2, version: 13 })
    await ledger.rename('people', 'customers')
    expect(await rows('customers')).toMatchObject([{ destination: 'us', row_hash: 'old' }])
    expect(await position('customers', 'eu')).toEqual({ window: 2, version: 13 })
    await closed('customers', 'us', { window: 1, version: 13 })
    const statements = control.statements.length
    await ledger.rename('people', 'customers')
    expect(control.statements).toHaveLength(statements)
  })
})
