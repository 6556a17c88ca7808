import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  controlStatements,
  type Held,
  type Lease,
  type Leases,
  leasesIn,
  type NewWindow,
  type Sql,
  type Taker,
  windowsIn,
} from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'
import { HandClock } from './support.ts'

const pair = { sync: 'customers', destination: 'eu' }
const ttlMs = 60_000

let control: DuckControl
let clock: HandClock
let leases: Leases

beforeEach(async () => {
  control = await DuckControl.open()
  clock = new HandClock()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  leases = leasesIn(control, 'main.customerio', clock)
  await leases.ensure([pair])
})
afterEach(() => control.close())

const taker = (owner: string, more: Partial<Taker> = {}): Taker => ({
  ...pair,
  owner,
  ttlMs,
  ...more,
})

async function taken(owner: string, more: Partial<Taker> = {}): Promise<Lease> {
  const got = await leases.take(taker(owner, more))
  if ('heldBy' in got) throw new Error(`held by ${got.heldBy}`)
  return got
}

const row = async () => (await control.query('SELECT * FROM `main`.`customerio`.`checkpoints`'))[0]

describe('ensure', () => {
  it('writes what is missing, in one statement, and never resets a row', async () => {
    const lease = await taken('a')
    await leases.moveCheckpoint(lease, { window: 3, version: 7 })
    const before = await row()
    const others = Array.from({ length: 70 }, (_, i) => ({ sync: `s${i}`, destination: 'us' }))
    const statements = control.statements.length
    await leases.ensure([pair, ...others, { ...pair }])
    expect(control.statements).toHaveLength(statements + 1)
    await leases.ensure([pair, ...others])
    const rows = await control.query('SELECT * FROM `main`.`customerio`.`checkpoints`')
    expect(rows).toHaveLength(71)
    expect(rows.find(({ sync }) => sync === 'customers')).toEqual(before)
  })

  it('takes more pairs than a statement takes parameters', async () => {
    const pairs = Array.from({ length: 250 }, (_, i) => ({ sync: `s${i}`, destination: 'us' }))
    await leases.ensure(pairs)
    expect(await leases.find({ sync: 's249', destination: 'us' })).toMatchObject({
      epoch: 0,
      isFree: true,
    })
  })
})

