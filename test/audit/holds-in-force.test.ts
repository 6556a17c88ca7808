import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { controlStatements, holdsIn } from '../../src/audit/index.ts'
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

describe('holds', () => {
  it('in force are told whole, the oldest first, without those of single keys', async () => {
    const holds = holdsIn(control, 'main.customerio', clock)
    expect(await holds.inForce()).toEqual([])
    const heldAt = new Date(clock.now())
    await holds.hold('orders', 'ann', 'first')
    await clock.pass(1)
    await holds.hold(null, 'bob', 'second')
    await holds.hold('customers', 'ann', 'gone')
    await holds.release('customers', 'ann')
    await control.execute(
      "INSERT INTO `main`.`customerio`.`holds` BY NAME SELECT 'h' AS hold_id, 'customers' AS sync, '[1]' AS message_key, 'w' AS why, 'ann' AS held_by, TIMESTAMP '2026-01-01' AS held_at",
    )
    expect(await holds.inForce()).toEqual([
      { sync: 'orders', why: 'first', heldBy: 'ann', heldAt },
      { why: 'second', heldBy: 'bob', heldAt: new Date(clock.now()) },
    ])
  })
})
