import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type Clock, silentLog, systemClock } from '../../src/core/index.ts'
import {
  type CheckName,
  type Diagnosis,
  doctor,
  doctorText,
  type Finding,
  isSick,
} from '../../src/ops/index.ts'
import {
  type Bench,
  inAHurry,
  type ProjectFiles,
  startBench,
  twoWorkspaces,
  writeProject,
} from '../support/bench.ts'

const people = `sync: people
source: { table: main.shop.people, key: id }
send: { call: identify, to: us, person: { id: id }, traits: { name: name } }
`
const visits = `sync: visits
source: { query: "SELECT * FROM main.shop.visits", key: id, start: all }
send: { call: track, to: eu, event: Visited, person: { id: who }, at: at }
`
const files = {
  'customerio.yml': twoWorkspaces,
  'syncs/people.yml': people,
  'syncs/visits.yml': visits,
}

const setup = expect.stringContaining('customerio-jobs setup')
const denied: string[] = []
let bench: Bench
beforeAll(async () => {
  bench = await startBench({ sql: { denied } })
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    "CREATE TABLE main.shop.people USING DELTA AS SELECT id, 'n' AS name FROM range(3)",
    'CREATE TABLE main.shop.visits USING DELTA AS SELECT id, id AS who, current_timestamp() AS at FROM range(3)',
  )
  await bench.ready(files)
}, 120_000)
afterAll(() => bench?.close())
afterEach(() => {
  bench.twin.faults.clear()
  denied.length = 0
})

/** What the doctor finds of a project of these files. */
async function diagnose({
  project = files,
  environment = {},
  clock = systemClock,
  target,
}: {
  readonly project?: ProjectFiles
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly clock?: Clock
  readonly target?: string
} = {}): Promise<Diagnosis> {
  const root = mkdtempSync(join(bench.folder, 'doctor-'))
  try {
    writeProject(root, project)
  } catch {} // a broken project is written all the same
  return await doctor({
    root,
    target,
    environment: { ...bench.twin.environment, ...environment },
    node: '20.20.0',
    clock,
    log: silentLog,
    ca: bench.twin.ca,
    patience: inAHurry,
  })
}

const findings = ({ checks }: Diagnosis, name: CheckName): readonly Finding[] =>
  checks.find(({ check }) => check === name)?.findings ?? []
const failures = ({ checks }: Diagnosis) =>
  checks.flatMap(({ check, findings: all }) =>
    all.flatMap(({ health, about, code, cure }) =>
      health === 'failed' ? [{ check, about, code, cure }] : [],
    ),
  )
const shownIn = (diagnosis: Diagnosis) =>
  doctorText(diagnosis, { width: 80, colours: false }).join('\n')

describe('the doctor, where all is well', () => {
  it('finds nothing to mend, and leaves nothing behind', async () => {
    const before = await state()
    const diagnosis = await diagnose()
    const all = diagnosis.checks.flatMap((check) => check.findings)
    expect(all.filter(({ health }) => health !== 'ok')).toEqual([])
    expect(isSick(diagnosis)).toBe(false)
    expect(findings(diagnosis, 'syncs')).toMatchObject([
      { found: '2 of 2 syncs fit the columns of their sources' },
    ])
    expect(await state()).toEqual(before)
  })

  it('says where each setting comes from, and never what a secret is', async () => {
    const project = {
      ...files,
      'customerio.yml': `${twoWorkspaces}targets: { sandbox: { destinations: { eu: { key: env://EU_KEY } } } }\n`,
    }
    const secrets = { EU_KEY: 'never-to-be-seen', DATABRICKS_TOKEN: 'nor-this' }
    const diagnosis = await diagnose({ project, environment: secrets, target: 'sandbox' })
    const origins = Object.fromEntries(
      findings(diagnosis, 'settings').map(({ about, found }) => [about, found]),
    )
    expect(origins).toMatchObject({
      workspace: 'from DATABRICKS_HOST',
      identity: 'from DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET; not from DATABRICKS_TOKEN',
      'control schema': 'from customerio.yml',
      'key of us': 'from customerio.yml: secret://customerio/us',
      'key of eu': 'from customerio.yml, target sandbox: the variable EU_KEY',
      'spool limit': '4096 MB, by default',
    })
    const { DATABRICKS_CLIENT_SECRET: client = '' } = bench.twin.environment
    for (const secret of [...Object.values(secrets), client]) {
      expect(JSON.stringify(diagnosis)).not.toContain(secret)
    }
  })

  it('waits for a warehouse that is stopped', async () => {
    bench.twin.warehouse.stop()
    const [found] = findings(await diagnose(), 'warehouse')
    expect(found).toMatchObject({
      health: 'ok',
      found: expect.stringContaining('the warehouse was STOPPED and answered within'),
    })
  })
})

