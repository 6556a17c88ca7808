import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Parts, SliceTask } from '../../src/sync/index.ts'
import { leaksIn, type Running, startWorld, until, type World } from '../support/processes.ts'

const rows = 2400
const slices = 4
/** Requests in any 3 s: so few that each slice has to wait for its part of them. */
const mostInWindow = 30
const files = {
  'customerio.yml': `vars: { catalog: main, control: main.customerio }
destinations:
  us: { region: us, key: secret://customerio/us, requests_per_second: ${mostInWindow / 3} }
  eu: { region: eu, key: secret://customerio/eu, requests_per_second: ${mostInWindow / 3} }
message_ids: { key: secret://customerio/ids }
`,
  'syncs/steps.yml': `sync: steps
source: { table: main.shop.steps, key: id, start: all }
brakes: { first_run: allow }
send: { call: track, event: Step, person: { id: person }, at: at, properties: { note: note }, to: us }
`,
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: diff }
send:
  call: identify
  to: { by: region, routes: { EU: eu, US: us }, else: invalid, moved: stop }
  person: { id: id }
  traits: { region: region }
`,
}

// A dozen processes after each other and side by side.
jest.setTimeout(300_000)

let world: World
let parts: Parts
beforeEach(async () => {
  world = await startWorld()
  parts = await world.parts(files)
  for (const statement of [
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.steps USING DELTA AS SELECT id, concat('p', id % 900) AS person, repeat('y', 8000) AS note,
      CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) AS at FROM range(${rows})`,
    "CREATE TABLE main.shop.people USING DELTA AS SELECT id, CASE WHEN id % 2 = 0 THEN 'EU' ELSE 'US' END AS region FROM range(400)",
  ])
    await parts.warehouse.execute(statement)
})
afterEach(async () => {
  await world?.close()
})

const query = (sql: string) => parts.warehouse.query(sql)
/** A task of the job, as the launcher starts it. */
const task = (...words: string[]): Running =>
  world.start('job.mjs', ['slice', '--project', parts.project.root, ...words])
const plan = async (sync = 'steps', of = slices): Promise<SliceTask[]> => {
  const { code, stdout } = await task('plan', sync, '--slices', String(of)).ended
  expect(code).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  return JSON.parse(stdout)
}
const startSlice = ({ sync, slice, slices: of, window }: SliceTask) =>
  task('run', sync, '--slice', `${slice}/${of}`, '--window', window)
const settle = (sync = 'steps') => task('settle', sync).ended
const codes = (started: readonly Running[]) =>
  Promise.all(started.map(async ({ ended }) => (await ended).code))

/** Everything is accounted for and has arrived, under as many ids as there are rows. */
async function expectComplete(): Promise<void> {
  expect(await query('SELECT state, delivered, pending FROM main.customerio.account')).toEqual([
    { state: 'closed', delivered: rows, pending: 0 },
  ])
  const [outcomes] = await query(
    'SELECT count(*) AS all_of_them, count(DISTINCT message_id) AS ids, count(DISTINCT message_key) AS row_keys FROM main.customerio.outcomes',
  )
  expect(outcomes).toEqual({ all_of_them: rows, ids: rows, row_keys: rows })
  const [ledger] = await query(
    "SELECT count(*) AS known FROM main.customerio.ledger WHERE status = 'delivered'",
  )
  expect(ledger).toEqual({ known: rows })
  const [checkpoint] = await query(
    "SELECT window_id, owner FROM main.customerio.checkpoints WHERE sync = 'steps'",
  )
  expect(checkpoint).toEqual({ window_id: 'steps.us.000001', owner: null })
  expect(await world.counts()).toMatchObject({ events: rows })
  expect(await world.mostInWindow()).toBeLessThanOrEqual(mostInWindow)
  expect(leaksIn(world.written.join(''), world.secrets())).toEqual([])
}

