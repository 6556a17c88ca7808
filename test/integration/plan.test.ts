import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { leasesIn } from '../../src/audit/index.ts'
import { hold } from '../../src/ops/index.ts'
import { type Parts, type Plan, plan, planExitCode } from '../../src/sync/index.ts'
import {
  type Bench,
  failureOf,
  projectFile,
  run,
  startBench,
  twoWorkspaces,
} from '../support/bench.ts'

const table = 'main.shop.people'
const columns =
  'CAST(id AS BIGINT) AS id, name, CAST(visits AS INT) AS visits, email, CAST(score AS DOUBLE) AS score'
const rows = 1_200
const people = (name: string, count = rows) =>
  `SELECT id, ${name} AS name, id % 7 AS visits, concat('p', id, '@example.com') AS email, 1.5 AS score FROM range(${count})`
const first = people("concat('Person ', id)")
/** Seven rows differ, three are gone. */
const second = people("CASE WHEN id < 7 THEN 'Zelda' ELSE concat('Person ', id) END", rows - 3)
const build = (select: string, name = table) =>
  `CREATE OR REPLACE TABLE ${name} USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS SELECT ${columns} FROM (${select})`

const sync = (more = 'brakes: { first_run: allow }') => `sync: people
source: { table: ${table}, key: id, settle: 1s }
send: { call: identify, person: { id: id }, traits: { name: name, visits: visits, mail: { column: email, mask: sha256 }, score: score } }
on_delete: delete
${more}
`

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.shop', build(first))
})
afterEach(async () => {
  await bench.close()
})

const ready = (text = sync(), files: Record<string, string> = {}) =>
  bench.ready({ 'syncs/it.yml': text, ...files })

async function plansOf(parts: Parts, withValues = false) {
  const [spec] = parts.project.syncs
  if (spec === undefined) throw new Error('the project has no sync')
  return plan(parts, spec, { withValues })
}

async function planOf(parts: Parts, withValues = false): Promise<Plan> {
  const [one] = await plansOf(parts, withValues)
  if (one?.kind !== 'planned') throw new Error(JSON.stringify(one))
  return one
}

/** Everything that a plan must leave as it is. */
async function traces() {
  const tables = [
    'windows',
    'runs',
    'outcome_log',
    'ledger',
    'checkpoints',
    'quality',
    'mappings',
    'acts',
  ]
  const counts = await Promise.all(
    tables.map((name) => bench.sql(`SELECT * FROM main.customerio.${name} ORDER BY ALL`)),
  )
  const all = await bench.sql('SHOW TABLES IN main.customerio')
  return { counts, all, requests: bench.twin.store.counts().requests }
}

const snapshots = async () =>
  (await bench.sql('SHOW TABLES IN main.customerio')).filter(({ tableName }) =>
    String(tableName).startsWith('snapshot_'),
  )

