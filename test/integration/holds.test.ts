import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { hold, release, whoActs } from '../../src/ops/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, failureOf, startBench } from '../support/bench.ts'

const files = {
  'syncs/customers.yml': `sync: customers
brakes: { first_run: allow }
source: { table: main.shop.customers, key: id, changes: full }
send: { call: identify, person: { id: id } }
`,
  'syncs/orders.yml': `sync: orders
brakes: { first_run: allow }
source: { table: main.shop.orders, key: id, changes: full }
send: { call: identify, person: { id: id } }
`,
}

let bench: Bench
let parts: Parts
beforeAll(async () => {
  bench = await startBench()
  parts = await bench.ready(files, { environment: { CUSTOMERIO_JOBS_STARTED_BY: 'ann' } })
})
afterAll(async () => {
  await bench?.close()
})

const acts = () =>
  bench.sql('SELECT act, sync, actor, why FROM main.customerio.acts ORDER BY acted_at, act_id')

describe('a hold', () => {
  it('is written down with who and why, e-mail addresses blotted out, and ends by a release', async () => {
    expect(await hold(parts, 'orders', ' ask bo@example.com first ')).toEqual({
      act: 'hold',
      sync: 'orders',
      who: 'ann',
      why: 'ask [e-mail] first',
    })
    expect(await release(parts, 'orders')).toEqual({
      act: 'release',
      sync: 'orders',
      who: 'ann',
      ended: 1,
    })
    expect(await acts()).toEqual([
      { act: 'hold', sync: 'orders', actor: 'ann', why: 'ask [e-mail] first' },
      { act: 'release', sync: 'orders', actor: 'ann', why: null },
    ])
  })

  it('of every sync outlasts the release of one, and says so', async () => {
    await hold(parts, null, 'audit')
    await hold(parts, 'orders', 'prices')
    const one = await release(parts, 'orders')
    expect(one).toMatchObject({ ended: 1, still: { why: 'audit', heldBy: 'ann' } })
    expect(await release(parts, null)).toMatchObject({ sync: null, ended: 1 })
    expect(await release(parts, 'orders')).toEqual({
      act: 'release',
      sync: 'orders',
      who: 'ann',
      ended: 0,
    })
  })

  it('needs a reason, and a sync of the project: a near miss is told', async () => {
    const before = await acts()
    expect(await failureOf(hold(parts, 'orders', '  '))).toMatchObject({ code: 'WHY_MISSING' })
    for (const act of [hold(parts, 'order', 'why'), release(parts, 'order')]) {
      const error = await failureOf(act)
      expect(error).toMatchObject({ code: 'SYNC_UNKNOWN', exitCode: 2 })
      expect(error.message).toContain('did you mean "orders"?')
    }
    expect(await acts()).toEqual(before)
  })

  it('of a sync that left the project can still be let go', async () => {
    await hold(parts, 'orders', 'retired')
    const without = await bench.open({ 'syncs/customers.yml': files['syncs/customers.yml'] })
    expect(await release(without, 'orders')).toMatchObject({ ended: 1 })
    expect(await failureOf(release(without, 'orders'))).toMatchObject({ code: 'SYNC_UNKNOWN' })
  })
})

describe('who acts', () => {
  it('is whom the job says, else whom the warehouse knows, else the user of the machine', async () => {
    const [known] = await bench.sql('SELECT current_user() AS who')
    const { warehouse } = parts
    const said = (environment: Record<string, string>) => whoActs({ warehouse, environment })
    expect(await said({ CUSTOMERIO_JOBS_STARTED_BY: 'job 7', USER: 'me' })).toBe('job 7')
    expect(await said({ CUSTOMERIO_JOBS_STARTED_BY: '', USER: 'me' })).toBe(known?.who)
    const nobody = { ...warehouse, query: async () => [{ who: null }] }
    expect(await whoActs({ warehouse: nobody, environment: { USER: 'me' } })).toBe('me')
    expect(await whoActs({ warehouse: nobody, environment: {} })).toBe('unknown')
  })
})
