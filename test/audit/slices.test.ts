import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  controlStatements,
  leasesIn,
  readSlice,
  type SliceLeases,
  sliceLeasesIn,
  sliceName,
  slicePair,
} from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'
import { HandClock } from './support.ts'

const pair = { sync: 'customers', destination: 'eu' }
let control: DuckControl
let slices: SliceLeases
const clock = new HandClock()
beforeEach(async () => {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  slices = sliceLeasesIn(control, 'main.customerio', clock)
})
afterEach(() => control.close())

const leases = () => leasesIn(control, 'main.customerio', clock)
const names = async () =>
  (
    await control.query(
      'SELECT `sync`, `destination` FROM `main`.`customerio`.`checkpoints` ORDER BY ALL',
    )
  ).map(({ sync, destination }) => `${sync} → ${destination}`)

it('writes a slice as the third of eight, and reads nothing else', () => {
  expect(readSlice('3/8')).toEqual({ number: 3, of: 8 })
  expect(sliceName({ number: 3, of: 8 })).toBe('3/8')
  for (const text of ['', '3', '0/8', '9/8', '3/8 ', '-1/8', '1/1000', '3/08', '{{input}}/8'])
    expect(() => readSlice(text)).toThrow(expect.objectContaining({ code: 'SLICES_INVALID' }))
})

describe('the rows of slices', () => {
  it('stand beside that of the sync and those of others, and a new cut takes the place of the old one', async () => {
    const others = [
      { sync: 'customers', destination: 'us' },
      { sync: 'customers_2', destination: 'eu' },
    ]
    await leases().ensure([pair, ...others])
    await slices.cut({ sync: 'customers', destination: 'us' }, 1)
    await slices.cut({ sync: 'customers_2', destination: 'eu' }, 1)
    await slices.cut(pair, 12)
    expect(await slices.cutInto(pair)).toBe(12)
    await slices.cut(pair, 2)
    await slices.cut(pair, 2)
    expect(await slices.cutInto(pair)).toBe(2)
    expect(await slices.cutInto({ sync: 'customer', destination: 'eu' })).toBe(0)
    expect(await names()).toEqual([
      'customers → eu',
      'customers → us',
      'customers#1/1 → us',
      'customers#1/2 → eu',
      'customers#2/2 → eu',
      'customers_2 → eu',
      'customers_2#1/1 → eu',
    ])
  })

  it('keep a lease that is held, and tell who is at work', async () => {
    await leases().ensure([pair])
    await slices.cut(pair, 3)
    expect(await slices.atWork(pair)).toEqual([])
    const taker = { ...slicePair(pair, { number: 2, of: 3 }), owner: 'a', ttlMs: 60_000 }
    const lease = await leases().take(taker)
    if ('heldBy' in lease) throw new Error('it was free')
    await slices.cut(pair, 3)
    expect(await slices.atWork(pair)).toEqual([
      { slice: '2/3', owner: 'a', until: expect.any(Date) },
    ])
    // The whole is another lease, and one of another destination is none of ours.
    await leases().take({ ...pair, owner: 'b', ttlMs: 60_000 })
    expect(await slices.atWork(pair)).toHaveLength(1)
    expect(await slices.atWork({ ...pair, destination: 'us' })).toEqual([])
    await leases().release(lease)
    expect(await slices.atWork(pair)).toEqual([])
  })
})
