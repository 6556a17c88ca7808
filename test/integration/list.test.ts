import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { hold, type ListedSync, listSyncs, release } from '../../src/ops/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, failureOf, projectFile, run, startBench } from '../support/bench.ts'

const sync = (name: string, source: string) => `sync: ${name}
owner: crm-data
source: ${source}
send: { call: identify, person: { id: id }, traits: { name: name } }
`
const files = {
  'customerio.yml': `${projectFile}jobs:
  often: { every: 1h, share: 0.5, syncs: [people] }
  weekly: { every: 2w, share: 0.5, syncs: [people, some] }
`,
  'syncs/people.yml': sync('people', '{ table: main.shop.people, key: id, changes: full }'),
  'syncs/some.yml': sync(
    'some',
    '{ query: "SELECT * FROM main.shop.people WHERE id < 3", key: id, changes: full }',
  ),
}

let bench: Bench
let parts: Parts
beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id,
      CASE WHEN id = 7 THEN repeat('x', 40000) ELSE concat('n', id) END AS name FROM range(20)`,
  )
  parts = await bench.ready(files, { environment: { CUSTOMERIO_JOBS_STARTED_BY: 'ann' } })
}, 120_000)
afterAll(async () => {
  await bench?.close()
})

const listed = async (name: string): Promise<ListedSync> => {
  const found = (await listSyncs(parts)).find((one) => one.sync === name)
  if (found === undefined) throw new Error(`${name} is not listed`)
  return found
}

describe('a sync in the listing', () => {
  it('never ran at first', async () => {
    expect(await listSyncs(parts)).toEqual([
      { sync: 'people', destination: 'us', owner: 'crm-data', status: 'never ran', deadLetters: 0 },
      { sync: 'some', destination: 'us', owner: 'crm-data', status: 'never ran', deadLetters: 0 },
    ])
  })

  it('shows its last run, how fresh it is, its dead letters, and when it is due again', async () => {
    const report = await run(parts, 'us', { sync: 'people' })
    const people = await listed('people')
    const [newest] = await bench.sql('DESCRIBE HISTORY main.shop.people LIMIT 1')
    expect(people).toMatchObject({
      status: 'ok',
      lastRun: { runId: report.runId, colour: 'yellow', durationMs: expect.any(Number) },
      freshness: {
        windowId: report.windowId,
        closedAt: expect.any(Date),
        version: 0,
        committedAt: newest?.timestamp,
      },
      deadLetters: 1,
    })
    expect(await bench.sql('SELECT status FROM main.customerio.dead_letters')).toHaveLength(1)
    const due = people.nextDue?.getTime() ?? 0
    expect(due - (people.lastRun?.startedAt.getTime() ?? 0)).toBe(3_600_000)
    expect(JSON.stringify(people)).not.toContain('n1')
  })

  it('over a query is as fresh as its snapshot, which has no version of the source', async () => {
    await run(parts, 'us', { sync: 'some' })
    const some = await listed('some')
    expect(some.lastRun?.colour).toBe('green')
    expect(some.freshness).toHaveProperty('committedAt')
    expect(some.freshness).not.toHaveProperty('version')
    expect((some.nextDue?.getTime() ?? 0) - (some.lastRun?.startedAt.getTime() ?? 0)).toBe(
      14 * 86_400_000,
    )
  })

  it('is failing after a run that was refused, and ok after the next', async () => {
    bench.faults('customerio:POST /v1/batch:status=401')
    await failureOf(run(parts, 'us', { sync: 'people' }))
    bench.faults()
    expect(await listed('people')).toMatchObject({
      status: 'failing',
      because: 'UNAUTHORIZED',
      lastRun: { colour: 'red', errorCode: 'UNAUTHORIZED' },
      freshness: { windowId: 'people.us.000001' },
    })
    await run(parts, 'us', { sync: 'people' })
    expect(await listed('people')).toMatchObject({
      status: 'ok',
      freshness: { windowId: 'people.us.000002' },
    })
  })

  it('is held while somebody holds it, or every sync', async () => {
    await hold(parts, 'people', 'wrong prices')
    expect(await listed('people')).toMatchObject({
      status: 'held',
      because: expect.stringMatching(/^by ann since .*: wrong prices$/),
    })
    expect((await listed('some')).status).toBe('ok')
    await release(parts, 'people')
    await hold(parts, null, 'audit')
    expect((await listed('some')).status).toBe('held')
    await release(parts, null)
    expect((await listed('people')).status).toBe('ok')
  })

  it('is running while another process has its lease, or that of a slice, and not when that died', async () => {
    const lease = (owner: string, name = 'people') =>
      bench.sql(
        `UPDATE main.customerio.checkpoints SET sync = '${name}', owner = '${owner}', expires_at = timestamp_millis(unix_millis(current_timestamp()) + 60000) WHERE sync LIKE 'people%'`,
      )
    await lease('elsewhere/1/2')
    expect(await listed('people')).toMatchObject({ status: 'running', because: 'elsewhere/1/2' })
    expect((await listed('people')).lastRun?.colour).toBe('green')
    await lease('elsewhere/1/3', 'people#3/8')
    expect(await listed('people')).toMatchObject({ status: 'running', because: 'elsewhere/1/3' })
    const { localProcesses } = await import('../../src/audit/index.ts')
    await lease(`${localProcesses().machine}/${process.pid}/never`)
    expect((await listed('people')).status).toBe('ok')
    await bench.sql(
      "UPDATE main.customerio.checkpoints SET owner = 'elsewhere/1/2', expires_at = TIMESTAMP '2020-01-01T00:00:00Z' WHERE sync = 'people'",
    )
    expect((await listed('people')).status).toBe('ok')
  })

  it('that is at work shows no colour for the run that has not ended', async () => {
    await bench.sql(
      "UPDATE main.customerio.runs SET finished_at = NULL, exit_code = NULL, error_code = NULL WHERE window_id = 'some.us.000001'",
      "UPDATE main.customerio.checkpoints SET owner = 'elsewhere/1/2', expires_at = timestamp_millis(unix_millis(current_timestamp()) + 60000) WHERE sync = 'some'",
    )
    const some = await listed('some')
    expect(some.status).toBe('running')
    expect(some.lastRun).not.toHaveProperty('colour')
    expect(some.lastRun).not.toHaveProperty('durationMs')
    await bench.sql("UPDATE main.customerio.checkpoints SET owner = NULL WHERE sync = 'some'")
    expect(await listed('some')).toMatchObject({
      status: 'failing',
      because: 'it ended without a word',
    })
  })

  it('with a window that is open and no run that failed says which', async () => {
    await bench.sql(
      "UPDATE main.customerio.windows SET state = 'open' WHERE window_id = 'people.us.000002'",
    )
    expect(await listed('people')).toMatchObject({
      status: 'open window',
      because: 'people.us.000002',
      freshness: { windowId: 'people.us.000001' },
    })
  })
})
