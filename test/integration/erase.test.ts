import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createLog, RunStopped, systemClock } from '../../src/core/index.ts'
import {
  type Erased,
  erase,
  erasedExitCode,
  erasedText,
  explainKey,
  maintain,
  retentionDefaults,
} from '../../src/ops/index.ts'
import {
  backfill,
  type Parts,
  planSlices,
  rebase,
  reconcile,
  replay,
  runSlice,
  settleSlices,
} from '../../src/sync/index.ts'
import {
  type Bench,
  failureOf,
  projectFile,
  run,
  startBench,
  twoWorkspaces,
} from '../support/bench.ts'
import { isLong } from '../support/long.ts'

const day = 86_400_000
let later = 0
let heard = 0
const clock = { ...systemClock, now: () => Date.now() + later }

const customerio = `${projectFile}erase:
  table: main.privacy.requests
  person: { id: customer_id, email: email }
  kind: kind
  request: request_id
  requested_by: asked_by
`
const people = `sync: people
source: { table: main.shop.people, key: id, changes: diff }
send: { call: identify, person: { id: id }, traits: { name: name, email: email } }
on_delete: delete
brakes: { first_run: allow, max_delete_percent: 100 }
`
const orders = `sync: orders
source: { table: main.shop.orders, key: order_id, changes: full, start: all }
send: { call: track, event: Ordered, person: { id: customer }, at: at, properties: { total: total } }
`
const files = {
  'customerio.yml': customerio,
  'syncs/people.yml': people,
  'syncs/orders.yml': orders,
}

/** Nothing else in any file looks like these. */
const id = 'person-4711-gone'
const email = 'gone.person@example.com'
const named = /person-4711-gone|gone\.person/i