describe('a lease', () => {
  it('of a row that setup did not write is an error that says so', async () => {
    await expect(leases.take(taker('a', { sync: 'new' }))).rejects.toMatchObject({
      code: 'CHECKPOINT_MISSING',
    })
  })

  it('is had by one until it ends by the time of the warehouse, then by the next, with a higher epoch', async () => {
    const first = await taken('a')
    expect(first).toMatchObject({ ...pair, epoch: 1, owner: 'a' })
    const until = new Date(control.now + ttlMs)
    expect(await leases.take(taker('b'))).toEqual({ heldBy: 'a', until })
    control.now += ttlMs
    expect(await leases.take(taker('b'))).toEqual({ heldBy: 'a', until })
    control.now += 1
    expect((await taken('b')).epoch).toBe(2)
  })

  it('does not ask what time it is here', async () => {
    await taken('a')
    await clock.pass(10 * ttlMs)
    expect(await leases.take(taker('b'))).toMatchObject({ heldBy: 'a' })
  })

  it('holds on as long as it is renewed', async () => {
    const lease = await taken('a')
    for (let i = 0; i < 3; i++) {
      control.now += ttlMs - 1
      await clock.pass(ttlMs - 1)
      expect((await leases.renew(lease)).freshUntil).toBe(clock.now() + ttlMs)
    }
    expect(await leases.take(taker('b'))).toMatchObject({ heldBy: 'a' })
  })

  it('goes at once to a later attempt of the same job run, to no other', async () => {
    await taken('a', { jobRunId: '7/sync' })
    expect(await leases.take(taker('b', { jobRunId: '8/sync' }))).toMatchObject({ heldBy: 'a' })
    expect(await leases.take(taker('b'))).toMatchObject({ heldBy: 'a' })
    expect((await taken('b', { jobRunId: '7/sync' })).epoch).toBe(2)
  })

  it('is not taken from itself by a process that runs the same sync twice', async () => {
    await taken('a', { jobRunId: '7/sync' })
    const again = taker('a', { jobRunId: '7/sync', ownerIsDead: () => true })
    expect(await leases.take(again)).toMatchObject({ heldBy: 'a' })
  })

  it('goes at once to whoever knows that its owner is dead', async () => {
    await taken('a')
    const asked: string[] = []
    const knows = (isDead: boolean) => ({
      ownerIsDead: (owner: string) => {
        asked.push(owner)
        return isDead
      },
    })
    expect(await leases.take(taker('b', knows(false)))).toMatchObject({ heldBy: 'a' })
    expect((await taken('b', knows(true))).epoch).toBe(2)
    expect(asked).toEqual(['a', 'a'])
  })

  it('that was given back is free, and giving it back again harms nobody', async () => {
    const first = await taken('a')
    await leases.release(first)
    expect(await leases.find(pair)).toMatchObject({ epoch: 1, isFree: true })
    const second = await taken('b')
    await leases.release(first)
    await expect(leases.assertHeld(second)).resolves.toBeUndefined()
  })

  it('that was given back cannot be renewed, although nobody has taken it', async () => {
    const lease = await taken('a')
    await leases.release(lease)
    await expect(leases.renew(lease)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect(await leases.find(pair)).toMatchObject({ isFree: true })
  })

  it('is renewed before it is used when the warehouse took longer than it holds', async () => {
    const slow: Sql = {
      query: (sql, params) => control.query(sql, params),
      async execute(sql, params) {
        await clock.pass(ttlMs)
        return control.execute(sql, params)
      },
    }
    const lease = (await leasesIn(slow, 'main.customerio', clock).take(taker('a'))) as Lease
    expect(control.statements.filter((sql) => sql.startsWith('UPDATE'))).toHaveLength(2)
    expect(lease.epoch).toBe(1)
  })

  it('goes to one of many that want it at the same moment', async () => {
    const got = await Promise.all(Array.from({ length: 12 }, (_, i) => leases.take(taker(`p${i}`))))
    const winners = got.filter((one): one is Lease => 'epoch' in one)
    expect(winners).toHaveLength(1)
    for (const one of got) if ('heldBy' in one) expect(one.heldBy).toBe(winners[0]?.owner)
  })

  it('goes to one of two takes of one process', async () => {
    const got: (Lease | Held)[] = await Promise.all([
      leases.take(taker('same')),
      leases.take(taker('same')),
    ])
    expect(got.filter((one) => 'epoch' in one)).toHaveLength(1)
  })
})

describe('what was lost', () => {
  it.each<[string, (lease: Lease) => Promise<unknown>]>([
    ['is not renewed', (lease) => leases.renew(lease)],
    ['is not held', (lease) => leases.assertHeld(lease)],
    ['moves no checkpoint', (lease) => leases.moveCheckpoint(lease, { window: 9 })],
  ])('%s', async (_, act) => {
    const first = await taken('a')
    control.now += ttlMs + 1
    await taken('b')
    const before = await row()
    await expect(act(first)).rejects.toMatchObject({ code: 'LEASE_LOST', exitCode: 5 })
    expect(await row()).toEqual(before)
  })

  it('closes no window', async () => {
    const windows = windowsIn(control, 'main.customerio')
    const { windowId } = await windows.open(emptyWindow)
    const first = await taken('a')
    control.now += ttlMs + 1
    const second = await taken('b')
    await expect(windows.close(windowId, new Date(0), first)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    })
    expect(await windows.findOpen('customers', 'eu')).toBeDefined()
    await windows.close(windowId, new Date(0), second)
    await windows.close(windowId, new Date(0), second)
    expect(await windows.findOpen('customers', 'eu')).toBeUndefined()
  })
})

describe('a checkpoint', () => {
  it('comes back as it was written', async () => {
    const position = {
      window: 4,
      tableId: 'a"b',
      version: 12,
      committedAt: 1_770_000_000_123,
      cursor: '["2026-01-01","k\'"]',
    }
    await leases.moveCheckpoint(await taken('a'), position)
    expect((await leases.find(pair))?.position).toEqual(position)
    expect(await row()).toMatchObject({ window_id: 'customers.eu.000004', window_number: 4 })
  })

  it('can be moved to where it is, and never back', async () => {
    const lease = await taken('a')
    await leases.moveCheckpoint(lease, { window: 4, version: 12 })
    await leases.moveCheckpoint(lease, { window: 4, version: 12 })
    await expect(leases.moveCheckpoint(lease, { window: 3, version: 9 })).rejects.toMatchObject({
      code: 'CHECKPOINT_AHEAD',
    })
    expect((await leases.find(pair))?.position).toEqual({ window: 4, version: 12 })
  })

  it.each(['{', '[]', 'null', '{"window":"4"}', '{"window":4,"version":"x"}'])(
    '%p is refused by name',
    async (text) => {
      await control.execute('UPDATE `main`.`customerio`.`checkpoints` SET `position` = :text', {
        text,
      })
      await expect(leases.find(pair)).rejects.toMatchObject({ code: 'POSITION_INVALID' })
    },
  )
})

const emptyWindow: NewWindow = {
  ...pair,
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