describe('a plan', () => {
  it('says what the run after it does, and leaves everything as it was', async () => {
    const parts = await ready(sync('checks: { unique: true }\nbrakes: { first_run: allow }'))
    const before = await traces()
    const planned = await planOf(parts)
    expect(await traces()).toEqual(before)
    expect(planned).toMatchObject({
      isSetUp: true,
      source: { table, version: 0 },
      look: { kind: 'all' },
      counts: { send: rows, delete: 0, unchanged: 0 },
      send: { fresh: rows, changed: 0, again: 0 },
      remapped: 0,
      brakes: [],
      checks: [{ name: 'unique', passed: true }],
    })
    expect(planned).not.toHaveProperty('changes')
    const { sent, account } = await run(parts)
    const { estimate } = planned
    expect(estimate).toMatchObject({ sampled: 1000, isWhole: false, messages: account.delivered })
    expect(estimate.requests).toBe(sent.requests)
    expect(estimate.bytes / sent.bytes).toBeGreaterThan(0.95)
    expect(estimate.bytes / sent.bytes).toBeLessThan(1.05)
    expect(estimate.seconds).toBeCloseTo(estimate.requests / 200)
    expect(await planOf(parts)).toMatchObject({
      look: { kind: 'feed' },
      counts: { send: 0, unchanged: 0 },
      estimate: { messages: 0, requests: 0, isWhole: true },
    })
    expect(readdirSync(join(bench.folder, 'spool'))).toEqual([])
  })

  it('tells after a rebuild which fields differ in how many rows, and not one value', async () => {
    const parts = await ready()
    await run(parts)
    await bench.sql(build(second), `UPDATE ${table} SET visits = NULL WHERE id = 1`)
    const planned = await planOf(parts)
    expect(planned).toMatchObject({
      look: { kind: 'all' },
      because: 'the table was rebuilt or overwritten',
      counts: { send: 7, delete: 3, unchanged: rows - 10 },
      send: { fresh: 0, changed: 7, again: 0 },
      estimate: { messages: 10, requests: 1, sampled: 10, isWhole: true },
      changes: {
        kind: 'known',
        version: 0,
        compared: 7,
        columns: [
          { column: 'name', fields: ['traits.name'], rows: 7 },
          { column: 'visits', fields: ['traits.visits'], rows: 1 },
        ],
        rows: [],
      },
    })
    expect(JSON.stringify(planned)).not.toMatch(/Person|Zelda|\[1\]|@example/)
    const report = await run(parts)
    expect(report.account).toMatchObject({ delivered: 10 })
    expect(report.sent.bytes - planned.estimate.bytes).toBeLessThan(40)
  })

  it('shows old and new values of a few rows when it is asked to, but none that is masked', async () => {
    const parts = await ready()
    await run(parts)
    await bench.sql(
      `UPDATE ${table} SET name = 'Ada "L"', visits = NULL, email = 'other@example.com' WHERE id = 3`,
    )
    const { changes, look } = await planOf(parts, true)
    expect(look).toEqual({ kind: 'feed', from: 1 })
    expect(changes).toMatchObject({
      kind: 'known',
      rows: [
        {
          key: '[3]',
          values: [
            { fields: ['traits.mail'], isMasked: true },
            { fields: ['traits.name'], was: '"Person 3"', now: '"Ada \\"L\\""' },
            { fields: ['traits.visits'], was: '3' },
          ],
        },
      ],
    })
    expect(JSON.stringify(changes)).not.toContain('@example.com')
  })

  it('knows no old values of a table that was made again, and says so', async () => {
    const parts = await ready()
    await run(parts)
    await bench.sql(`DROP TABLE ${table}`, build(second))
    expect(await planOf(parts, true)).toMatchObject({
      counts: { send: 7, delete: 3 },
      changes: { kind: 'unknown', because: expect.stringContaining('made again') },
    })
  })

  it('takes a column that is new for NULL before', async () => {
    const parts = await ready()
    await run(parts)
    await bench.sql(
      `ALTER TABLE ${table} ADD COLUMN city STRING`,
      `UPDATE ${table} SET city = 'Graz', name = 'x' WHERE id = 3`,
    )
    const edited = await bench.open({
      'syncs/it.yml': sync().replace('score: score', 'city: city, score: score'),
    })
    expect(await planOf(edited, true)).toMatchObject({
      changes: {
        columns: [
          { column: 'city', rows: 1 },
          { column: 'name', rows: 1 },
        ],
        rows: [{ values: [{ fields: ['traits.city'], now: '"Graz"' }, {}] }],
      },
    })
  })

  it('of an edited mapping counts the keys that would differ, wherever it looks', async () => {
    await run(await ready())
    const edited = await bench.open({
      'syncs/it.yml': sync().replace('score: score', 'score: score, label: name'),
    })
    await bench.sql(
      `UPDATE ${table} SET name = 'x' WHERE id < 5`,
      `DELETE FROM ${table} WHERE id >= ${rows - 3}`,
    )
    expect(await planOf(edited)).toMatchObject({
      look: { kind: 'feed' },
      counts: { send: 5, delete: 3, unchanged: 0 },
      remapped: rows - 8,
    })
    await run(edited)
    expect(await planOf(edited)).toMatchObject({ counts: { send: 0 }, remapped: rows - 8 })
  })
})

