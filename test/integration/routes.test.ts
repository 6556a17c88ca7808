import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { exitCodeOf, type Parts, runAll } from '../../src/sync/index.ts'
import { type Bench, startBench, twoWorkspaces } from '../support/bench.ts'

const files = {
  'customerio.yml': twoWorkspaces,
  'syncs/people.yml': `sync: people
brakes: { first_run: allow }
source: { table: main.shop.people, key: id, changes: full }
send:
  call: identify
  to: { by: region, routes: { EU: eu, US: us }, else: invalid }
  person: { id: id }
  traits: { city: city }
`,
}

/** Down for good after a moment: five failures open the breaker, which gives up after half a second. */
const hasty = {
  session: { firstPauseMs: 10, longestPauseMs: 200, retryBudgetMs: 20_000 },
  delivery: {
    backoff: { firstMs: 10, mostMs: 50 },
    deadlineMs: 30_000,
    breaker: {
      failuresInRow: 5,
      failedShare: 0.8,
      leastAnswers: 50,
      spanMs: 30_000,
      probeAfterMs: 50,
      mostOpenMs: 500,
    },
  },
}

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS
      SELECT CAST(id AS BIGINT) AS id, CASE WHEN id % 3 = 0 THEN 'EU' WHEN id % 3 = 1 THEN 'US' ELSE 'MOON' END AS region, 'Oslo' AS city
      FROM range(300)
      UNION ALL SELECT * FROM VALUES (CAST(NULL AS BIGINT), 'US', 'a'), (NULL, 'EU', 'b'), (1000, 'US', 'c'), (1000, 'US', 'd'),
        (2000, 'EU', 'e'), (2000, 'US', 'f'), (3000, NULL, 'g')`,
  )
})
afterEach(async () => {
  await bench.close()
})

const accounts = () =>
  bench.sql('SELECT * FROM main.customerio.account ORDER BY destination, window_number')

const runBoth = (parts: Parts) => runAll(parts, parts.project.syncs)

describe('rows with two routes', () => {
  it('go to the workspace of their region, and to no other', async () => {
    const endings = await runBoth(await bench.ready(files))
    expect(exitCodeOf(endings)).toBe(0)
    const ids = (region: 'us' | 'eu') =>
      bench.twin.store
        .people(region)
        .map(({ id }) => Number(id) % 3)
        .filter((rest, i, all) => all.indexOf(rest) === i)
    expect(bench.twin.store.people('eu')).toHaveLength(100)
    expect(bench.twin.store.people('us')).toHaveLength(100)
    expect([ids('eu'), ids('us')]).toEqual([[0], [1]])
  })

  it('are all accounted for once: without a key, with a shared key, without a route', async () => {
    await runBoth(await bench.ready(files))
    const [eu, us] = await accounts()
    // EU is the first route, so what has none stands in its window: 100 of the MOON and one NULL.
    expect(eu).toMatchObject({ row_count: 203, delivered: 100, invalid: 103, pending: 0 })
    expect(us).toMatchObject({ row_count: 104, delivered: 100, invalid: 4, pending: 0 })
    const reasons = await bench.sql(
      'SELECT destination, reason, count(*) AS messages FROM main.customerio.dead_letters GROUP BY destination, reason',
    )
    expect(reasons).toEqual([{ destination: 'eu', reason: 'no_route', messages: 101 }])
    const keys = await bench.sql(
      'SELECT null_keys, duplicate_keys FROM main.customerio.windows ORDER BY destination',
    )
    expect(keys).toEqual([
      { null_keys: 1, duplicate_keys: 1 },
      { null_keys: 1, duplicate_keys: 3 },
    ])
  })
})

describe('a workspace that is down', () => {
  it('leaves its own window open and holds up no other; the next run finishes it', async () => {
    const parts = await bench.ready(files, { patience: hasty })
    bench.faults('customerio:POST /v1/batch:status=503,address=eu')
    const endings = await runBoth(parts)
    expect(endings).toMatchObject([
      { kind: 'failed', destination: 'eu', code: 'DESTINATION_DOWN', exitCode: 4 },
      { kind: 'finished', report: { destination: 'us' } },
    ])
    expect(exitCodeOf(endings)).toBe(4)
    expect((await accounts()).map(({ state }) => state)).toEqual(['open', 'closed'])
    expect(bench.twin.store.people('eu')).toEqual([])

    bench.faults()
    expect(exitCodeOf(await runBoth(parts))).toBe(0)
    const after = await accounts()
    expect(after.map(({ destination, state }) => [destination, state])).toEqual([
      ['eu', 'closed'],
      ['us', 'closed'],
      ['us', 'closed'],
    ])
    expect(after[0]).toMatchObject({ delivered: 100, invalid: 103, undelivered: 0, pending: 0 })
    expect(bench.twin.store.people('eu')).toHaveLength(100)
  })

  it('is told apart from one that refuses the key: 401 ends the run at once, and a new key finishes the window', async () => {
    const parts = await bench.ready(files, { patience: hasty })
    bench.faults('customerio:POST /v1/batch:status=401,address=us')
    const endings = await runBoth(parts)
    expect(endings).toMatchObject([
      { kind: 'finished', report: { destination: 'eu' } },
      { kind: 'failed', destination: 'us', code: 'UNAUTHORIZED', exitCode: 4 },
    ])
    expect(bench.twin.store.people('us')).toEqual([])
    bench.faults()
    await runBoth(parts)
    const first = (await accounts()).find(({ destination }) => destination === 'us')
    expect(first).toMatchObject({ state: 'closed', delivered: 100, undelivered: 0, pending: 0 })
  })
})
