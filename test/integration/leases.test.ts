import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  controlTables,
  isDeadLocalOwner,
  type Lease,
  type Leases,
  leasesIn,
  type NewWindow,
  processOwner,
  setUpControl,
  type Taker,
  windowsIn,
} from '../../src/audit/index.ts'
import { type Clock, systemClock } from '../../src/core/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { firstTables } from '../audit/first-version.ts'
import { type Bench, projectFile, startBench } from '../support/bench.ts'

const ttlMs = 60_000
/** How far the warehouse's time is ahead of ours. */
let ahead = 0
const warehouseClock: Clock = { ...systemClock, now: () => systemClock.now() + ahead }

let bench: Bench
let parts: Parts
let sync = ''
let leases: Leases
let runs = 0

beforeAll(async () => {
  bench = await startBench({ clock: warehouseClock })
  parts = await bench.ready({ 'customerio.yml': projectFile })
  leases = leasesIn(parts.warehouse, 'main.customerio', systemClock)
})
afterAll(() => bench?.close())
beforeEach(async () => {
  ahead = 0
  sync = `customers${++runs}`
  await leases.ensure([{ sync, destination: 'us' }])
})

const taker = (owner: string): Taker => ({ sync, destination: 'us', owner, ttlMs })

async function taken(owner: string): Promise<Lease> {
  const got = await leases.take(taker(owner))
  if ('heldBy' in got) throw new Error(`held by ${got.heldBy}`)
  return got
}

describe('a lease over the real driver', () => {
  it('is had by one, and by the next one when its time is over by the warehouse', async () => {
    const first = await taken('a')
    const held = await leases.take(taker('b'))
    expect(held).toMatchObject({ heldBy: 'a' })
    ahead = ttlMs + 1000
    const second = await taken('b')
    expect(second.epoch).toBe(first.epoch + 1)
    await expect(leases.renew(first)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    await leases.release(first)
    await leases.assertHeld(await leases.renew(second))
    await leases.release(second)
    expect(await leases.find({ sync, destination: 'us' })).toMatchObject({ isFree: true, epoch: 2 })
  })

  it('goes to one of several processes, each with a session of its own', async () => {
    const others = await Promise.all(
      Array.from({ length: 4 }, () => bench.open({ 'customerio.yml': projectFile })),
    )
    const got = await Promise.all(
      others.map(({ warehouse }, i) =>
        leasesIn(warehouse, 'main.customerio', systemClock).take(taker(`p${i}`)),
      ),
    )
    const winners = got.filter((one) => 'epoch' in one)
    expect(winners).toHaveLength(1)
    expect(await leases.find({ sync, destination: 'us' })).toMatchObject({
      owner: winners[0]?.owner,
      epoch: 1,
    })
  })

  it('is taken once although every reply is lost at first', async () => {
    bench.faults('warehouse:ExecuteStatement:reset=after,every=2')
    const lease = await taken('a')
    await leases.renew(lease)
    await leases.moveCheckpoint(lease, { window: 1, version: 5 })
    bench.faults()
    expect(await leases.find({ sync, destination: 'us' })).toMatchObject({
      epoch: 1,
      owner: 'a',
      position: { window: 1, version: 5 },
    })
  })

  it('of a process that is gone is taken at once by the next one of this machine', async () => {
    const owner = processOwner()
    await taken(owner.replace(/[^/]+$/, '1'))
    const next = await leases.take({ ...taker(owner), ownerIsDead: isDeadLocalOwner })
    expect(next).toMatchObject({ owner, epoch: 2 })
  })

  it('lets only its holder close the window and move the checkpoint', async () => {
    const windows = windowsIn(parts.warehouse, 'main.customerio')
    const { windowId } = await windows.open({ ...emptyWindow, sync })
    const frozen = await taken('a')
    ahead = ttlMs + 1000
    const awake = await taken('b')
    await expect(windows.close(windowId, new Date(), frozen)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    })
    await expect(leases.moveCheckpoint(frozen, { window: 1 })).rejects.toMatchObject({
      code: 'LEASE_LOST',
    })
    expect(await windows.findOpen(sync, 'us')).toMatchObject({ windowId, state: 'open' })
    await windows.close(windowId, new Date(), awake)
    await leases.moveCheckpoint(awake, { window: 1, tableId: 't', version: 3, cursor: '[1]' })
    await expect(leases.moveCheckpoint(awake, { window: 0 })).rejects.toMatchObject({
      code: 'CHECKPOINT_AHEAD',
    })
    expect(await windows.findOpen(sync, 'us')).toBeUndefined()
    expect((await leases.find({ sync, destination: 'us' }))?.position).toEqual({
      window: 1,
      tableId: 't',
      version: 3,
      cursor: '[1]',
    })
  })
})

describe('setting up', () => {
  it('a schema of the first version adds its new columns, keeps its rows, and can be repeated', async () => {
    await bench.sql('CREATE SCHEMA main.old')
    for (const [table, columns] of Object.entries(firstTables)) {
      const lines = columns.map(
        ({ name, type, required }) => `${name} ${type}${required ? ' NOT NULL' : ''}`,
      )
      await bench.sql(`CREATE TABLE main.old.${table} (${lines.join(', ')}) USING DELTA`)
    }
    await bench.sql(
      "INSERT INTO main.old.checkpoints (sync, destination, epoch, updated_at) VALUES ('s', 'us', 4, current_timestamp())",
    )
    const pairs = [
      { sync: 's', destination: 'us' },
      { sync: 't', destination: 'us' },
    ]
    const done = await setUpControl(parts.warehouse, 'main.old', pairs, systemClock)
    const grown = controlTables.filter(
      ({ name, columns }) => columns.length > (firstTables[name]?.length ?? columns.length),
    )
    expect(grown.length).toBeGreaterThan(1)
    expect(done.migrated).toBe(grown.length)
    const again = await setUpControl(parts.warehouse, 'main.old', pairs, systemClock)
    expect(again.migrated).toBe(0)
    const old = leasesIn(parts.warehouse, 'main.old', systemClock)
    expect(await old.take({ sync: 's', destination: 'us', owner: 'a', ttlMs })).toMatchObject({
      epoch: 5,
    })
    expect(await old.take({ sync: 't', destination: 'us', owner: 'a', ttlMs })).toMatchObject({
      epoch: 1,
    })
  })
})

const emptyWindow: Omit<NewWindow, 'sync'> = {
  destination: 'us',
  number: 1,
  kind: 'sync',
  pin: '{}',
  mapping: '{}',
  mappingHash: 'h',
  counts: {
    rows: 0,
    nullKeys: 0,
    duplicateKeys: 0,
    noRoute: 0,
    unchanged: 0,
    held: 0,
    ignored: 0,
  },
  runId: 'r',
  openedAt: new Date(0),
}