describe('what stands in the way', () => {
  it('is told with the value that confirms it, and stops nothing', async () => {
    const parts = await ready(sync('brakes: { max_rows: 100 }'))
    const plans = await plansOf(parts)
    expect(plans).toMatchObject(
      [
        { brakes: [{ brake: 'max_rows' }, { brake: 'first_run' }], confirmation: /^[0-9a-f]{8}$/ },
      ].map(({ confirmation: _, ...one }) => one),
    )
    expect(planExitCode(plans, false)).toBe(0)
    expect(planExitCode(plans, true)).toBe(8)
    const error = await failureOf(run(parts))
    const { confirmation = '' } = plans[0] as Plan
    expect(error.message).toContain(`--confirm ${confirmation}`)
    expect((await run(parts, 'us', { confirmed: [confirmation] })).account).toMatchObject({
      delivered: rows,
    })
  })

  it('may be a hold, a source that was just emptied, or a missing setup', async () => {
    const parts = await ready(sync().replace('1s', '10m'))
    await run(parts)
    await bench.sql(build(`${first} WHERE FALSE`))
    await hold(parts, 'people', 'the table is being mended')
    const planned = await planOf(parts)
    expect(planned).toMatchObject({
      hold: { sync: 'people', why: 'the table is being mended' },
      brakes: [{ brake: 'empty_source' }, { brake: 'max_delete_percent' }],
    })
    expect(planned.waitsMs).toBeGreaterThan(500_000)
    expect(planExitCode([{ ...planned, brakes: [] }], true)).toBe(8)
    await bench.sql("DELETE FROM main.customerio.checkpoints WHERE sync = 'people'")
    expect(await planOf(parts)).toMatchObject({ isSetUp: false })
  })

  it('may be a window that an earlier run left open, nothing of which counts yet', async () => {
    const parts = await ready()
    bench.faults('customerio:POST /v1/batch:status=401')
    expect(await failureOf(run(parts))).toMatchObject({ code: 'UNAUTHORIZED' })
    bench.faults()
    const before = await traces()
    expect(await planOf(parts)).toMatchObject({
      open: { windowId: 'people.us.000001', rows, left: rows },
      counts: { send: rows },
    })
    expect(await traces()).toEqual(before)
  })

  it('may be a run at this moment, which a plan neither waits for nor disturbs', async () => {
    const parts = await ready()
    const leases = leasesIn(parts.warehouse, parts.project.control, parts.clock)
    const lease = await leases.take({
      sync: 'people',
      destination: 'us',
      owner: 'host/1/1',
      ttlMs: 60_000,
    })
    if ('heldBy' in lease) throw new Error('it was free')
    expect(await planOf(parts)).toMatchObject({ runBy: 'host/1/1', counts: { send: rows } })
    await leases.assertHeld(lease)
  })

  it("may be a mapping that can't be followed any more: then there is no plan, but the reason", async () => {
    await run(await ready())
    await bench.sql(
      `CREATE OR REPLACE TABLE ${table} USING DELTA AS SELECT id, name FROM (${first})`,
    )
    const parts = await bench.open({
      'syncs/it.yml': sync().replace(/traits: .*\} \}/, 'traits: { name: name } }'),
    })
    const plans = await plansOf(parts)
    expect(plans).toMatchObject([{ kind: 'failed', code: 'MAPPING_GONE', exitCode: 3 }])
    expect(planExitCode(plans, false)).toBe(3)
  })
})

describe('rows that make no message', () => {
  it('are counted by reason: keys by all rows, values by a sample that is said to be one', async () => {
    await bench.sql(
      `UPDATE ${table} SET score = CAST('NaN' AS DOUBLE) WHERE id % 10 = 0`,
      `INSERT INTO ${table} VALUES (NULL, 'nobody', 1, 'a', 1), (5, 'twice', 1, 'a', 1)`,
    )
    const { counts, estimate } = await planOf(await ready())
    expect(counts).toMatchObject({ null_key: 1, duplicate_key: 2, send: rows - 1 })
    expect(estimate).toMatchObject({ sampled: 1000, isWhole: false })
    expect(estimate.refused).toMatchObject([{ reason: 'value_not_finite' }])
    const share = (estimate.refused[0]?.rows ?? 0) / 1000
    expect(share).toBeGreaterThan(0.07)
    expect(share).toBeLessThan(0.13)
    expect(estimate.messages).toBe(Math.round((rows - 1) * (1 - share)))
  })
})

