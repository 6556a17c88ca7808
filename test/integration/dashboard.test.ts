import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { alertResources } from '../../src/bundle/alerts.ts'
import { dashboardFile, datasetsOf } from '../../src/bundle/dashboard.ts'
import { periodHtml, readPeriod } from '../../src/ops/index.ts'
import { totalsOf } from '../../src/ops/report-totals.ts'
import type { Parts } from '../../src/sync/index.ts'
import type { SqlRow } from '../../src/warehouse/index.ts'
import { type Bench, projectFile, refuseMe, run, startBench } from '../support/bench.ts'

const files = {
  'customerio.yml': `${projectFile}jobs:
  often: { every: 1h, syncs: [people] }
`,
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { name: name } }
brakes: { max_failed_percent: 50 }
`,
  'syncs/idle.yml': `sync: idle
source: { table: main.shop.people, key: id }
send: { call: identify, person: { id: id }, traits: { name: name } }
`,
}

/** What the system tables of Databricks have of a job of ours, of one of somebody else's, and of prices. */
const systemTables = [
  'CREATE CATALOG system',
  'CREATE SCHEMA system.billing',
  'CREATE SCHEMA system.lakeflow',
  `CREATE TABLE system.lakeflow.jobs USING DELTA AS SELECT * FROM VALUES
    ('w', 'j1', 'shop', map('product', 'customerio-jobs'), TIMESTAMP '2026-01-01T00:00:00Z'),
    ('w', 'j1', 'customerio-jobs shop', map('product', 'customerio-jobs'), TIMESTAMP '2026-01-02T00:00:00Z'),
    ('w', 'j2', 'other', map('product', 'other'), TIMESTAMP '2026-01-01T00:00:00Z')
    AS j(workspace_id, job_id, name, tags, change_time)`,
  `CREATE TABLE system.billing.usage USING DELTA AS SELECT workspace_id, usage_date, usage_date AS usage_end_time, sku_name, cloud,
      CAST(quantity AS DECIMAL(38, 18)) AS usage_quantity, named_struct('job_id', job_id) AS usage_metadata
    FROM VALUES ('w', 'j1', current_date(), 'JOBS', 'AWS', 2), ('w', 'j1', current_date(), 'JOBS', 'AWS', 3),
      ('w', 'j2', current_date(), 'JOBS', 'AWS', 7) AS u(workspace_id, job_id, usage_date, sku_name, cloud, quantity)`,
  `CREATE TABLE system.billing.list_prices USING DELTA AS SELECT sku_name, cloud, named_struct('default', price) AS pricing,
      price_start_time, price_end_time
    FROM VALUES ('JOBS', 'AWS', 9.0, TIMESTAMP '2020-01-01T00:00:00Z', TIMESTAMP '2021-01-01T00:00:00Z'),
      ('JOBS', 'AWS', 0.5, TIMESTAMP '2021-01-01T00:00:00Z', CAST(NULL AS TIMESTAMP))
    AS p(sku_name, cloud, price, price_start_time, price_end_time)`,
]

let bench: Bench
let parts: Parts
beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id,
      CASE WHEN id = 7 THEN repeat('x', 40000) WHEN id = 8 THEN '${refuseMe}' ELSE concat('n', id) END AS name FROM range(20)`,
    "INSERT INTO main.shop.people VALUES (NULL, 'nobody')",
    ...systemTables,
  )
  parts = await bench.ready(files)
}, 120_000)
afterAll(async () => {
  await bench?.close()
})

const tables = 'windows|runs|outcomes|requests|ledger|checkpoints|account'

/** A dataset, in the schema that the bundle makes its default. */
async function dataset(name: string): Promise<SqlRow[]> {
  const sql = datasetsOf(parts.project).get(name) ?? ''
  return await bench.sql(
    sql.replace(new RegExp(`(FROM|JOIN) (?=(?:${tables})\\b)`, 'g'), '$1 main.customerio.'),
  )
}

const fresh = async (sync: string) => (await dataset('freshness')).find((row) => row.sync === sync)

interface Alert {
  readonly query_text: string
  readonly evaluation: {
    readonly source: { readonly name: string; readonly aggregation: 'MAX' | 'COUNT' }
    readonly threshold: { readonly value: { readonly double_value: number } }
  }
}
interface AlertFile {
  readonly resources: { readonly alerts: Readonly<Record<string, Alert>> }
}

function missing(name: string): never {
  throw new Error(`the file of ${name} is about something else`)
}

