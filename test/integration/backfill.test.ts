import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { backfillText } from '../../src/ops/index.ts'
import {
  abandonBackfill,
  type BackfillOptions,
  type BackfillStep,
  backfill,
  type Parts,
} from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

const table = 'main.shop.people'
const rows = 200
const people = (traits = 'name: name', more = '') => ({
  'syncs/people.yml': `sync: people
source: { table: ${table}, key: id }
send: { call: identify, person: { id: id }, traits: { ${traits} } }
${more}`,
})

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.shop', build(', id % 3 AS visits'))
})
afterEach(async () => {
  await bench.close()
})

const build = (more: string, count = rows) =>
  `CREATE OR REPLACE TABLE ${table} USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS SELECT id, concat('Person ', id) AS name, timestamp_seconds(1700000000 + id) AS at${more} FROM range(${count})`

async function fill(parts: Parts, options: Partial<BackfillOptions> = {}) {
  const [sync] = parts.project.syncs
  if (sync === undefined) throw new Error('the project has no sync')
  const given = { by: { who: 'ann' }, filter: {}, windows: 4, pauseMs: 0, ...options }
  const [ending] = await backfill(parts, sync, given)
  return ending
}
const names = (...ids: number[]) =>
  ids.map((id) => bench.twin.store.person(String(id))?.traits.name)
const windows = () =>
  bench.sql('SELECT kind, state, row_count FROM main.customerio.windows ORDER BY window_number')
const position = async () =>
  (await bench.sql('SELECT position FROM main.customerio.checkpoints'))[0]
/** Aborts when so many windows are done. */
function stopAfter(windowsDone: number) {
  const stop = new AbortController()
  const onStep = ({ done }: BackfillStep) => {
    if (done === windowsDone) stop.abort(new Error('stopped'))
  }
  return { signal: stop.signal, onStep }
}

