import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { actsIn, controlStatements, holdsIn, mappingsIn } from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'
import { HandClock } from './support.ts'

let control: DuckControl
let clock: HandClock
beforeEach(async () => {
  control = await DuckControl.open()
  clock = new HandClock()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
})
afterEach(() => control.close())

describe('mappings', () => {
  it('are kept from their first use on, each once per sync, the oldest first', async () => {
    const mappings = mappingsIn(control, 'main.customerio', clock)
    const first = new Date(clock.now())
    await mappings.remember('b', '{"event":"it\'s \\"done\\""}', 'customers', ['a"b', 'id'], [])
    await clock.pass(1000)
    await mappings.remember('a', '{}', 'customers', [], [])
    await mappings.remember('b', '{"event":"it\'s \\"done\\""}', 'customers', [], [])
    await mappings.remember('b', '{"event":"it\'s \\"done\\""}', 'people', [], [])
    expect(await mappings.all('customers')).toEqual([
      {
        hash: 'b',
        text: '{"event":"it\'s \\"done\\""}',
        rowColumns: ['a"b', 'id'],
        firstUsedAt: first,
      },
      { hash: 'a', text: '{}', rowColumns: [], firstUsedAt: new Date(clock.now()) },
    ])
    expect(await mappings.all('people')).toHaveLength(1)
    expect(await mappings.all('orders')).toEqual([])

    await control.execute('UPDATE `main`.`customerio`.`mappings` SET `row_columns` = NULL')
    expect((await mappings.all('people'))[0]).not.toHaveProperty('rowColumns')
  })
})

describe('holds', () => {
  it('keep back one sync until it is let go, with who and why', async () => {
    const holds = holdsIn(control, 'main.customerio', clock)
    await holds.hold('customers', 'ann', 'wrong prices')
    expect(await holds.isHeld('customers')).toEqual({
      sync: 'customers',
      why: 'wrong prices',
      heldBy: 'ann',
      heldAt: new Date(clock.now()),
    })
    expect(await holds.isHeld('orders')).toBeUndefined()
    await holds.release('customers', 'bob', 'mended')
    expect(await holds.isHeld('customers')).toBeUndefined()
  })

  it('of every sync are let go only as such', async () => {
    const holds = holdsIn(control, 'main.customerio', clock)
    await holds.hold(null, 'ann', 'audit')
    await clock.pass(1)
    await holds.hold('customers', 'ann', 'prices')
    expect(await holds.isHeld('orders')).toMatchObject({ why: 'audit' })
    await holds.release('customers', 'ann')
    expect(await holds.isHeld('customers')).not.toHaveProperty('sync')
    await holds.release(null, 'ann')
    expect(await holds.isHeld('customers')).toBeUndefined()
  })

  it('that were set twice are let go together, and may be set again', async () => {
    const holds = holdsIn(control, 'main.customerio', clock)
    await holds.hold('customers', 'ann', 'one')
    await holds.hold('customers', 'bob', 'two')
    await holds.release('customers', 'cid')
    expect(await holds.isHeld('customers')).toBeUndefined()
    await holds.hold('customers', 'ann', 'three')
    expect(await holds.isHeld('customers')).toMatchObject({ why: 'three' })
  })

  it('of a single key do not hold the sync, and stay when the sync is let go', async () => {
    const holds = holdsIn(control, 'main.customerio', clock)
    await control.execute(
      "INSERT INTO `main`.`customerio`.`holds` BY NAME SELECT 'h' AS hold_id, 'customers' AS sync, '[1]' AS message_key, 'w' AS why, 'ann' AS held_by, TIMESTAMP '2026-01-01' AS held_at",
    )
    expect(await holds.isHeld('customers')).toBeUndefined()
    await holds.release('customers', 'ann')
    const [row] = await control.query('SELECT * FROM `main`.`customerio`.`holds`')
    expect(row?.released_at).toBeNull()
  })

  it('are acts', async () => {
    const holds = holdsIn(control, 'main.customerio', clock)
    await holds.hold('customers', 'ann', 'wrong prices')
    await clock.pass(1)
    await holds.release(null, 'bob')
    const acts = await control.query('SELECT * FROM `main`.`customerio`.`acts` ORDER BY `acted_at`')
    expect(acts).toMatchObject([
      { act: 'hold', sync: 'customers', actor: 'ann', why: 'wrong prices' },
      { act: 'release', sync: null, actor: 'bob', why: null },
    ])
  })
})

describe('acts', () => {
  it('say who did what, where and why, each under an id of its own', async () => {
    const acts = actsIn(control, 'main.customerio', clock)
    const full = {
      act: 'replay',
      who: 'ann',
      why: 'bad deploy',
      sync: 'customers',
      destination: 'eu',
      windowId: 'customers.eu.000001',
      details: { dry: false, reason: 'http_429', most: 10 },
    }
    const ids = [await acts.record(full), await acts.record({ act: 'rebase', who: 'bob' })]
    const rows = await control.query('SELECT * FROM `main`.`customerio`.`acts` ORDER BY `act` DESC')
    expect(rows.map(({ act_id }) => act_id)).toEqual(ids)
    expect(rows[0]).toMatchObject({
      act: 'replay',
      actor: 'ann',
      why: 'bad deploy',
      sync: 'customers',
      destination: 'eu',
      window_id: 'customers.eu.000001',
      details: '{"dry":false,"reason":"http_429","most":10}',
    })
    expect(rows[0]?.acted_at).toEqual(new Date(clock.now()))
  })
})