interface WidgetQuery {
  readonly query: {
    readonly datasetName: string
    readonly fields: readonly { readonly expression: string }[]
  }
}

/** The alerts that tell somebody now, as Databricks evaluates them. */
async function firing(): Promise<string[]> {
  const files = [...alertResources(parts.project)].map(
    ([name, file]) => [name, file as AlertFile] as const,
  )
  const names: string[] = []
  for (const [name, { resources }] of files) {
    const { query_text, evaluation } = resources.alerts[name] ?? missing(name)
    const rows = await bench.sql(
      query_text
        .replaceAll('${var.control_catalog}', 'main')
        .replaceAll('${var.control_schema}', 'customerio'),
    )
    const values = rows.map((row) => row[evaluation.source.name])
    if (values.includes(undefined)) throw new Error(`${name} has no ${evaluation.source.name}`)
    const value =
      evaluation.source.aggregation === 'COUNT' ? values.length : Math.max(...values.map(Number))
    if (values.length > 0 && value > evaluation.threshold.value.double_value) names.push(name)
  }
  return names
}

const sum = (rows: readonly SqlRow[], column: string) =>
  rows.reduce((total, row) => total + Number(row[column]), 0)

describe('before the first run', () => {
  it('every dataset but freshness and cost is empty, and no alert fires', async () => {
    const counts: Record<string, number> = {}
    for (const name of datasetsOf(parts.project).keys()) {
      counts[name] = (await dataset(name)).length
    }
    expect(counts).toEqual({
      messages: 0,
      reasons: 0,
      account: 0,
      dead_letters: 0,
      freshness: 2,
      runs: 0,
      latency: 0,
      quota: 0,
      cost: 1,
    })
    expect(await firing()).toEqual([])
  })

  it('a sync that never ran is due from its setup on', async () => {
    expect(await fresh('idle')).toMatchObject({ every_minutes: null, state: 'no period' })
    expect(await fresh('people')).toMatchObject({
      ...{ every_minutes: 60, periods_late: 0, state: 'in time', is_late: 0, last_run_at: null },
    })
    await bench.sql(
      "UPDATE main.customerio.checkpoints SET updated_at = timestampadd(HOUR, -3, current_timestamp()) WHERE sync = 'people'",
    )
    expect(await firing()).toEqual(['no_run'])
  })
})

describe('after a run with failures', () => {
  beforeAll(async () => {
    await run(parts, 'us', { sync: 'people' })
  }, 60_000)

  it('shows every row by what became of it', async () => {
    const messages = await dataset('messages')
    expect([sum(messages, 'delivered'), sum(messages, 'failed')]).toEqual([18, 3])
    expect(await dataset('account')).toMatchObject([
      { row_count: 21, delivered: 18, invalid: 2, rejected: 1, pending: 0, is_open: 0 },
    ])
    const byReason = (await dataset('reasons')).map(({ status, messages }) => [status, messages])
    expect(byReason.sort()).toEqual([
      ['invalid', 1],
      ['invalid', 1],
      ['rejected', 1],
    ])
    expect(sum(await dataset('dead_letters'), 'dead_letters')).toBe(2)
  })

  it('shows the run, its speed, and how long answers took beside the quota', async () => {
    const [{ n: requests } = {}] = await bench.sql(
      'SELECT count(*) AS n FROM main.customerio.requests',
    )
    const runs = await dataset('runs')
    expect(runs).toMatchObject([
      { sync: 'people', delivered: 18, failed: 2, ending: 'ok', requests },
    ])
    expect(Number(runs[0]?.rows_per_second)).toBeGreaterThan(0)
    const latency = await dataset('latency')
    expect(new Set(latency.map(({ percentile }) => percentile))).toEqual(
      new Set(['50 %', '95 %', '99 %']),
    )
    expect(sum(latency, 'requests')).toBe(3 * Number(requests))
    const quota = await dataset('quota')
    expect(new Set(quota.map(({ line }) => line))).toEqual(
      new Set(['us: busiest second', 'us: quota']),
    )
    expect(quota.find(({ line }) => line === 'us: quota')?.requests).toBe(200)
  })

  it('has every column that a widget asks for', async () => {
    const { pages } = JSON.parse(dashboardFile(parts.project)) as {
      pages: { layout: { widget: { queries?: WidgetQuery[] } }[] }[]
    }
    const queries = pages.flatMap(({ layout }) =>
      layout.flatMap(({ widget }) => widget.queries ?? []),
    )
    const rows = new Map<string, SqlRow>()
    for (const { query } of queries) {
      const { datasetName: name } = query
      const row = rows.get(name) ?? (await dataset(name))[0] ?? {}
      rows.set(name, row)
      const columns = query.fields.map(({ expression }) =>
        expression.replace(/^.*`(\w+)`.*$/, '$1'),
      )
      expect(Object.keys(row)).toEqual(expect.arrayContaining(columns))
    }
  })

  it('shows how fresh it is, and is late no more', async () => {
    const people = await fresh('people')
    expect(people).toMatchObject({ state: 'in time', last_closed_at: expect.any(Date) })
  })

  it('tells of what failed and of new dead letters, and of nothing else', async () => {
    expect(await firing()).toEqual(['failure_rate', 'dead_letters'])
  })

  it('shows what jobs cost, at the price of the day, without those of others', async () => {
    expect(await dataset('cost')).toMatchObject([
      { job: 'customerio-jobs shop', units: '5.000000000000000000', list_price: expect.anything() },
    ])
    expect(Number((await dataset('cost'))[0]?.list_price)).toBe(2.5)
  })
})