describe('the doctor, where something is wrong', () => {
  it('without a connection says what is missing, and looks at what it can', async () => {
    const none = Object.fromEntries(Object.keys(bench.twin.environment).map((name) => [name, '']))
    const diagnosis = await diagnose({ environment: none })
    expect(failures(diagnosis)).toMatchObject([{ check: 'settings', code: 'SETTINGS_MISSING' }])
    expect(findings(diagnosis, 'node')).toMatchObject([{ health: 'ok' }])
    expect(findings(diagnosis, 'project')).toMatchObject([{ health: 'ok' }])
    expect(findings(diagnosis, 'syncs')).toMatchObject([{ found: 'skipped: settings failed' }])
    expect(shownIn(diagnosis)).toContain('DATABRICKS_WAREHOUSE_ID')
  })

  it('of a project with mistakes names file and line', async () => {
    const project = { ...files, 'syncs/people.yml': people.replace('key: id', 'kee: id') }
    const [first] = failures(await diagnose({ project }))
    expect(first).toMatchObject({
      check: 'project',
      about: expect.stringMatching(/^syncs\/people\.yml:2:\d+$/),
      code: 'CONFIG_INVALID',
    })
  })

  it('a clock that is off by minutes', async () => {
    // Whoever is not let in has a clock all the same, and the rest is left out.
    const environment = { DATABRICKS_CLIENT_SECRET: 'wrong' }
    const offBy = async (ms: number) => {
      const clock = { ...systemClock, now: () => Date.now() + ms }
      return findings(await diagnose({ clock, environment }), 'clock')
    }
    const found = expect.stringMatching(/ (5|6)\d s behind$/)
    const cure = expect.stringContaining('NTP')
    expect(await offBy(-60_000)).toMatchObject([
      { health: 'warning', about: 'workspace', found, cure },
      { health: 'warning', about: 'Customer.io us' },
      { health: 'warning', about: 'Customer.io eu' },
    ])
    expect((await offBy(600_000)).map(({ health }) => health)).toEqual([
      'failed',
      'failed',
      'failed',
    ])
  })

  it('credentials that the workspace refuses', async () => {
    const diagnosis = await diagnose({ environment: { DATABRICKS_CLIENT_SECRET: 'wrong' } })
    expect(failures(diagnosis)).toEqual([
      {
        check: 'identity',
        code: 'UNAUTHENTICATED',
        cure: expect.stringContaining('DATABRICKS_CLIENT_SECRET'),
      },
    ])
    expect(findings(diagnosis, 'sources')).toMatchObject([{ found: 'skipped: warehouse failed' }])
  })

  it('a workspace that is not there', async () => {
    const host = { DATABRICKS_HOST: 'https://127.0.0.1:9' }
    expect(failures(await diagnose({ environment: host }))).toMatchObject([
      { check: 'identity', code: 'WORKSPACE_UNREACHABLE', cure: expect.stringContaining('HOST') },
    ])
  })

  it('a warehouse that is not there, or on its way out', async () => {
    const wrong = await diagnose({ environment: { DATABRICKS_WAREHOUSE_ID: 'none' } })
    expect(failures(wrong)).toMatchObject([{ check: 'warehouse', code: 'WAREHOUSE_MISSING' }])
    bench.twin.faults.set({
      seed: 1,
      rules: [
        {
          door: 'workspace',
          call: 'GET /api/2.0/sql/warehouses/*',
          when: {},
          fault: { status: 200, body: '{"name":"w","state":"DELETED"}' },
        },
      ],
    })
    expect(failures(await diagnose())).toMatchObject([
      { check: 'warehouse', cure: expect.stringContaining('DATABRICKS_WAREHOUSE_ID') },
    ])
  })

  it('a source that is missing, and one that may not be read: their syncs alone', async () => {
    denied.push('main.shop.visits')
    const gone = people.replace('shop.people', 'shop.gone').replace('people', 'gone')
    const found = await diagnose({ project: { ...files, 'syncs/gone.yml': gone } })
    expect(failures(found)).toMatchObject([
      {
        check: 'sources',
        about: 'gone',
        code: 'TABLE_MISSING',
        cure: expect.stringContaining('main.shop.gone'),
      },
      {
        check: 'sources',
        about: 'visits',
        code: 'PERMISSION_DENIED',
        cure: expect.stringMatching(/SELECT for main\.shop\.visits.*grants\.default\.sql/),
      },
      // A sync that is new has no checkpoint yet.
      { check: 'control', code: 'CHECKPOINT_MISSING', cure: setup },
    ])
    expect(findings(found, 'syncs')).toMatchObject([
      { health: 'ok', found: '1 of 3 syncs fit the columns of their sources' },
      { health: 'skipped', about: 'gone' },
      { health: 'skipped', about: 'visits' },
    ])
  })

  it('a control schema that is missing, of an earlier version, or not ours to write', async () => {
    const control = (name: string) => ({
      ...files,
      'customerio.yml': twoWorkspaces.replace('main.customerio', `main.${name}`),
    })
    const missing = [{ check: 'control', cure: setup }]
    expect(failures(await diagnose({ project: control('nowhere') }))).toMatchObject(missing)
    await bench.ready(control('older'))
    await bench.sql(
      'DROP TABLE main.older.runs',
      'CREATE TABLE main.older.runs (run_id STRING) USING DELTA',
    )
    expect(failures(await diagnose({ project: control('older') }))).toMatchObject(missing)
    bench.faults(
      'workspace:PUT /api/2.0/fs/files/Volumes/main/customerio/parts/doctor-*:status=403',
      'warehouse::statement=UPDATE *ledger*,act=sql-error',
    )
    expect(failures(await diagnose())).toMatchObject([
      { check: 'control', about: 'tables', cure: expect.stringContaining('grants.default.sql') },
      { check: 'control', about: 'volume', code: 'PERMISSION_DENIED' },
    ])
  })

  it('a host of Customer.io that the network keeps away', async () => {
    const closed = { CUSTOMERIO_URL_EU: 'http://127.0.0.1:9/v1' }
    const diagnosis = await diagnose({ environment: closed })
    expect(failures(diagnosis)).toMatchObject([
      { check: 'egress', about: 'eu', cure: expect.stringContaining('127.0.0.1 on port 9') },
    ])
    expect(findings(diagnosis, 'keys').at(-1)).toMatchObject({ health: 'skipped', about: 'eu' })
  })

  it('a key that is missing, malformed, unknown, or of the other region', async () => {
    const keys = {
      none: 'secret://customerio/none',
      odd: 'env://ODD',
      unknown: 'env://UNKNOWN',
      moved: 'secret://customerio/us',
    }
    const lines = Object.entries(keys).map(
      ([name, key]) => `  ${name}: { region: eu, key: ${key} }`,
    )
    const yml = twoWorkspaces.replace('message_ids', `${lines.join('\n')}\nmessage_ids`)
    const found = await diagnose({
      project: { ...files, 'customerio.yml': yml },
      environment: { ODD: 'with spaces', UNKNOWN: 'nobody' },
    })
    expect(failures(found)).toMatchObject([
      {
        about: 'none',
        code: 'SECRET_MISSING',
        cure: expect.stringContaining('put-secret customerio none'),
      },
      { about: 'odd', code: 'KEY_INVALID' },
      { about: 'unknown', code: 'UNAUTHORIZED' },
      { about: 'moved', code: 'REGION_MISMATCH', cure: expect.stringContaining('region: us') },
    ])
    expect(bench.twin.store.counts().messages).toBe(0)
  })

  it('a proxy that lets strict mode fall, and a server that is down for a while', async () => {
    const identify = 'customerio:POST /v1/identify'
    bench.faults(`${identify}:status=200,body={},address=us`, `${identify}:status=503,address=eu`)
    const diagnosis = await diagnose()
    expect(failures(diagnosis)).toMatchObject([
      { about: 'us', cure: expect.stringContaining('X-Strict-Mode') },
    ])
    expect(findings(diagnosis, 'keys').at(-1)).toMatchObject({ health: 'warning', about: 'eu' })
  })

  it('a sync that does not fit its columns', async () => {
    const project = { ...files, 'syncs/people.yml': people.replace('name: name', 'name: nam') }
    expect(failures(await diagnose({ project }))).toMatchObject([
      { check: 'syncs', about: 'people', code: 'CONFIG_INVALID' },
    ])
  })
})

/** Everything that the doctor could have changed: versions of control tables, objects, files, messages. */
async function state(): Promise<object> {
  const tables = await bench.sql('SHOW TABLES IN main.customerio')
  const versions: unknown[] = []
  for (const name of ['ledger', 'runs', 'checkpoints', 'outcome_log']) {
    versions.push((await bench.sql(`DESCRIBE HISTORY main.customerio.${name} LIMIT 1`))[0]?.version)
  }
  const files = await (await bench.open({})).workspace.list('/Volumes/main/customerio/parts')
  return { tables, versions, files, messages: bench.twin.store.counts().messages }
}
