import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { systemClock } from '../../src/core/index.ts'
import {
  type Parts,
  planSlices,
  runSlice,
  type SliceTask,
  settleSlices,
} from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

const rows = 900
const files = {
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: diff }
send: { call: identify, person: { id: id }, traits: { name: name, note: note }, limits: { attribute_values: warn } }
on_delete: delete
brakes: { max_delete_percent: 50 }
`,
}

jest.setTimeout(180_000)

let bench: Bench
let parts: Parts
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('Person ', id) AS name, repeat('x', 4000) AS note FROM range(${rows})`,
  )
  parts = await bench.ready(files)
})
afterEach(async () => {
  await bench.close()
})

const sync = () => {
  const [found] = parts.project.syncs
  if (found === undefined) throw new Error('the project has no sync')
  return found
}
const plan = (slices: number, confirmed: readonly string[] = []) =>
  planSlices(parts, sync(), 'us', { slices, confirmed })
const work = ({ slice, slices, window }: Pick<SliceTask, 'slice' | 'slices' | 'window'>) =>
  runSlice(parts, sync(), 'us', { slice: `${slice}/${slices}`, windowId: window })
const settle = () => settleSlices(parts, sync(), 'us')
const account = async () => {
  const [newest] = await bench.sql(
    'SELECT state, row_count, delivered, invalid, unchanged, pending FROM main.customerio.account ORDER BY window_number DESC LIMIT 1',
  )
  return newest
}
const sent = () => bench.twin.store.messages().length
const window = 'people.us.000001'
/** Waits until a process works on something: its run is written down. */
const underWay = async () => {
  while ((await bench.sql('SELECT run_id FROM main.customerio.runs')).length === 0)
    await systemClock.sleep(50)
}

describe('a window in slices', () => {
  it('has the totals, the checkpoint and the account of one that a single run sent', async () => {
    await bench.sql("INSERT INTO main.shop.people VALUES (NULL, 'nobody', 'x'), (5, 'twice', 'x')")
    const tasks = await plan(3)
    expect(tasks).toEqual(
      [1, 2, 3].map((slice) => ({ sync: 'people', destination: 'us', window, slice, slices: 3 })),
    )
    expect(sent()).toBe(0)
    const reports = await Promise.all(tasks.map(work))
    expect(reports.map(({ done }) => (done?.sent.delivered ?? 0) > 200)).toEqual([true, true, true])
    // Uploaded, not loaded: that is for the settling.
    expect(await account()).toMatchObject({ state: 'open', delivered: 0 })
    expect(await settle()).toMatchObject({
      closed: { windowId: window, account: { rows: rows + 2, delivered: rows - 1, invalid: 3 } },
    })
    expect(bench.twin.store.messages().every(({ times }) => times === 1)).toBe(true)
    expect(sent()).toBe(rows - 1)
    const [checkpoint] = await bench.sql(
      "SELECT window_number, owner FROM main.customerio.checkpoints WHERE sync = 'people'",
    )
    expect(checkpoint).toEqual({ window_number: 1, owner: null })
    expect((await run(parts)).account).toMatchObject({ unchanged: rows - 1, delivered: 0 })
  })

  it('takes away what is gone, each key in one slice', async () => {
    await run(parts)
    await bench.sql(
      'DELETE FROM main.shop.people WHERE id < 40',
      "UPDATE main.shop.people SET name = 'changed' WHERE id >= 880",
    )
    const tasks = await plan(4)
    for (const task of tasks) await work(task)
    expect((await settle()).closed?.account).toMatchObject({ delivered: 60, pending: 0 })
    expect(bench.twin.store.people()).toHaveLength(rows - 40)
    expect(bench.twin.store.messages().every(({ times }) => times === 1)).toBe(true)
  })

  it('with nothing to send has no slices to run, and settling closes it', async () => {
    await run(parts)
    const tasks = await plan(2)
    expect(tasks).toEqual([])
    // A job whose slices are written down in its file starts them all the same.
    expect(await work({ slice: 1, slices: 2, window: 'people.us.000002' })).not.toHaveProperty(
      'done',
    )
    expect((await settle()).closed?.account).toMatchObject({ rows, unchanged: rows })
    expect(await settle()).toEqual({ sync: 'people', destination: 'us' })
    expect(await work({ slice: 1, slices: 2, window: 'people.us.000002' })).not.toHaveProperty(
      'done',
    )
  })

  it('is not opened where a brake acts, until somebody confirms', async () => {
    await run(parts)
    await bench.sql('DELETE FROM main.shop.people WHERE id >= 100')
    const error = await failureOf(plan(2))
    expect(error).toMatchObject({ code: 'BRAKED', exitCode: 8 })
    expect(await account()).toMatchObject({ state: 'closed' })
    const [, value = ''] = /--confirm (\w+)/.exec(error.message) ?? []
    expect(await plan(2, [value])).toHaveLength(2)
  })
})