describe('a plan of a query', () => {
  const query = (text: string, from = table) =>
    text.replace(`table: ${table}`, `query: "SELECT * FROM ${from} WHERE id < 20"`)

  it('drops the snapshot it made, also when it fails', async () => {
    const parts = await ready(query(sync()))
    expect(await planOf(parts)).toMatchObject({
      source: {},
      counts: { send: 20 },
      estimate: { isWhole: true, sampled: 20 },
    })
    expect(await snapshots()).toEqual([])
    await run(parts)
    await bench.sql(`UPDATE ${table} SET name = 'x' WHERE id = 3`)
    expect(await planOf(parts, true)).toMatchObject({
      counts: { send: 1 },
      changes: { kind: 'unknown', because: 'a query or view keeps no earlier versions' },
    })
    expect(await snapshots()).toEqual([])
    const [spec] = parts.project.syncs
    const broken = { ...parts, warehouse: { ...parts.warehouse, query: failing(parts) } }
    expect(await plan(broken, spec as never)).toMatchObject([
      { kind: 'failed', code: 'UNEXPECTED' },
    ])
    expect(await snapshots()).toEqual([])
  })

  /** A warehouse that can't count. */
  const failing =
    ({ warehouse }: Parts): Parts['warehouse']['query'] =>
    async (sql, ...rest) => {
      if (/row_count FROM \(SELECT _class/.test(sql)) throw new Error('no count')
      return warehouse.query(sql, ...rest)
    }
})

describe('a plan of events', () => {
  const visits = `sync: visits
source: { table: main.shop.visits, key: id, start: all }
send: { call: track, event: Visited, person: { id: person }, at: at }
brakes: { first_run: allow }
`
  beforeEach(async () => {
    await bench.sql(
      `CREATE TABLE main.shop.visits USING DELTA AS SELECT id, concat('p', id % 3) AS person,
        timestamp_millis(unix_millis(current_timestamp()) - id * 3600000) AS at FROM range(100)`,
    )
  })

  it('tells how many are young enough to start campaigns, and how they travel', async () => {
    const parts = await ready(visits)
    const planned = await planOf(parts)
    expect(planned).toMatchObject({
      counts: { send: 100 },
      ages: { young: 72, older: 28 },
      estimate: { isWhole: true, messages: 100 },
    })
    expect(planned).not.toHaveProperty('changes')
    const { sent } = await run(parts)
    // One lane for each of the three persons, unless two of them share one.
    expect(planned.estimate.requests).toBeGreaterThanOrEqual(sent.requests)
    expect(planned.estimate.requests).toBeLessThanOrEqual(3)
  })

  it('that start now says that everything is taken as known', async () => {
    expect(await planOf(await ready(visits.replace('start: all', 'start: now')))).toMatchObject({
      isAdopted: true,
      counts: { send: 0, unchanged: 100 },
      estimate: { messages: 0 },
    })
  })
})

describe('the budget of a plan', () => {
  it('is the smallest share of the jobs that run the sync', async () => {
    const parts = await ready(sync(), {
      'customerio.yml': `${projectFile}jobs: { a: { share: 0.5, syncs: [people] }, b: { share: 0.25, syncs: [people] } }\n`,
    })
    expect((await planOf(parts)).estimate).toMatchObject({
      requestsPerSecond: 50,
      share: { job: 'b', part: 0.25 },
    })
  })

  it('is that of each destination by itself', async () => {
    await bench.sql(
      `CREATE TABLE main.shop.both USING DELTA AS SELECT id, CASE WHEN id < 3 THEN 'us' ELSE 'eu' END AS region FROM range(10)`,
    )
    const parts = await bench.ready({
      'customerio.yml': twoWorkspaces,
      'syncs/it.yml': `sync: both
source: { table: main.shop.both, key: id }
send: { call: identify, to: { by: region, routes: { us: us, eu: eu } }, person: { id: id }, traits: { region: region } }
`,
    })
    expect(await plansOf(parts)).toMatchObject([
      { destination: 'us', counts: { send: 3 } },
      { destination: 'eu', counts: { send: 7 } },
    ])
  })
})