describe('the report on some days', () => {
  const aDay = 86_400_000

  it('says what the dashboard says, of each sync', async () => {
    const report = await readPeriod(parts, { since: Date.now() - 7 * aDay })
    expect(totalsOf(report)).toMatchObject({
      ...{ delivered: 18, failed: 3, failedPercent: 14.29, runs: 1, failedRuns: 0, deadLetters: 2 },
    })
    expect(report.syncs).toHaveLength(2)
    expect(report.syncs).toContainEqual(
      expect.objectContaining({ sync: 'people', delivered: 18, deadLetters: 2, everyMinutes: 60 }),
    )
    expect(new Set(report.latency.map(({ percentile }) => percentile)).size).toBe(3)
    expect(periodHtml(report)).toContain('people → us')
    expect(JSON.stringify(report)).not.toContain(refuseMe)
  })

  it('of one sync knows nothing of others, and one of days to come nothing at all', async () => {
    const idle = await readPeriod(parts, { since: Date.now() - aDay, sync: 'idle' })
    expect(idle.syncs.map(({ sync }) => sync)).toEqual(['idle'])
    expect(totalsOf(idle)).toMatchObject({ delivered: 0, runs: 0, deadLetters: 0 })
    const future = await readPeriod(parts, { since: Date.now() + aDay })
    expect(totalsOf(future)).toMatchObject({ delivered: 0, failed: 0, runs: 0 })
  })
})

describe('later', () => {
  it('dead letters of the day before do not grow, nor does the failure rate of that day count', async () => {
    await bench.sql(
      'UPDATE main.customerio.outcome_log SET sent_at = timestampadd(HOUR, -30, sent_at)',
      'UPDATE main.customerio.windows SET opened_at = timestampadd(HOUR, -30, opened_at)',
    )
    expect(await firing()).toEqual([])
  })

  it('a key that was dead the day before and still is, is no growth; a delivered one makes room', async () => {
    await run(parts, 'us', { sync: 'people' })
    expect(await firing()).toEqual(['failure_rate'])
  })

  it('tells of a sync that did not run for two periods', async () => {
    await bench.sql(
      'UPDATE main.customerio.runs SET started_at = timestampadd(HOUR, -3, started_at)',
    )
    expect(await firing()).toContain('no_run')
    const people = await fresh('people')
    expect(people).toMatchObject({ state: 'late', is_late: 1, periods_late: 3 })
  })

  it('tells of a window that stays open, and of a closed one with rows that nothing accounts for', async () => {
    const window = "WHERE window_id = 'people.us.000002'"
    await bench.sql(`UPDATE main.customerio.windows SET row_count = row_count + 1 ${window}`)
    expect(await firing()).toContain('unaccounted_rows')
    await bench.sql(
      `UPDATE main.customerio.windows SET row_count = row_count - 1, state = 'open' ${window}`,
    )
    expect(await firing()).not.toContain('unaccounted_rows')
    await bench.sql(
      `UPDATE main.customerio.windows SET opened_at = timestampadd(HOUR, -13, current_timestamp()) ${window}`,
    )
    expect(await firing()).toContain('unaccounted_rows')
    expect(sum(await dataset('account'), 'is_open')).toBe(1)
  })
})