describe('a slice', () => {
  it('that failed is repaired by a new attempt that sends only what is left', async () => {
    const tasks = await plan(2)
    const [one, other] = tasks
    if (one === undefined || other === undefined) throw new Error('there are two')
    await work(other)
    bench.faults('customerio:POST /v1/batch:status=401')
    expect(await failureOf(work(one))).toMatchObject({ code: 'UNAUTHORIZED' })
    expect(await failureOf(settle())).toMatchObject({
      code: 'SLICES_UNFINISHED',
      exitCode: 5,
      message: expect.stringContaining('1 of 2 slices are unfinished (1/2)'),
    })
    // Planned again it is the one that is left.
    expect(await plan(2)).toEqual([one])
    bench.faults()
    await work(one)
    await settle()
    expect(await account()).toMatchObject({ state: 'closed', delivered: rows, pending: 0 })
    expect(bench.twin.store.messages().every(({ times }) => times === 1)).toBe(true)
    const attempts = await bench.sql(
      'SELECT slice, exit_code FROM main.customerio.runs ORDER BY attempt',
    )
    expect(attempts).toEqual([
      { slice: '2/2', exit_code: 0 },
      { slice: '1/2', exit_code: 4 },
      { slice: '1/2', exit_code: 0 },
    ])
  })

  it('that is finished does nothing when it is started again', async () => {
    const [one] = await plan(2)
    if (one === undefined) throw new Error('there are two')
    await work(one)
    const before = sent()
    expect(await work(one)).not.toHaveProperty('done')
    expect(sent()).toBe(before)
  })

  it('is run by one process at a time, and keeps everything else away from its window', async () => {
    const [one] = await plan(2)
    if (one === undefined) throw new Error('there are two')
    bench.faults('customerio:POST /v1/batch:delay=12000')
    const first = work(one)
    await underWay()
    expect(await failureOf(work(one))).toMatchObject({ code: 'LEASE_HELD' })
    // Leases of this very process are not dead ones.
    expect(await failureOf(settle())).toMatchObject({ code: 'SLICES_AT_WORK' })
    expect(await failureOf(plan(4))).toMatchObject({ code: 'SLICES_AT_WORK' })
    expect(await failureOf(run(parts))).toMatchObject({
      code: 'SLICES_AT_WORK',
      message: expect.stringContaining('(1/2)'),
    })
    await first
  })

  it('does not start while a run works on the whole', async () => {
    const [one] = await plan(2)
    if (one === undefined) throw new Error('there are two')
    bench.faults('customerio:POST /v1/batch:delay=12000')
    const whole = run(parts)
    await underWay()
    expect(await failureOf(work(one))).toMatchObject({ code: 'LEASE_HELD' })
    expect((await whole).account).toMatchObject({ delivered: rows, pending: 0 })
  })

  it('of a cut that is no more, or of a window that never was, says so', async () => {
    const [one] = await plan(8)
    if (one === undefined) throw new Error('there are eight')
    await plan(4)
    expect(await failureOf(work(one))).toMatchObject({ code: 'SLICE_UNKNOWN' })
    expect(
      await failureOf(work({ slice: 1, slices: 4, window: 'people.us.000009' })),
    ).toMatchObject({ code: 'WINDOW_MISSING' })
    for (const slice of ['0/4', '5/4', '1', '1/4x'])
      expect(await failureOf(runSlice(parts, sync(), 'us', { slice }))).toMatchObject({
        code: 'SLICES_INVALID',
      })
    for (const slices of [0, 1.5, 101])
      expect(await failureOf(plan(slices))).toMatchObject({ code: 'SLICES_INVALID' })
  })
})

describe('a window that', () => {
  it('an ordinary run left open is taken over as slices, without what was decided', async () => {
    bench.faults('customerio:POST /v1/batch:from=2,status=401')
    expect(await failureOf(run(parts))).toMatchObject({ code: 'UNAUTHORIZED' })
    bench.faults()
    const before = sent()
    for (const task of await plan(3)) await work(task)
    await settle()
    expect(await account()).toMatchObject({ state: 'closed', delivered: rows, pending: 0 })
    expect(sent()).toBe(rows)
    expect(before).toBeLessThan(rows)
    expect(bench.twin.store.messages().every(({ times }) => times === 1)).toBe(true)
  })

  it('was cut into slices is finished by an ordinary run once no slice is at work', async () => {
    const [one, ...others] = await plan(3)
    if (one === undefined) throw new Error('there are three')
    await work(one)
    expect((await run(parts)).account).toMatchObject({ delivered: rows, pending: 0 })
    expect(bench.twin.store.messages().every(({ times }) => times === 1)).toBe(true)
    for (const task of others) expect(await work(task)).not.toHaveProperty('done')
  })
})
