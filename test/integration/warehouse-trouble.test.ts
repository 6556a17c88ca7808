import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Parts } from '../../src/sync/index.ts'
import type { TwinOptions } from '../../src/twin/index.ts'
import { type Bench, failureOf, inAHurry, run, startBench } from '../support/bench.ts'

const rows = 5000
const files = {
  'syncs/people.yml': `sync: people
brakes: { first_run: allow }
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { name: name } }
`,
}

/** A reply that stops half way is noticed after a second. */
const attentive = { ...inAHurry, session: { ...inAHurry.session, replyTimeoutMs: 1000 } }

const pages = { results: { pageRows: 500 } }

/** One twin serves all tests that need nothing special of it; `bench` is that of the test that runs. */
let common: Bench
let bench: Bench
beforeAll(async () => {
  common = await prepared(pages)
})
afterEach(async () => {
  common.faults()
  if (bench !== common) await bench.close()
})
afterAll(async () => {
  await common?.close()
})

async function prepared(options: Partial<TwinOptions>): Promise<Bench> {
  const made = await startBench(options)
  await made.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('Name ', id) AS name FROM range(${rows})`,
  )
  await made.ready(files)
  return made
}

/** Fresh parts, so that each test opens a session of its own; with options, on a twin of its own. */
async function start(
  options?: Partial<TwinOptions>,
  environment: Record<string, string> = {},
): Promise<Parts> {
  bench = options === undefined ? common : await prepared(options)
  return await bench.open(files, { environment, patience: attentive })
}

/** Runs, and expects that every row arrived once in spite of the faults, which all happened. */
async function expectAll(parts: Parts): Promise<void> {
  const before = bench.twin.store.counts().messages
  const { account } = await run(parts)
  expect(account).toMatchObject({ rows, delivered: rows, pending: 0 })
  expect(bench.twin.store.people()).toHaveLength(rows)
  expect(bench.twin.store.counts().messages - before).toBe(rows)
  for (const { rule, fired } of bench.twin.faults.counters()) {
    expect([rule.call, fired > 0]).toEqual([rule.call, true])
  }
}

describe('a run gets through', () => {
  it.each([
    ['503 where sessions are opened', ['OpenSession:status=503,times=3']],
    ['503 where statements are started', ['ExecuteStatement:status=503,every=4']],
    ['429 where statements are started', ['ExecuteStatement:status=429,every=5']],
    ['503 in the middle of a read', ['FetchResults:status=503,nth=3+6']],
    [
      'connections that break before and after a statement',
      ['ExecuteStatement:reset=before,nth=3+7', 'ExecuteStatement:reset=after,nth=5+11'],
    ],
    [
      'connections that break in the middle of a read',
      ['FetchResults:reset=after,nth=2', 'FetchResults:reset=before,nth=9'],
    ],
    [
      'answers that stop half way',
      ['FetchResults:truncate,nth=4', 'ExecuteStatement:truncate,nth=6'],
    ],
    [
      'sessions that end',
      ['ExecuteStatement:act=expire-session,nth=2+9', 'FetchResults:act=expire-session,nth=3'],
    ],
    ['results that are evicted', ['FetchResults:act=evict-operation,nth=2+6']],
  ])('%s', async (_, rules) => {
    const parts = await start()
    bench.faults(...rules.map((rule) => `warehouse:${rule}`))
    await expectAll(parts)
  })

  it('503 from the workspace while parts are uploaded and secrets read', async () => {
    const parts = await start()
    bench.faults(
      'workspace:PUT /api/2.0/fs/files/*:status=503,nth=1+3',
      'workspace:GET /api/2.0/secrets/get:status=503,times=1',
      'workspace:GET /api/2.0/fs/directories/*:reset=after,times=1',
    )
    await expectAll(parts)
  })

  it('links of large results that have expired, when CloudFetch is on', async () => {
    const calls: string[] = []
    const parts = await start(
      {
        results: { cloudFetchMinRows: 1000, cloudFetchFileRows: 1500 },
        onRequest: ({ label = '' }) => calls.push(label),
      },
      { CUSTOMERIO_JOBS_CLOUD_FETCH: '1' },
    )
    bench.faults('warehouse:FetchResults:act=expire-link,nth=1')
    await expectAll(parts)
    expect(calls.filter((label) => label === 'CloudFetch').length).toBeGreaterThanOrEqual(4)
  })

  it('a warehouse that is stopped: it is started and waited for', async () => {
    const parts = await start({ warehouse: { startDelayMs: 1500 } })
    bench.twin.warehouse.stop()
    await expectAll(parts)
    expect(bench.twin.warehouse.state()).toBe('RUNNING')
  })

  it('tokens that end while it runs', async () => {
    await expectAll(await start({ tokenLifetimeMs: 2000 }))
  })

  it('a token that ends before its time', async () => {
    const parts = await start()
    bench.faults('warehouse:ExecuteStatement:status=403,times=1')
    await expectAll(parts)
    bench.faults('workspace:PUT /api/2.0/fs/files/*:act=expire-token,times=1')
    expect((await run(parts)).account).toMatchObject({ delivered: rows, pending: 0 })
  })
})

describe('a warehouse that stays away', () => {
  it('is told about once the time for it is spent, and nothing is sent', async () => {
    await start()
    const parts = await bench.open(files, {
      patience: {
        ...inAHurry,
        session: { firstPauseMs: 10, longestPauseMs: 50, retryBudgetMs: 300 },
      },
    })
    const before = bench.twin.store.counts().requests
    bench.faults('warehouse:*:status=503')
    expect(await failureOf(run(parts))).toMatchObject({
      code: 'WAREHOUSE_UNAVAILABLE',
      exitCode: 3,
      message: expect.stringContaining('HTTP_503'),
    })
    expect(bench.twin.store.counts().requests).toBe(before)
    bench.faults()
    expect((await run(parts)).account).toMatchObject({ delivered: rows, pending: 0 })
  })
})
