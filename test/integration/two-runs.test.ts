import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { leasesIn } from '../../src/audit/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    "CREATE TABLE main.shop.people USING DELTA AS SELECT id, repeat('x', 2000) AS note FROM range(2000)",
  )
})
afterEach(async () => {
  await bench.close()
})

const files = {
  'syncs/people.yml': `sync: people
brakes: { first_run: allow }
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { note: note }, limits: { attribute_values: warn } }
`,
}
const codeOf = (ending: PromiseSettledResult<unknown>) =>
  ending.status === 'fulfilled' ? 'done' : (ending.reason as { code: string }).code

it('two runs of one sync that start together: one works, the other says who does, nothing is sent twice', async () => {
  const one = await bench.ready(files)
  const other = await bench.open(files)
  bench.faults('customerio:POST /v1/batch:delay=500')
  const endings = (await Promise.allSettled([run(one), run(other)])).map(codeOf).sort()
  expect(endings).toEqual(['LEASE_HELD', 'done'])
  expect(bench.twin.store.messages().every(({ times }) => times === 1)).toBe(true)
  expect(await bench.sql('SELECT delivered, pending FROM main.customerio.account')).toEqual([
    { delivered: 2000, pending: 0 },
  ])
})

it('a run gives its lease back, also when it fails, and moves the checkpoint only when its window closes', async () => {
  const parts = await bench.ready(files)
  const leases = leasesIn(parts.warehouse, parts.project.control, parts.clock)
  const pair = { sync: 'people', destination: 'us' }
  bench.faults('customerio:POST /v1/batch:status=401')
  expect(await failureOf(run(parts))).toMatchObject({ code: 'UNAUTHORIZED' })
  expect(await leases.find(pair)).toMatchObject({ isFree: true, epoch: 1 })
  expect((await leases.find(pair))?.position).toBeUndefined()
  bench.faults()
  await run(parts)
  expect(await leases.find(pair)).toMatchObject({
    isFree: true,
    epoch: 2,
    position: { window: 1, version: 0, committedAt: expect.any(Number) },
  })
})

it('a run whose lease another one took meanwhile cannot close its window', async () => {
  const parts = await bench.ready(files)
  const leases = leasesIn(parts.warehouse, parts.project.control, parts.clock)
  const thief = { sync: 'people', destination: 'us', owner: 'elsewhere/1/1', ttlMs: 60_000 }
  let stolen = false
  const error = await failureOf(
    run(parts, 'us', {
      onProgress: ({ step }) => {
        if (step !== 'send' || stolen) return
        stolen = true
        void leases.take({ ...thief, ownerIsDead: () => true })
      },
    }),
  )
  expect(error).toMatchObject({ code: 'LEASE_LOST', exitCode: 5 })
  expect(await bench.sql('SELECT state FROM main.customerio.windows')).toEqual([{ state: 'open' }])
})
