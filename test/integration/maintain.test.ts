import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ledgerIn, loadWindow } from '../../src/audit/index.ts'
import {
  type Maintained,
  maintain,
  maintainedText,
  retentionDefaults,
  setup,
} from '../../src/ops/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, failureOf, projectFile, run, startBench } from '../support/bench.ts'

const sync = (name: string) => `sync: ${name}
brakes: { first_run: allow }
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { name: name } }
`
const files = Object.fromEntries(
  ['old', 'young', 'open'].map((name) => [`syncs/${name}.yml`, sync(name)]),
)

let bench: Bench
let parts: Parts
beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT CAST(id AS STRING) AS id,
      CASE WHEN id = 7 THEN repeat('x', 40000) ELSE concat('n', id) END AS name FROM range(50)`,
  )
  parts = await bench.ready(files, { environment: { CUSTOMERIO_JOBS_STARTED_BY: 'ann' } })
  for (const name of ['old', 'old', 'young', 'open']) await run(parts, 'us', { sync: name })
  await close('old.us.000001', 500)
  await close('old.us.000002', 450)
  await close('young.us.000001', 1)
  // A second run of `open` breaks off: nothing is answered.
  bench.faults('customerio:POST /v1/batch:status=401')
  await failureOf(run(parts, 'us', { sync: 'open' }))
  bench.faults()
  await close('open.us.000001', 500)
}, 120_000)
afterAll(async () => {
  await bench?.close()
})

/** Lets a window look as if it had been closed so many days ago. */
async function close(windowId: string, daysAgo: number): Promise<void> {
  const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString()
  await bench.sql(
    `UPDATE main.customerio.windows SET closed_at = TIMESTAMP '${at}' WHERE window_id = '${windowId}' AND state = 'closed'`,
  )
}

const keep = retentionDefaults
const counts = async (table: string) =>
  Object.fromEntries(
    (
      await bench.sql(
        `SELECT window_id, count(*) AS n FROM main.customerio.${table} GROUP BY window_id ORDER BY window_id`,
      )
    ).map(({ window_id, n }) => [String(window_id), Number(n)]),
  )
const accounts = () => bench.sql('SELECT * FROM main.customerio.account ORDER BY window_id')
const partsOf = async (windowId: string) => {
  const [name = ''] = windowId.split('.')
  const folders = ['outcomes', 'requests'].map(
    (kind) => `/Volumes/main/customerio/parts/${kind}/${name}/${windowId}`,
  )
  return (await Promise.all(folders.map((folder) => parts.workspace.list(folder)))).flat()
}
const history = async (table: string) => {
  const [newest] = await bench.sql(`DESCRIBE HISTORY main.customerio.${table} LIMIT 1`)
  return newest?.version
}

describe('a dry run', () => {
  it('counts what would go, and changes nothing', async () => {
    const tables = ['windows', 'outcome_log', 'requests', 'runs', 'holds', 'acts', 'ledger']
    const before = await Promise.all(tables.map(history))
    const files = (await partsOf('old.us.000001')).length
    const done = await maintain(parts, { keep, dryRun: true })
    expect(await Promise.all(tables.map(history))).toEqual(before)
    expect(await partsOf('old.us.000001')).toHaveLength(files)
    expect(done.rows).toEqual([
      { table: 'requests', windows: 3, rows: expect.any(Number) },
      { table: 'runs', windows: 3, rows: 3 },
      { table: 'quality', windows: 0, rows: 0 },
    ])
    expect(done.parts).toMatchObject({ folders: 6, notLoaded: 0 })
    expect(done.parts.files).toBeGreaterThanOrEqual(6)
  })
})

/** An outcome that no run of ours wrote. */
const outcome = (windowId: string, key: string) =>
  bench.sql(
    `INSERT INTO main.customerio.outcome_log (window_id, sync, destination, message_key, message_id, call, status, attempt, send_attempt, sent_at, run_id, part)
     VALUES ('${windowId}', 'old', 'us', '["${key}"]', 'by hand', 'identify', 'delivered', 1, 1, TIMESTAMP '2020-01-01T00:00:00Z', 'r', 'p')`,
  )

describe('old outcomes', () => {
  it('stay while the ledger does not know what they delivered, or their sync has an open window', async () => {
    await bench.sql("DELETE FROM main.customerio.ledger WHERE sync = 'old'")
    const before = await counts('outcome_log')
    const done = await maintain(parts, { keep, dryRun: false })
    expect(done.outcomes).toEqual({
      table: 'outcome_log',
      windows: 0,
      rows: 0,
      inUse: 1,
      notInLedger: 2,
    })
    expect(await counts('outcome_log')).toEqual(before)
  })

  it('go where it does, and leave every account as it was', async () => {
    const ledger = ledgerIn(parts.warehouse, parts.project.control)
    await ledger.settle('old.us.000001')
    expect((await maintain(parts, { keep, dryRun: true })).outcomes).toMatchObject({
      windows: 1,
      notInLedger: 1,
    })
    await ledger.settle('old.us.000002')
    // An older window that stays keeps the later ones: its dead letters would come back without them.
    await outcome('old.us.000001', 'unknown')
    expect((await maintain(parts, { keep, dryRun: false })).outcomes).toMatchObject({
      windows: 0,
      notInLedger: 2,
    })
    await bench.sql("DELETE FROM main.customerio.outcome_log WHERE message_id = 'by hand'")
    const before = await accounts()
    const done = await maintain(parts, { keep, dryRun: false })
    expect(done.outcomes).toMatchObject({ windows: 2, rows: 99, inUse: 1, notInLedger: 0 })
    expect(Object.keys(await counts('outcome_log'))).toEqual([
      'open.us.000001',
      'open.us.000002',
      'young.us.000001',
    ])
    expect(await accounts()).toEqual(before)
    expect(before.find(({ window_id }) => window_id === 'old.us.000001')).toMatchObject({
      row_count: 50,
      delivered: 49,
      invalid: 1,
      pending: 0,
    })
  })

  it('that were half removed by a process that died are finished by the next', async () => {
    await outcome('old.us.000002', '1')
    const before = await accounts()
    expect((await maintain(parts, { keep, dryRun: false })).outcomes).toMatchObject({ rows: 1 })
    expect(await accounts()).toEqual(before)
    expect(await counts('outcome_log')).not.toHaveProperty(['old.us.000002'])
  })
})

describe('events', () => {
  it('are not sent again when the outcomes that tell of them are gone', async () => {
    await bench.sql(
      `CREATE TABLE main.shop.clicks USING DELTA AS SELECT CAST(id AS STRING) AS id, 'p' AS person,
        CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) AS clicked_at FROM range(20)`,
    )
    const shop = await bench.open({
      'syncs/clicks.yml': `sync: clicks