describe('a backfill', () => {
  it('sends every row as it is now, in windows, and never moves the checkpoint', async () => {
    await run(await bench.ready(people()))
    const before = await position()
    const parts = await bench.ready(people('name: name, visits: visits'))
    const ending = await fill(parts, { by: { who: 'ann', why: 'a new trait' } })
    expect(ending).toMatchObject({
      kind: 'finished',
      report: { windows: 4, resumed: false, account: { rows, delivered: rows, unchanged: 0 } },
    })
    const [live, ...parts4] = await windows()
    expect(live).toMatchObject({ kind: 'sync' })
    expect(parts4.map(({ kind }) => kind)).toEqual(Array(4).fill('backfill'))
    expect(parts4.every(({ row_count }) => Number(row_count) > 20)).toBe(true)
    expect(bench.twin.store.person('8')?.traits).toMatchObject({ visits: 2 })
    expect(await position()).toEqual(before)
    expect(await bench.sql('SELECT act, actor, why, details FROM main.customerio.acts')).toEqual([
      { act: 'backfill', actor: 'ann', why: 'a new trait', details: '{"windows":4}' },
    ])
    if (ending !== undefined) {
      expect(backfillText([ending], 'c').join('\n')).toMatch(/people +us +4 +200 +200 +0/)
    }
    expect((await run(parts)).account).toMatchObject({ rows: 0 })
  })

  it('that was stopped goes on where it was, and another one is refused until it is given up', async () => {
    const parts = await bench.ready(people())
    await run(parts)
    expect(await fill(parts, stopAfter(2))).toMatchObject({ kind: 'failed' })
    expect(await fill(parts, { filter: { mapping: 'x' } })).toMatchObject({
      code: 'BACKFILL_UNFINISHED',
      exitCode: 2,
      message: expect.stringMatching(/2 of 4 windows.*backfill people" goes on.*--abandon/),
    })
    const steps: BackfillStep[] = []
    const onStep = (step: BackfillStep) => steps.push(step)
    expect(await fill(parts, { onStep, windows: 9 })).toMatchObject({
      report: { resumed: true, windows: 4, account: { rows, delivered: rows } },
    })
    expect(steps.map(({ done }) => done)).toEqual([2, 3, 4])
    expect(steps.at(-1)?.secondsLeft).toBe(0)
    expect(await windows()).toHaveLength(5)

    await fill(parts, stopAfter(1))
    const [sync] = parts.project.syncs
    if (sync === undefined) throw new Error('the project has no sync')
    const by = { who: 'ann' }
    expect(await abandonBackfill(parts, sync, { by })).toMatchObject([
      { report: { windows: 4, done: 1 } },
    ])
    expect(await abandonBackfill(parts, sync, { by })).toEqual([
      { kind: 'finished', report: { sync: 'people', destination: 'us' } },
    ])
    expect(await fill(parts, { filter: { mapping: 'x' } })).toMatchObject({
      report: { windows: 0 },
    })
  })

  it('that died within a window is taken up by whoever comes next, and each part is sent once', async () => {
    const parts = await bench.ready(people())
    await run(parts)
    bench.faults('customerio:POST /v1/batch:status=401')
    expect(await fill(parts)).toMatchObject({ kind: 'failed', code: 'UNAUTHORIZED' })
    bench.faults()
    // A run on schedule finishes the window that is open; the backfill then does the others.
    expect(await run(parts)).toMatchObject({ kind: 'backfill', resumed: true })
    expect(await fill(parts)).toMatchObject({ report: { account: { rows, delivered: rows } } })
    expect(await windows()).toHaveLength(5)
  })

  it('lets runs go on in between, and the newer state wins', async () => {
    const parts = await bench.ready(people())
    await run(parts)
    const live: unknown[] = []
    let isChanged = false
    const change = async () => {
      await bench.sql(`UPDATE ${table} SET name = 'newer' WHERE id IN (3, 50, 77, 120, 199)`)
      live.push((await run(parts)).account.delivered)
    }
    // The pause between two windows is where others have the lease.
    const clock = {
      ...parts.clock,
      async sleep(ms: number, signal?: AbortSignal) {
        if (ms === 12_345 && !isChanged) {
          isChanged = true
          return change()
        }
        return ms === 12_345 ? undefined : parts.clock.sleep(ms, signal)
      },
    }
    expect(await fill({ ...parts, clock }, { pauseMs: 12_345 })).toMatchObject({
      report: { account: { delivered: rows } },
    })
    expect(live).toEqual([5])
    expect(names(3, 50, 77, 120, 199)).toEqual(Array(5).fill('newer'))
    expect((await run(parts)).account).toMatchObject({ delivered: 0 })
  })

  it('makes a run that meets it wait, while another run is refused at once', async () => {
    const parts = await bench.ready(people())
    await run(parts)
    await bench.sql(`UPDATE ${table} SET name = 'live' WHERE id = 5`)
    bench.faults('customerio:POST /v1/batch:delay=1500')
    const [filled, report] = await Promise.all([
      fill(parts, { pauseMs: 4_000, windows: 2 }),
      parts.clock.sleep(1_000).then(() => run(parts)),
    ])
    expect(filled).toMatchObject({ report: { account: { delivered: rows } } })
    expect(report).toMatchObject({ kind: 'sync', account: { pending: 0 } })
    await bench.sql(`UPDATE ${table} SET name = 'again' WHERE id = 5`)
    bench.faults('customerio:POST /v1/batch:delay=3000')
    const first = run(parts)
    await parts.clock.sleep(1_000)
    expect(await failureOf(run(parts))).toMatchObject({ code: 'LEASE_HELD' })
    expect((await run(parts, 'us', { waitMs: 60_000 })).account).toMatchObject({ delivered: 0 })
    expect((await first).account).toMatchObject({ delivered: 1 })
  })

  it('by run or mapping is the way back from a bad deploy', async () => {
    const first = await run(await bench.ready(people()))
    const bad = await bench.ready(people('name: { value: oops }'))
    await bench.sql(`UPDATE ${table} SET visits = 9 WHERE id < 30`)
    await bench.sql(`UPDATE ${table} SET name = concat(name, '!') WHERE id < 10`)
    const { runId } = await run(bad)
    expect(names(9, 10)).toEqual(['oops', 'Person 10'])
    const good = await bench.ready(people())
    const [used] = await bench.sql(
      "SELECT mapping_hash FROM main.customerio.ledger WHERE message_key = '[9]'",
    )
    const filter = { mapping: String(used?.mapping_hash) }
    expect(await fill(good, { filter, windows: 1 })).toMatchObject({
      report: { account: { rows: 10, delivered: 10 } },
    })
    expect(names(9, 10)).toEqual(['Person 9!', 'Person 10'])
    expect(await fill(good, { filter: { run: runId }, windows: 2 })).toMatchObject({
      report: { account: { rows: 10, delivered: 10 } },
    })
    const times = { run: first.runId, to: Date.now() - 3600_000 }
    expect(await fill(good, { filter: times })).toMatchObject({ report: { windows: 0 } })
  })

  it('is a way on when the old mapping has lost its columns', async () => {
    await run(await bench.ready(people('name: name, visits: visits')))
    await bench.sql(build('', rows - 10))
    const parts = await bench.ready(people())
    expect(await failureOf(run(parts))).toMatchObject({ code: 'MAPPING_GONE' })
    expect(await fill(parts)).toMatchObject({
      report: { account: { rows, delivered: rows - 10, ignored: 10 } },
    })
    await bench.sql(build('', rows - 10))
    expect((await run(parts)).account).toMatchObject({ delivered: 0, unchanged: rows - 10 })
  })

  it('of events sends none that was delivered', async () => {
    const parts = await bench.ready({
      'syncs/visits.yml': `sync: visits
source: { table: ${table}, key: id, start: all }
send: { call: track, event: Visited, person: { id: id }, at: at }
`,
    })
    await run(parts)
    const before = bench.twin.store.counts().requests
    await bench.sql(
      `INSERT INTO ${table} VALUES (900, 'late', TIMESTAMP '2026-01-01T00:00:00Z', 1)`,
    )
    expect(await fill(parts, { windows: 2 })).toMatchObject({
      report: { account: { rows: rows + 1, delivered: 1, unchanged: rows } },
    })
    expect(bench.twin.store.counts().requests).toBe(before + 1)
  })

  it('obeys the brakes for all of it before its first window', async () => {
    const parts = await bench.ready(people('name: name', 'brakes: { max_rows: 150 }\n'))
    const ending = await fill(parts)
    expect(ending).toMatchObject({ kind: 'failed', code: 'BRAKED', exitCode: 8 })
    expect(await bench.sql('SELECT act FROM main.customerio.acts')).toEqual([])
    const text = ending?.kind === 'failed' ? ending.message : ''
    const confirmed = [/--confirm (\w+)/.exec(text)?.[1] ?? '']
    expect(await fill(parts, { confirmed, windows: 1 })).toMatchObject({
      report: { account: { delivered: rows } },
    })
  })
})
