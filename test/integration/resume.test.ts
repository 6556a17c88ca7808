import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RunStopped } from '../../src/core/index.ts'
import { exitCodeOf, type Parts, runAll } from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS
      SELECT id, 'secret' AS ssn, repeat('x', 4000) AS note FROM range(3000)`,
    `CREATE TABLE main.shop.steps USING DELTA AS
      SELECT id, concat('p', id % 9) AS person, repeat('y', 4000) AS note, CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) AS at
      FROM range(3000)`,
  )
})
afterEach(async () => {
  await bench.close()
})

const people = `sync: people
brakes: { first_run: allow }
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { note: note }, limits: { attribute_values: warn } }
`

const steps = `sync: steps
brakes: { first_run: allow }
source: { query: "SELECT * FROM main.shop.steps", key: id, changes: full, start: all }
send: { call: track, event: Step, person: { id: person }, at: at, columns: { all: true, except: [person] } }
`

/** Stops a run as soon as some of its messages have arrived; the rest of its requests take their time. */
async function stopInTheMiddle(parts: Parts, onlyOne = false): Promise<unknown> {
  bench.faults('customerio:POST /v1/batch:delay=300,from=4')
  const controller = new AbortController()
  const options = {
    signal: controller.signal,
    onProgress: ({ step, done }: { step: string; done: number }) => {
      if (step === 'send' && done > 0) controller.abort(new RunStopped('stopped by the test'))
    },
  }
  try {
    return onlyOne
      ? await failureOf(run(parts, 'us', options))
      : await runAll(parts, parts.project.syncs, options)
  } finally {
    bench.faults()
  }
}

const window = async () => (await bench.sql('SELECT * FROM main.customerio.account'))[0]
const outcomes = () =>
  bench.sql('SELECT message_id, message_key, status, attempt FROM main.customerio.outcomes')

describe.each([
  ['states of a table', people],
  ['events of a query', steps],
])('a run of %s that is stopped in the middle', (_, file) => {
  it('ends with RUN_STOPPED, and what is known is written down in a window that stays open', async () => {
    const parts = await bench.ready({ 'syncs/it.yml': file })
    expect(await stopInTheMiddle(parts, true)).toMatchObject({ code: 'RUN_STOPPED', exitCode: 7 })
    const known = await outcomes()
    expect(known.length).toBeGreaterThan(0)
    expect(known.length).toBeLessThan(3000)
    expect(await window()).toMatchObject({ state: 'open', pending: 3000 - known.length })
    const received = new Set(bench.twin.store.messages().map(({ messageId }) => messageId))
    expect(known.every(({ message_id }) => received.has(String(message_id)))).toBe(true)
    expect(await bench.sql('SELECT exit_code, error_code FROM main.customerio.runs')).toEqual([
      { exit_code: 7, error_code: 'RUN_STOPPED' },
    ])
  })

  it('is gone on with by the next run: same window, same ids, one outcome per message', async () => {
    const parts = await bench.ready({ 'syncs/it.yml': file })
    await stopInTheMiddle(parts, true)
    const known = await outcomes()
    const before = bench.twin.store.counts().messages
    const report = await run(parts)
    expect(report.windowId).toMatch(/\.us\.000001$/)
    expect(report.account).toMatchObject({ rows: 3000, delivered: 3000, pending: 0 })
    expect(report.sent.delivered).toBe(3000 - known.length)

    const all = await outcomes()
    expect(all).toHaveLength(3000)
    expect(new Set(all.map(({ message_id }) => message_id)).size).toBe(3000)
    expect(new Set(all.map(({ message_key }) => message_key)).size).toBe(3000)
    // Sent again, under the same ids, is at most what was in flight when it stopped.
    const received = bench.twin.store.messages()
    expect(received).toHaveLength(3000)
    expect(bench.twin.store.counts().messages).toBe(before + 3000 - known.length)
    expect(new Set(received.map(({ messageId }) => messageId))).toEqual(
      new Set(all.map(({ message_id }) => message_id)),
    )
  })
})

describe('a signal', () => {
  it('is exit code 7 of the whole command, and what was not started says so', async () => {
    const parts = await bench.ready({ 'syncs/a.yml': people, 'syncs/b.yml': steps })
    const endings = (await stopInTheMiddle(parts)) as Awaited<ReturnType<typeof runAll>>
    expect(endings).toMatchObject([
      { kind: 'failed', sync: 'people', code: 'RUN_STOPPED', exitCode: 7 },
      { kind: 'skipped', sync: 'steps' },
    ])
    expect(exitCodeOf(endings)).toBe(7)
  })

  it('that comes before the first row sends nothing', async () => {
    const parts = await bench.ready({ 'syncs/a.yml': people })
    const signal = AbortSignal.abort(new RunStopped('stopped by the test'))
    expect(await failureOf(run(parts, 'us', { signal }))).toMatchObject({ code: 'RUN_STOPPED' })
    expect(bench.twin.store.counts().requests).toBe(0)
  })
})

describe('a window that was left open', () => {
  it('is read as it was pinned: rows that came since wait for the next window', async () => {
    const parts = await bench.ready({ 'syncs/it.yml': people })
    await stopInTheMiddle(parts, true)
    await bench.sql(
      "INSERT INTO main.shop.people SELECT id + 3000, 'secret', 'new' FROM range(50)",
      "UPDATE main.shop.people SET note = 'changed'",
    )
    expect((await run(parts)).account).toMatchObject({ rows: 3000, delivered: 3000 })
    expect(bench.twin.store.people().some(({ traits }) => traits.note === 'changed')).toBe(false)
    expect((await run(parts)).account).toMatchObject({ rows: 3050, delivered: 3050 })
    expect(bench.twin.store.person('3049')?.traits.note).toBe('changed')
  })

  it('is finished under its own mapping, whatever the file says by then', async () => {
    const named = people.replace('note: note', 'note: note, number: ssn')
    await stopInTheMiddle(await bench.ready({ 'syncs/it.yml': named }), true)
    const edited = await bench.open({ 'syncs/it.yml': named.replace('number: ssn', 'other: ssn') })
    const have = (trait: string) =>
      bench.twin.store.people().filter(({ traits }) => trait in traits).length
    expect((await run(edited)).account).toMatchObject({ rows: 3000, delivered: 3000, pending: 0 })
    expect([have('number'), have('other')]).toEqual([3000, 0])
    await run(edited)
    expect(have('other')).toBe(3000)
  })

  it('whose table was replaced in place, as a nightly rebuild does, is finished from the old version', async () => {
    const parts = await bench.ready({ 'syncs/it.yml': people })
    await stopInTheMiddle(parts, true)
    await bench.sql(
      "CREATE OR REPLACE TABLE main.shop.people USING DELTA AS SELECT id, 'secret' AS ssn, 'rebuilt' AS note FROM range(10)",
    )
    expect((await run(parts)).account).toMatchObject({ rows: 3000, delivered: 3000, pending: 0 })
    expect(bench.twin.store.people().some(({ traits }) => traits.note === 'rebuilt')).toBe(false)
  })

  it('whose table was dropped and made again says so, and sends nothing', async () => {
    const parts = await bench.ready({ 'syncs/it.yml': people })
    await stopInTheMiddle(parts, true)
    const sent = bench.twin.store.counts().requests
    await bench.sql(
      'DROP TABLE main.shop.people',
      "CREATE TABLE main.shop.people USING DELTA AS SELECT id, 'secret' AS ssn, 'other' AS note FROM range(10)",
    )
    const error = await failureOf(run(parts))
    expect(error).toMatchObject({ code: 'SOURCE_REPLACED', exitCode: 3 })
    expect(error.message).toContain('run people --give-up people.us.000001')
    expect(bench.twin.store.counts().requests).toBe(sent)
  })

  it('whose table was dropped can be given up: its rows are held, and the next window looks at them', async () => {
    const parts = await bench.ready({ 'syncs/it.yml': people.replace('full', 'diff') })
    await stopInTheMiddle(parts, true)
    const known = (await outcomes()).length
    await bench.sql(
      'DROP TABLE main.shop.people',
      "CREATE TABLE main.shop.people USING DELTA AS SELECT id, 'secret' AS ssn, repeat('x', 4000) AS note FROM range(3000)",
    )
    const giveUp = { windowId: 'people.us.000001', who: 'the test' }
    const report = await run(parts, 'us', { giveUp })
    expect(report.windowId).toBe('people.us.000002')
    expect(report.account).toMatchObject({ rows: 3000, delivered: 3000 - known, unchanged: known })
    expect(await window()).toMatchObject({ state: 'closed', pending: 0, held: 3000 - known })
    expect(await bench.sql('SELECT act, actor, window_id FROM main.customerio.acts')).toEqual([
      { act: 'give-up', actor: 'the test', window_id: 'people.us.000001' },
    ])
    expect(new Set(bench.twin.store.people().map(({ id }) => id)).size).toBe(3000)
  })
})