describe('a window in four slices, each a process', () => {
  it('is sent once, all of it, within the budget, and settles to the account of a single run', async () => {
    const tasks = await plan()
    expect(tasks).toHaveLength(slices)
    expect(await codes(tasks.map(startSlice))).toEqual([0, 0, 0, 0])
    expect((await world.counts()).messages).toBe(rows)
    const [shared] = await query(
      'SELECT count(DISTINCT r.slice) AS parts FROM main.customerio.runs AS r',
    )
    expect(shared).toEqual({ parts: slices })
    expect((await settle()).code).toBe(0)
    await expectComplete()
    // All about one person went through one slice.
    const split = await query(
      'SELECT o.person FROM main.customerio.outcomes AS o GROUP BY o.person HAVING count(DISTINCT o.run_id) > 1',
    )
    expect(split).toEqual([])
  })

  it('two of which are killed: settling says which are missing, and closes after their repair', async () => {
    const tasks = await plan()
    const started = tasks.map(startSlice)
    await until(async () => {
      const found = await query(
        "SELECT slice FROM main.customerio.runs WHERE slice IN ('2/4', '3/4')",
      )
      return found.length === 2 && Number((await world.counts()).messages) > 0
    })
    for (const { child } of started.slice(1, 3)) child.kill('SIGKILL')
    expect(await codes(started)).toEqual([0, null, null, 0])
    const early = await settle()
    expect(early.code).toBe(5)
    expect(early.stdout).toContain('SLICES_UNFINISHED')
    expect(early.stdout).toContain('2 of 4 slices are unfinished (2/4, 3/4)')
    // What for_each starts again, both at once: the plan stands, each is a new attempt at its slice.
    expect(await codes(tasks.slice(1, 3).map(startSlice))).toEqual([0, 0])
    expect((await settle()).code).toBe(0)
    await expectComplete()
    const attempts = await query(
      'SELECT slice, exit_code FROM main.customerio.runs ORDER BY slice, attempt',
    )
    expect(attempts).toEqual([
      { slice: '1/4', exit_code: 0 },
      { slice: '2/4', exit_code: null },
      { slice: '2/4', exit_code: 0 },
      { slice: '3/4', exit_code: null },
      { slice: '3/4', exit_code: 0 },
      { slice: '4/4', exit_code: 0 },
    ])
    // Both loaded the folder of the window at once, and it is loaded once.
    const [logged] = await query('SELECT count(*) AS all_of_them FROM main.customerio.outcome_log')
    expect(logged).toEqual({ all_of_them: rows })
  })
})

it('two processes of one sync that start together: one works, the other says who does', async () => {
  const run = () =>
    world.start('customerio-jobs.mjs', ['run', 'steps', '--project', parts.project.root])
  const both = [run(), run()]
  expect((await codes(both)).sort()).toEqual([0, 5])
  const words = await Promise.all(both.map(async ({ ended }) => (await ended).stdout))
  expect(words.join('')).toContain('LEASE_HELD')
  expect((await world.counts()).messages).toBe(rows)
  await expectComplete()
})

it('one destination that is down holds up no slice of the other, nor its settling', async () => {
  await world.faults([
    { door: 'customerio', address: 'eu', call: 'POST /v1/batch', fault: { status: 401 } },
  ])
  const tasks = await plan('people', 2)
  expect(tasks.map(({ destination, slice }) => [destination, slice])).toEqual([
    ['eu', 1],
    ['eu', 2],
    ['us', 1],
    ['us', 2],
  ])
  const job = [1, 2].map((slice) => task('run', 'people', '--slice', `${slice}/2`))
  expect(await codes(job)).toEqual([4, 4])
  expect((await settle('people')).code).toBe(5)
  const account = () =>
    query('SELECT destination, state, delivered FROM main.customerio.account ORDER BY destination')
  expect(await account()).toEqual([
    { destination: 'eu', state: 'open', delivered: 0 },
    { destination: 'us', state: 'closed', delivered: 200 },
  ])
  await world.faults([])
  expect(
    await codes([1, 2].map((slice) => task('run', 'people', '--slice', `${slice}/2`))),
  ).toEqual([0, 0])
  expect((await settle('people')).code).toBe(0)
  expect(await account()).toEqual([
    { destination: 'eu', state: 'closed', delivered: 200 },
    { destination: 'us', state: 'closed', delivered: 200 },
  ])
})