source: { table: main.shop.clicks, key: id, start: all }
send: { call: track, event: Click, person: { id: person }, at: clicked_at }
`,
    })
    await setup(shop.warehouse, shop.project, shop.clock)
    await run(shop)
    await close('clicks.us.000001', 401)
    await maintain(parts, { keep, dryRun: false })
    expect(await counts('outcome_log')).not.toHaveProperty(['clicks.us.000001'])
    await bench.sql(
      "INSERT INTO main.shop.clicks VALUES ('new', 'p', TIMESTAMP '2024-01-01T00:00:00Z')",
    )
    expect((await run(shop)).sent).toMatchObject({ delivered: 1 })
    expect(bench.twin.store.events({ name: 'Click' })).toHaveLength(21)
  })
})

describe('rows of requests and runs', () => {
  it('went with windows past their time, and stayed of all others', async () => {
    const left = ['clicks.us.000002', 'open.us.000002', 'young.us.000001']
    expect(Object.keys(await counts('requests'))).toEqual(left)
    expect(Object.keys(await counts('runs'))).toEqual(left)
  })
})

describe('parts', () => {
  it('of closed windows went once they were loaded, those of others stayed', async () => {
    for (const gone of ['old.us.000001', 'old.us.000002', 'open.us.000001']) {
      expect(await partsOf(gone)).toEqual([])
    }
    expect((await partsOf('young.us.000001')).length).toBeGreaterThan(0)
    expect((await partsOf('open.us.000002')).length).toBeGreaterThan(0)
  })

  it('that are in no table stay, until their rows would be past their time', async () => {
    const folder = '/Volumes/main/customerio/parts/outcomes/young/young.us.000001'
    await parts.workspace.put(`${folder}/000009-000001.parquet`, Buffer.from('late'))
    await close('young.us.000001', 8)
    const done = await maintain(parts, { keep, dryRun: false })
    expect(done.parts).toMatchObject({ notLoaded: 1, folders: 1 })
    expect((await parts.workspace.list(folder)).map(({ bytes }) => bytes)).toEqual([4])

    await ledgerIn(parts.warehouse, parts.project.control).settle('young.us.000001')
    await close('young.us.000001', 401)
    expect((await maintain(parts, { keep, dryRun: false })).parts).toMatchObject({
      files: 1,
      bytes: 4,
      notLoaded: 0,
    })
    expect(await parts.workspace.list(folder)).toEqual([])
  })

  it('of windows that nobody knows are not touched', async () => {
    const path = '/Volumes/main/customerio/parts/requests/old/other.us.000001/1-1.parquet'
    await parts.workspace.put(path, Buffer.from('x'))
    await maintain(parts, { keep, dryRun: false })
    expect(await parts.workspace.list(path.slice(0, path.lastIndexOf('/')))).toHaveLength(1)
  })
})

describe('an open window', () => {
  it('is finished after maintenance as if there had been none', async () => {
    const report = await run(parts, 'us', { sync: 'open' })
    expect(report).toMatchObject({
      windowId: 'open.us.000002',
      account: { rows: 50, delivered: 49, pending: 0 },
    })
    await loadWindow({
      sql: parts.warehouse,
      files: parts.workspace,
      control: parts.project.control,
      sync: 'old',
      windowId: 'old.us.000001',
    })
    expect(await counts('outcome_log')).not.toHaveProperty(['old.us.000001'])
  })
})

describe('snapshots', () => {
  it('of closed windows are dropped; of open ones, of none, and tables of others stay', async () => {
    const { createHash } = await import('node:crypto')
    const hash = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 8)
    const tables = {
      closed: `snapshot_old_us_000001_${hash('old.us.000001')}`,
      read: `snapshot_old_us_000002_${hash('old.us.000002')}`,
      opening: `snapshot_old_us_000009_${hash('old.us.000009')}`,
      other: 'snapshot_of_mine',
    }
    for (const name of Object.values(tables)) {
      await bench.sql(`CREATE TABLE main.customerio.${name} USING DELTA AS SELECT 1 AS id`)
    }
    await bench.sql(
      `INSERT INTO main.customerio.windows (window_id, sync, destination, window_number, kind, state, pin, mapping_hash, mapping, row_count, null_keys, duplicate_keys, no_route, unchanged, held, ignored, run_id, opened_at)
       VALUES ('s.us.000001', 's', 'us', 1, 'sync', 'open', '{"table":"\`main\`.\`customerio\`.\`${tables.read}\`"}', 'h', '{}', 1, 0, 0, 0, 0, 0, 0, 'r', TIMESTAMP '2026-01-01T00:00:00Z')`,
    )
    const seen = await maintain(parts, { keep, dryRun: true })
    expect(seen.snapshots).toEqual({ dropped: [tables.closed], kept: 2 })
    expect((await maintain(parts, { keep, dryRun: false })).snapshots).toEqual(seen.snapshots)
    const left = await bench.sql("SHOW TABLES IN main.customerio LIKE 'snapshot_*'")
    expect(left.map(({ tableName }) => String(tableName)).sort()).toEqual(
      [tables.read, tables.opening, tables.other].sort(),
    )
  })
})

describe('maintenance', () => {
  it('removes holds that ended long ago, keeps their acts, and writes itself down', async () => {
    const hold = (id: string, released: string) =>
      `('${id}', 'old', 'why', 'ann', TIMESTAMP '2020-01-01T00:00:00Z', ${released})`
    await bench.sql(
      `INSERT INTO main.customerio.holds (hold_id, sync, why, held_by, held_at, released_at) VALUES
        ${hold('a', "TIMESTAMP '2020-02-01T00:00:00Z'")}, ${hold('b', 'NULL')}, ${hold('c', 'current_timestamp()')}`,
    )
    expect((await maintain(parts, { keep, dryRun: true })).holds).toBe(1)
    expect((await maintain(parts, { keep, dryRun: false })).holds).toBe(1)
    const left = await bench.sql('SELECT hold_id FROM main.customerio.holds ORDER BY hold_id')
    expect(left).toEqual([{ hold_id: 'b' }, { hold_id: 'c' }])
    const [act] = await bench.sql(
      'SELECT act, actor, details FROM main.customerio.acts ORDER BY acted_at DESC LIMIT 1',
    )
    expect(act).toMatchObject({ act: 'maintain', actor: 'ann' })
    expect(JSON.parse(String(act?.details))).toEqual(keep)
  })

  it('puts small files together, and finds nothing to do the second time', async () => {
    for (const id of ['x', 'y', 'z']) {
      await bench.sql(
        `INSERT INTO main.customerio.acts (act_id, act, actor, acted_at) VALUES ('${id}', 'a', 'b', TIMESTAMP '2026-01-01T00:00:00Z')`,
      )
    }
    const acts = (done: Maintained) => done.optimized.find(({ table }) => table === 'acts')
    const first = await maintain(parts, { keep, dryRun: false })
    expect(acts(first)?.filesBefore).toBeGreaterThan(2)
    expect(acts(first)?.filesAfter).toBe(1)
    expect(first.optimized).toHaveLength(13)
    const second = await maintain(parts, { keep, dryRun: false })
    expect(second).toMatchObject({
      migrated: 0,
      holds: 0,
      outcomes: { rows: 0 },
      parts: { files: 0, bytes: 0 },
    })
    expect(second.rows.map(({ rows }) => rows)).toEqual([0, 0, 0])
  })

  it('adds the columns of this version to tables of an earlier one, and only counts them in a dry run', async () => {
    await bench.sql(
      'DROP TABLE main.customerio.receipts',
      'CREATE TABLE main.customerio.receipts USING DELTA AS SELECT CAST(NULL AS STRING) AS receipt_id WHERE FALSE',
    )
    const columns = async () =>
      (await bench.sql('DESCRIBE TABLE main.customerio.receipts')).map(({ col_name }) => col_name)
    expect((await maintain(parts, { keep, dryRun: true })).migrated).toBe(1)
    expect(await columns()).toEqual(['receipt_id'])
    expect((await maintain(parts, { keep, dryRun: false })).migrated).toBe(1)
    expect(await columns()).toContain('request_id')
  })

  it('advises a VACUUM that keeps what the oldest open window reads', async () => {
    const { vacuum } = await maintain(parts, { keep, dryRun: true })
    const hours = Number(/RETAIN (\d+) HOURS$/.exec(vacuum.statements[0] ?? '')?.[1])
    const age = (Date.now() - Date.UTC(2026, 0, 1)) / 3_600_000
    expect(hours).toBeGreaterThan(age + 23)
    await bench.sql("DELETE FROM main.customerio.windows WHERE sync = 's'")
    const calm = await maintain(parts, { keep, dryRun: true })
    expect(calm.vacuum.statements).toContain('VACUUM `main`.`customerio`.`ledger` RETAIN 168 HOURS')
  })

  it('is told in words, every number of it', async () => {
    const text = maintainedText(await maintain(parts, { keep, dryRun: false })).join('\n')
    expect(text).toContain('main.customerio is maintained')
    expect(text).toMatch(/rows past their time +outcome_log +\d+ +\d+/)
  })
})

describe('what was said of people', () => {
  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
  const count = async (from: string) =>
    Number((await bench.sql(`SELECT count(*) AS n FROM main.kept.${from}`))[0]?.n)

  it('goes after its time: payloads out of their rows, and calls of the outbox that were decided', async () => {
    const kept = await bench.ready({
      'customerio.yml': `${projectFile.replace('main.customerio', 'main.kept')}outbox: {}\n`,
      'syncs/young.yml': `${sync('young')}keep_payload: true\n`,
    })
    await run(kept, 'us', { sync: 'young' })
    const call = (id: string, call: string, asked: number) =>
      `INSERT INTO main.kept.outbox (id, call, person, payload, requested_at) VALUES ('${id}', '${call}', 'p1', '{}', TIMESTAMP '${daysAgo(asked)}')`
    await bench.sql(
      call('sent', 'identify', 40),
      call('refused', 'idetnify', 40),
      call('given up', 'identify', 40),
      call('young', 'identify', 3),
    )
    await run(kept, 'us', { sync: 'outbox' })
    await bench.sql(
      `UPDATE main.kept.ledger SET decided_at = TIMESTAMP '${daysAgo(36)}' WHERE sync = 'outbox'`,
      `UPDATE main.kept.ledger SET status = 'undelivered' WHERE message_key = '["given up"]'`,
      `UPDATE main.kept.outcome_log SET sent_at = TIMESTAMP '${daysAgo(36)}' WHERE message_key < '["3' AND sync = 'young'`,
      call('not yet sent', 'identify', 40),
    )
    const rows = await count('outcome_log')
    const old = await count(`outcome_log WHERE payload IS NOT NULL AND message_key < '["3'`)
    const payloads = await count('outcome_log WHERE payload IS NOT NULL')
    expect(old).toBeGreaterThan(0)
    const expected = { payloads: old, outbox: 2 }
    expect(await maintain(kept, { keep, dryRun: true })).toMatchObject(expected)
    expect(await count('outbox')).toBe(5)
    expect(await maintain(kept, { keep, dryRun: false })).toMatchObject(expected)
    expect(await count('outcome_log')).toBe(rows)
    expect(await count('outcome_log WHERE payload IS NOT NULL')).toBe(payloads - old)
    expect(
      (await bench.sql('SELECT id FROM main.kept.outbox ORDER BY id')).map(({ id }) => id),
    ).toEqual(['given up', 'not yet sent', 'young'])
    // Asked for again under its old id: the ledger still knows it.
    await bench.sql(call('sent', 'identify', 0))
    const { account } = await run(kept, 'us', { sync: 'outbox' })
    expect(account).toMatchObject({ delivered: 1, pending: 0 })
    expect(await count(`outcome_log WHERE message_key = '["sent"]'`)).toBe(1)
  }, 60_000)
})
