import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Parts } from '../../src/sync/index.ts'
import { leaksIn, type Running, startWorld, until, type World } from '../support/processes.ts'

const rows = 3000
const files = {
  'syncs/steps.yml': `sync: steps
brakes: { first_run: allow }
source: { table: main.shop.steps, key: id, changes: full, start: all }
send: { call: track, event: Step, person: { email: email }, at: at, properties: { note: note } }
`,
}

let world: World
let parts: Parts
beforeEach(async () => {
  world = await startWorld()
  parts = await world.parts(files)
  await parts.warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.shop')
  await parts.warehouse.execute(
    `CREATE TABLE main.shop.steps USING DELTA AS SELECT id, concat('p', id, '@example.com') AS email, repeat('y', 4000) AS note,
      CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) AS at FROM range(${rows})`,
  )
  // After the first few, every batch takes its time: there is a middle to stop in.
  await world.faults([
    { door: 'customerio', call: 'POST /v1/batch', when: { from: 4 }, fault: { delayMs: 700 } },
  ])
})
afterEach(async () => {
  await world?.close()
})

const start = (): Running =>
  world.start('customerio-jobs.mjs', ['run', '--all', '--project', parts.project.root])

/** Waits until some messages have arrived, but not all. */
const middle = () => until(async () => Number((await world.counts()).messages) > 0)

const account = async () =>
  (await parts.warehouse.query('SELECT * FROM main.customerio.account')).map(
    ({ state, delivered, pending }) => ({
      state,
      delivered: Number(delivered),
      pending: Number(pending),
    }),
  )

/** The same command once more: everything is delivered, everything once, under the ids of the first attempt. */
async function expectFinished(): Promise<void> {
  await world.faults([])
  const { code, stdout } = await start().ended
  expect([code, stdout]).toEqual([0, expect.stringContaining('steps')])
  expect(await account()).toEqual([{ state: 'closed', delivered: rows, pending: 0 }])
  const [outcomes] = await parts.warehouse.query(
    'SELECT count(*) AS all_of_them, count(DISTINCT message_id) AS ids, count(DISTINCT message_key) AS row_keys FROM main.customerio.outcomes',
  )
  expect(outcomes).toEqual({ all_of_them: rows, ids: rows, row_keys: rows })
  // A ULID that was received before is booked once: events are not doubled by what was sent again.
  expect(await world.counts()).toMatchObject({ events: rows })
  expect(leaksIn(world.written.join(''), world.secrets())).toEqual([])
}

describe('a run that is interrupted in the middle', () => {
  it('by Ctrl-C: ends what is in flight, writes it down, exits 7; the next run finishes the window', async () => {
    const { child, ended } = start()
    await middle()
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    expect(code).toBe(7)
    expect(stdout).toContain('RUN_STOPPED')
    expect(stderr).toContain('stopping (SIGINT)')
    const [open] = await account()
    expect(open).toMatchObject({ state: 'open' })
    expect(open?.delivered).toBeGreaterThan(0)
    expect(open?.pending).toBe(rows - Number(open?.delivered))
    expect((await world.counts()).messages).toBe(open?.delivered)
    await expectFinished()
    expect((await world.counts()).messages).toBe(rows)
  })

  it('by SIGTERM: the same', async () => {
    const { child, ended } = start()
    await middle()
    child.kill('SIGTERM')
    expect((await ended).code).toBe(7)
    await expectFinished()
  })

  it('by kill -9: nothing is lost and nothing is recorded twice', async () => {
    const { child, ended } = start()
    await middle()
    child.kill('SIGKILL')
    await ended
    expect(await account()).toEqual([{ state: 'open', delivered: 0, pending: rows }])
    await expectFinished()
    const attempts = await parts.warehouse.query(
      'SELECT attempt, exit_code FROM main.customerio.runs ORDER BY attempt',
    )
    expect(attempts).toEqual([
      { attempt: 1, exit_code: null },
      { attempt: 2, exit_code: 0 },
    ])
  })

  it('by kill -9 again and again, wherever it is', async () => {
    for (const ms of [300, 600, 900, 1200, 1500]) {
      const { child, ended } = start()
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, ms))])
      child.kill('SIGKILL')
      await ended
    }
    await expectFinished()
  })

  it('by the end of the launcher’s pipe, where a job holds one', async () => {
    const { child, ended } = world.start('job.mjs', [
      'run',
      'steps',
      '--project',
      parts.project.root,
    ])
    await middle()
    child.stdin?.end()
    expect((await ended).code).toBe(7)
    await expectFinished()
  })
})