let bench: Bench
beforeEach(async () => {
  later = 0
  heard = 0
  bench = await startBench({ clock })
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    'CREATE SCHEMA IF NOT EXISTS main.privacy',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT CASE WHEN id = 7 THEN '${id}' ELSE concat('p', id) END AS id,
      concat('Person ', id) AS name, CASE WHEN id = 7 THEN '${email}' ELSE concat('p', id, '@example.com') END AS email FROM range(20)`,
    `CREATE TABLE main.shop.orders USING DELTA AS SELECT concat('o', id) AS order_id,
      CASE WHEN id % 20 = 7 THEN '${id}' ELSE concat('p', id % 20) END AS customer, id AS total,
      timestamp_seconds(1700000000 + id) AS at FROM range(60)`,
    'CREATE TABLE main.privacy.requests (request_id STRING, customer_id STRING, email STRING, kind STRING, asked_by STRING) USING DELTA',
  )
})
afterEach(async () => {
  await bench.close()
})

const ask = (request: string, kind = 'delete') =>
  bench.sql(
    `INSERT INTO main.privacy.requests VALUES ('${request}', '${id}', '${email.toUpperCase()}', '${kind}', 'desk')`,
  )

/** Asks once for the confirmation, then does it. */
async function forget(parts: Parts): Promise<Erased> {
  const by = { who: 'ann' }
  const { confirmation = '' } = await erase(parts, { by, plan: true, confirmed: [] })
  return erase(parts, { by, plan: false, confirmed: [confirmation], waitMs: 0 })
}
const syncOf = (parts: Parts, name: string) => {
  const sync = parts.project.syncs.find((one) => one.name === name)
  if (sync === undefined) throw new Error('no such sync')
  return sync
}
/** Who is in Customer.io by the messages about them since the last call of this. */
function heardOf(): string[] {
  const all = bench.twin.store.messages()
  const fresh = all.slice(heard)
  heard = all.length
  return fresh.map((message) => JSON.stringify(message)).filter((text) => named.test(text))
}

const receipts = () =>
  bench.sql(
    'SELECT request_id, kind, step, destination, status, reason, requested_by, actor FROM main.customerio.receipts ORDER BY receipt_id',
  )
const account = () => bench.sql('SELECT * FROM main.customerio.account ORDER BY window_id')

describe('erase', () => {
  it('removes a person here and at Customer.io, leaves accounts as they were, and says what it did', async () => {
    const parts = await bench.ready(files)
    await run(parts, 'us', { sync: 'people' })
    await run(parts, 'us', { sync: 'orders' })
    const before = await account()
    await ask('r1')
    const done = await forget(parts)
    expect(done.done).toMatchObject({ verified: 1, purged: { outcomes: 4, keys: 4 }, failed: [] })
    expect(erasedExitCode(done)).toBe(0)
    expect(await account()).toEqual(before)
    expect(bench.twin.store.person(id)).toBeUndefined()
    const common = { request_id: 'r1', kind: 'delete', requested_by: 'desk', actor: 'ann' }
    expect(await receipts()).toEqual(
      [
        { step: 'tombstone', destination: null },
        { step: 'purge', destination: null },
        { step: 'delete', destination: 'us' },
        { step: 'verify', destination: null },
      ].map((one) => ({ ...common, ...one, status: 'done', reason: null })),
    )
    expect(
      await bench.sql('SELECT identity_hash, identity_kind FROM main.customerio.erased'),
    ).toEqual(
      ['id', 'email'].map(() => ({
        identity_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
        identity_kind: expect.stringMatching(/^(id|email)$/),
      })),
    )
    expect(erasedText(done).join('\n')).not.toMatch(named)
    // A request that is verified is done once and for all.
    expect((await forget(parts)).requests).toEqual({ delete: 0, suppress: 0 })
  })

  it('does nothing before exactly these requests are confirmed', async () => {
    const parts = await bench.ready(files)
    await run(parts, 'us', { sync: 'people' })
    await ask('r1')
    const by = { who: 'ann' }
    const plan = await erase(parts, { by, plan: true, confirmed: [] })
    expect(plan).toMatchObject({ requests: { delete: 1, suppress: 0 } })
    expect(plan.done).toBeUndefined()
    await ask('r2', 'suppress')
    const error = await failureOf(
      erase(parts, { by, plan: false, confirmed: [plan.confirmation ?? ''] }),
    )
    expect(error).toMatchObject({ code: 'ERASE_CONFIRM', exitCode: 8 })
    expect(error.message).toMatch(
      /1 people would be deleted and 1 suppressed.*--confirm [0-9a-f]{8}/,
    )
    expect(await bench.sql('SELECT * FROM main.customerio.erased')).toEqual([])
    expect(bench.twin.store.person(id)).toBeDefined()
  })

  it('is final: no run, backfill, replay, reconciliation or rebase brings the person back', async () => {
    const parts = await bench.ready(files)
    await run(parts, 'us', { sync: 'people' })
    await run(parts, 'us', { sync: 'orders' })
    await ask('r1')
    await forget(parts)
    heardOf()
    // The rows are there still, and change.
    await bench.sql("UPDATE main.shop.people SET name = concat(name, '!')")
    expect((await run(parts, 'us', { sync: 'people' })).account).toMatchObject({
      rows: 20,
      delivered: 19,
      held: 1,
      pending: 0,
    })
    expect((await run(parts, 'us', { sync: 'orders' })).account).toMatchObject({
      unchanged: 57,
      held: 3,
    })
    const by = { who: 'ann' }
    const all = { by, filter: {}, windows: 2, pauseMs: 0 }
    expect(await backfill(parts, syncOf(parts, 'people'), all)).toMatchObject([
      { kind: 'finished', report: { account: { delivered: 19, held: 1 } } },
    ])
    const [found] = await reconcile(parts, syncOf(parts, 'people'), { by, enqueue: true })
    expect(found).toMatchObject({ report: { counts: { missing: 0, differs: 0, unproven: 0 } } })
    const again = { by, filter: {}, send: true, confirmed: [] }
    expect(await replay(parts, syncOf(parts, 'people'), again)).toMatchObject([
      { report: { found: [] } },
    ])
    const [refused] = await rebase(parts, syncOf(parts, 'people'), { by, confirmed: [] })
    const [confirmation = ''] =
      /(?<=--confirm )[0-9a-f]{8}/.exec(refused?.kind === 'failed' ? refused.message : '') ?? []
    expect(
      await rebase(parts, syncOf(parts, 'people'), { by, confirmed: [confirmation] }),
    ).toMatchObject([{ kind: 'finished', report: { account: { unchanged: 19, held: 1 } } }])
    const told = await explainKey(parts, syncOf(parts, 'people'), [id], {})
    expect(JSON.stringify(told)).toContain('hold it back: its person was erased')
    // Gone from the source, there is nothing to delete either.
    await bench.sql(`DELETE FROM main.shop.people WHERE id = '${id}'`)
    expect((await run(parts, 'us', { sync: 'people' })).account).toMatchObject({ rows: 19 })
    expect(heardOf()).toEqual([])
    const rows = await bench.sql(
      `SELECT person FROM main.customerio.outcome_log WHERE message_key LIKE '%4711%' OR person LIKE '%4711%'
       UNION ALL SELECT identity FROM main.customerio.ledger WHERE message_key LIKE '%4711%' OR identity LIKE '%4711%'`,
    )
    expect(rows).toEqual([])
  }, 180_000)

  it('knows a person by either identifier, in any case, and by an e-mail address that another row brings', async () => {
    const byMail = `sync: mails
source: { table: main.shop.people, key: [name, email], changes: diff }
send: { call: identify, person: { email: email }, traits: { name: name } }
`
    const parts = await bench.ready({
      'customerio.yml': customerio,
      'syncs/people.yml': people,
      'syncs/mails.yml': byMail,
    })
    await run(parts, 'us', { sync: 'people' })
    await run(parts, 'us', { sync: 'mails' })
    await bench.sql(
      `INSERT INTO main.privacy.requests VALUES ('r1', NULL, ' ${email.toUpperCase()} ', 'suppress', '${email}')`,
    )
    expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
    heardOf()
    await bench.sql("UPDATE main.shop.people SET name = concat(name, '!')")
    for (const sync of ['people', 'mails']) {
      const { account } = await run(parts, 'us', { sync })
      expect(account).toMatchObject({ held: 1, pending: 0 })
    }
    expect(heardOf()).toEqual([])
    const left = "SELECT * FROM main.customerio.ledger WHERE message_key LIKE '%gone.person%'"
    expect(await bench.sql(left)).toEqual([])
    expect((await receipts())[0]).toMatchObject({ kind: 'suppress', requested_by: 'the person' })
  })

  it('goes to every destination, and leaves an object alone whose id is the same', async () => {
    const companies = `sync: companies
source: { table: main.shop.people, key: id, changes: diff }
send: { call: object, type: company, object: id, traits: { name: name }, to: us }
`
    const parts = await bench.ready({
      'customerio.yml': `${customerio.replace(projectFile, twoWorkspaces)}object_types: { company: 1 }\n`,
      'syncs/people.yml': people.replace('person:', 'to: eu, person:'),
      'syncs/companies.yml': companies,
    })
    await run(parts, 'eu', { sync: 'people' })
    await run(parts, 'us', { sync: 'companies' })
    await ask('r1')
    const { done } = await forget(parts)
    expect(done).toMatchObject({ verified: 1, purged: { outcomes: 1, keys: 1 } })
    const steps = await receipts()
    expect(
      steps
        .map(({ destination }) => destination)
        .filter(Boolean)
        .sort(),
    ).toEqual(['eu', 'us'])
    await bench.sql("UPDATE main.shop.people SET name = 'other'")
    expect((await run(parts, 'us', { sync: 'companies' })).account).toMatchObject({
      delivered: 20,
      held: 0,
    })
  })
})

const big = `sync: big
brakes: { first_run: allow }
source: { SOURCE, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { note: note }, limits: { attribute_values: warn } }
`
const many = {
  'a table': big.replace('SOURCE', 'table: main.shop.many'),
  'a snapshot': big.replace('SOURCE', 'query: "SELECT * FROM main.shop.many"'),
}

/** Stops a run of 3000 rows as soon as some of its messages have arrived. */
async function stopInTheMiddle(parts: Parts): Promise<void> {
  bench.faults('customerio:POST /v1/batch:delay=300,from=4')
  const controller = new AbortController()
  await failureOf(
    run(parts, 'us', {
      signal: controller.signal,
      onProgress: ({ step, done }) => {
        if (step === 'send' && done > 0) controller.abort(new RunStopped('stopped by the test'))
      },
    }),
  )
  bench.faults()
}

describe.each(Object.entries(many).slice(0, isLong ? 2 : 1))(
  'a window over %s that is open meanwhile',
  (_, file) => {
    const only = { 'customerio.yml': customerio, 'syncs/big.yml': file }
    // Early rows were sent by then, late ones were not.
    const gone = (n: number) =>
      `CREATE OR REPLACE TABLE main.shop.many USING DELTA AS SELECT CASE WHEN id = ${n} THEN '${id}' ELSE concat('p', id) END AS id,
      repeat('x', 4000) AS note FROM range(3000)`

    it.each([
      ['sent', 0],
      ['not sent', 2999],
    ])(
      'holds a person who was %s, and its account balances',
      async (_, place) => {
        await bench.sql(gone(place))
        const parts = await bench.ready(only)
        await stopInTheMiddle(parts)
        await ask('r1')
        expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
        const order = heardOf().at(-1)
        expect(order).toContain('User Deleted')
        const { account: sums, resumed } = await run(parts)
        expect({ ...sums, resumed }).toMatchObject({
          rows: 3000,
          delivered: 2999,
          held: 1,
          pending: 0,
          resumed: true,
        })
        expect(heardOf()).toEqual([])
        expect(await bench.sql("SHOW TABLES IN main.customerio LIKE 'snapshot_*'")).toEqual([])
      },
      180_000,
    )

    it('is gone on with by a run before an erasure that broke off after its tombstones', async () => {
      await bench.sql(gone(2999))
      const parts = await bench.ready(only)
      await stopInTheMiddle(parts)
      await ask('r1')
      bench.faults('warehouse::statement=MERGE INTO *`outcome_log`*,act=sql-error')
      await failureOf(forget(parts))
      bench.faults()
      heardOf()
      expect((await run(parts)).account).toMatchObject({ delivered: 2999, held: 1, pending: 0 })
      expect(heardOf()).toEqual([])
      expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
      expect((await account())[0]).toMatchObject({ delivered: 2999, held: 1, pending: 0 })
    }, 180_000)
  },
)

it('a window that is cut into slices holds the person, whichever slice it would have been', async () => {
  const parts = await bench.ready(files)
  const sync = syncOf(parts, 'people')
  const tasks = await planSlices(parts, sync, 'us', { slices: 2 })
  expect(tasks).toHaveLength(2)
  await ask('r1')
  expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
  heardOf()
  for (const slice of ['1/2', '2/2']) await runSlice(parts, sync, 'us', { slice })
  expect(await settleSlices(parts, sync, 'us')).toMatchObject({
    closed: { account: { rows: 20, delivered: 19, held: 1, pending: 0 } },
  })
  expect(heardOf()).toEqual([])
}, 180_000)

const steps: readonly (readonly [string, string])[] = [
  ['the tombstones', 'MERGE INTO *`erased`*'],
  ['removing outcomes', 'MERGE INTO *`outcome_log`*'],
  ['the second look', 'SELECT count(*) AS row_count FROM (WITH erased*'],
  ['receipts of them', 'MERGE INTO *`receipts`*'],
  ['summing up', 'MERGE INTO *`windows`*'],
  ['removing keys', 'MERGE INTO *`ledger`*'],
]

describe('an erasure that breaks off', () => {
  it.each(isLong ? steps : steps.slice(0, 2))(
    'at %s is finished by the next go',
    async (_, statement) => {
      const parts = await bench.ready(files)
      await run(parts, 'us', { sync: 'people' })
      const before = await account()
      await ask('r1')
      bench.faults(`warehouse::statement=${statement},act=sql-error,times=1`)
      const error = await failureOf(forget(parts))
      bench.faults()
      expect(error.message).not.toMatch(named)
      expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
      expect(await account()).toEqual(before)
      expect(bench.twin.store.person(id)).toBeUndefined()
    },
  )

  it('since Customer.io refuses says so in its receipts, and is finished by the next go', async () => {
    const parts = await bench.ready(files)
    await run(parts, 'us', { sync: 'people' })
    await ask('r1')
    bench.faults('customerio:POST /v1/batch:status=401')
    const failed = await forget(parts)
    bench.faults()
    expect(failed.done?.failed).toEqual([
      { step: 'delete', destination: 'us', reason: 'http_401', requests: 1 },
      { step: 'verify', reason: 'order_refused', requests: 1 },
    ])
    expect(erasedExitCode(failed)).toBe(4)
    expect(erasedText(failed).join('\n')).toContain(
      'delete at us (http_401); run the command again',
    )
    expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
    expect(bench.twin.store.person(id)).toBeUndefined()
  })

  it('finds what a process that lost its lease uploaded late, and what was loaded once already', async () => {
    const parts = await bench.ready(files)
    await run(parts, 'us', { sync: 'people' })
    await bench.sql(`UPDATE main.shop.people SET name = 'new' WHERE id = '${id}'`)
    await run(parts, 'us', { sync: 'people' })
    const before = await account()
    const folder = '/Volumes/main/customerio/parts/outcomes/people/people.us.000002'
    const [part] = await parts.workspace.list(folder)
    const bytes = readFileSync(
      join(bench.folder, 'twin', 'lake', 'volumes', (part?.path ?? '').replace('/Volumes/', '')),
    )
    await parts.workspace.put(`${folder}/0009-000001.parquet`, bytes)
    await ask('r1')
    expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
    expect(await parts.workspace.list(folder)).toEqual([])
    // Its rows were removed, so it can only be a copy of what is gone.
    await parts.workspace.put(part?.path ?? '', bytes)
    await ask('r2')
    expect((await forget(parts)).done).toMatchObject({ verified: 1, failed: [] })
    expect(await parts.workspace.list(folder)).toEqual([])
    expect(await account()).toEqual(before)
  })

  it('since a run is at work tells Customer.io nothing that this run could undo', async () => {
    const parts = await bench.ready(files)
    await run(parts, 'us', { sync: 'people' })
    await ask('r1')
    await bench.sql(
      "UPDATE main.customerio.checkpoints SET owner = 'another machine', lease_id = 'x', expires_at = current_timestamp() + INTERVAL 5 MINUTES WHERE sync = 'people'",
    )
    const done = await forget(parts)
    expect(done.done).toMatchObject({
      verified: 0,
      failed: [{ step: 'purge', destination: 'us', reason: 'lease_held' }],
    })
    expect(erasedExitCode(done)).toBe(5)
    expect(bench.twin.store.person(id)).toBeDefined()
    await bench.sql(
      "UPDATE main.customerio.checkpoints SET owner = NULL, lease_id = NULL, expires_at = NULL WHERE sync = 'people'",
    )
    expect((await forget(parts)).done).toMatchObject({ verified: 1 })
  })
})

describe('a request', () => {
  it('that says nothing useful is counted, and keeps no other from being done', async () => {
    const parts = await bench.ready(files)
    await bench.sql(
      `INSERT INTO main.privacy.requests VALUES ('r1', '${id}', NULL, 'delete', NULL), (NULL, 'a', NULL, 'delete', NULL),
        ('${id}', '${id}', NULL, 'delete', NULL), ('r3', NULL, '', 'delete', NULL), ('r4', 'b', NULL, 'forget', NULL)`,
    )
    const done = await forget(parts)
    expect(done.done).toMatchObject({ verified: 1 })
    expect(done.refused).toEqual({
      request_missing: 1,
      request_names_person: 1,
      kind_unknown: 1,
      nobody_named: 1,
    })
    expect(erasedExitCode(done)).toBe(2)
    expect(
      await failureOf(
        erase(
          { ...parts, project: { ...parts.project, erase: undefined } as never },
          { by: { who: 'ann' }, plan: true, confirmed: [] },
        ),
      ),
    ).toMatchObject({ code: 'ERASE_NOT_SET' })
  })
})

/** The files below a folder that have one of these texts in them. */
function filesWith(folder: string, texts: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const content = readFileSync(path).toString('latin1').toLowerCase()
      return texts.some((text) => content.includes(text.toLowerCase()))
    })
}

describe('after maintenance with VACUUM', () => {
  it('no file of ours holds the key or the e-mail address, and no line ever did', async () => {
    const lines: string[] = []
    const log = createLog((line) => lines.push(line), 'plain', 'debug')
    const parts = await bench.ready(files, { clock, log })
    await run(parts, 'us', { sync: 'people' })
    await run(parts, 'us', { sync: 'orders' })
    const folders = [join(bench.folder, 'twin', 'lake'), join(bench.folder, 'spool')]
    const found = () =>
      folders
        .flatMap((folder) => filesWith(folder, [id, email]))
        .map((path) => path.slice(bench.folder.length))
    expect(found().some((path) => path.includes('outcome_log'))).toBe(true)
    await ask('r1')
    const done = await forget(parts)
    expect(done.done).toMatchObject({ verified: 1 })
    // Whoever owns source and requests does the same there.
    await bench.sql(
      'DROP TABLE main.shop.people',
      'DROP TABLE main.shop.orders',
      'DROP TABLE main.privacy.requests',
    )
    later = 8 * day
    await maintain(parts, { keep: retentionDefaults, dryRun: false, vacuum: true })
    expect(found()).toEqual([])
    expect(lines.join('\n')).not.toMatch(named)
  })
})
