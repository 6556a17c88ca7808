import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { preview, validateAgainstSources, withoutValues } from '../../src/ops/index.ts'
import { exitCodeOf, runAll } from '../../src/sync/index.ts'
import {
  type Bench,
  failureOf,
  type OpenOptions,
  type ProjectFiles,
  projectFile,
  run,
  startBench,
} from '../support/bench.ts'

const denied: string[] = []
let bench: Bench
beforeAll(async () => {
  bench = await startBench({ sql: { denied } })
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    "CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('n', id, '@example.com') AS email, repeat('x', 2000) AS note FROM range(2000)",
    'CREATE TABLE main.shop.forbidden USING DELTA AS SELECT 1 AS id',
  )
  await bench.ready(
    Object.fromEntries(
      ['people', 'others', 'bulky', 'a', 'b'].map((name) => [
        `syncs/${name}.yml`,
        sync()['syncs/people.yml'].replace('sync: people', `sync: ${name}`),
      ]),
    ),
  )
  denied.push('main.shop.forbidden')
})
afterAll(async () => {
  await bench?.close()
})

/** Nothing has been sent by anybody: neither taken nor refused. */
const expectNothingSent = () => expect(bench.twin.store.counts().messages).toBe(0)
afterEach(expectNothingSent)

const sync = (more = '', table = 'main.shop.people') => ({
  'syncs/people.yml': `sync: people
brakes: { first_run: allow }
source: { table: ${table}, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { email: email${more} } }
`,
})

async function failing(files: ProjectFiles, options?: OpenOptions) {
  return await failureOf(run(await bench.open(files, options)))
}

describe('a run that cannot be right sends nothing, and says what to do', () => {
  it('a column that the source does not have: exit 2, with file and line', async () => {
    const error = await failing(sync(', city: citty'))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
    expect(error.message).toMatch(/syncs\/people\.yml:4:\d+ .*citty/)
  })

  it('a key column that the source does not have: exit 2, with file and line', async () => {
    const error = await failing({
      'syncs/people.yml': sync()['syncs/people.yml'].replace('key: id', 'key: idd'),
    })
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
    expect(error.message).toMatch(/syncs\/people\.yml:3:\d+ .*idd/)
  })

  it('a route column that the source does not have: exit 2, with file and line', async () => {
    const error = await failing({
      'syncs/people.yml': sync()['syncs/people.yml'].replace(
        'person:',
        'to: { by: regio, routes: { US: us }, else: invalid }, person:',
      ),
    })
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
    expect(error.message).toMatch(/syncs\/people\.yml:4:\d+ .*regio/)
  })

  it('a table that does not exist: exit 3', async () => {
    expect(await failing(sync('', 'main.shop.nobody'))).toMatchObject({
      code: 'TABLE_MISSING',
      exitCode: 3,
      message: expect.stringContaining('nobody'),
    })
  })

  it('a table that we may not read: exit 3', async () => {
    expect(await failing(sync('', 'main.shop.forbidden'))).toMatchObject({
      code: 'PERMISSION_DENIED',
      exitCode: 3,
      message: expect.stringMatching(/main\.shop\.forbidden.*grant/),
    })
  })

  it('a key that Customer.io does not know: exit 4', async () => {
    const env = { environment: { KEY: 'wrong' } }
    const files = {
      ...sync(),
      'customerio.yml': projectFile.replace('secret://customerio/us', 'env://KEY'),
    }
    expect(await failing(files, env)).toMatchObject({ code: 'UNAUTHORIZED', exitCode: 4 })
    expect(JSON.stringify(await bench.sql('SELECT * FROM main.customerio.requests'))).not.toContain(
      'wrong',
    )
    // The window stays open; nothing of it counts as done, and another sync name is used below.
    const [account] = await bench.sql('SELECT * FROM main.customerio.account')
    expect(account).toMatchObject({ state: 'open', delivered: 0 })
  })

  it('a key of the other region, by name: exit 4', async () => {
    const files = {
      'syncs/others.yml': sync()['syncs/people.yml'].replace('sync: people', 'sync: others'),
      'customerio.yml': projectFile.replace('secret://customerio/us', 'secret://customerio/eu'),
    }
    expect(await failing(files)).toMatchObject({
      code: 'REGION_MISMATCH',
      exitCode: 4,
      message: expect.stringContaining('region: eu'),
    })
    expect(bench.twin.store.people('eu')).toEqual([])
  })

  it('a secret that does not exist: exit 3', async () => {
    const files = {
      ...sync(),
      'customerio.yml': projectFile.replace('secret://customerio/us', 'secret://customerio/uss'),
    }
    const error = await failing(files)
    expect(error).toMatchObject({ code: 'SECRET_MISSING', exitCode: 3 })
    expect(error.message).toContain('databricks secrets put-secret customerio uss')
  })

  it('a workspace that is not there: exit 3', async () => {
    const error = await failing(sync(), {
      environment: { DATABRICKS_HOST: 'https://localhost:1' },
    })
    expect(error).toMatchObject({ code: 'WORKSPACE_UNREACHABLE', exitCode: 3 })
    expect(error.message).toContain('DATABRICKS_HOST')
  })

  it('a workspace whose certificate we do not trust: exit 3', async () => {
    const error = await failing(sync(), { ca: '' })
    expect(error).toMatchObject({ code: 'WORKSPACE_UNREACHABLE', exitCode: 3 })
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS')
  })

  it('a client secret that is wrong: exit 3, without the secret', async () => {
    const error = await failing(sync(), {
      environment: { DATABRICKS_CLIENT_SECRET: 'not-the-secret' },
    })
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', exitCode: 3 })
    expect(error.message).not.toContain('not-the-secret')
  })

  it('a token that is wrong: exit 3', async () => {
    const { DATABRICKS_CLIENT_ID: _, ...rest } = bench.twin.environment
    const parts = await bench.open(sync(), {
      environment: { ...rest, DATABRICKS_CLIENT_ID: undefined, DATABRICKS_TOKEN: 'dapi-wrong' },
    })
    expect(await failureOf(run(parts))).toMatchObject({ code: 'PERMISSION_DENIED', exitCode: 3 })
  })

  it('a warehouse that does not exist: exit 3', async () => {
    expect(
      await failing(sync(), { environment: { DATABRICKS_WAREHOUSE_ID: 'nobody' } }),
    ).toMatchObject({ code: 'WAREHOUSE_MISSING', exitCode: 3 })
  })

  it('a control schema that was not set up: exit 3, naming the command', async () => {
    const files = {
      ...sync(),
      'customerio.yml': projectFile.replace('main.customerio', 'main.elsewhere'),
    }
    const error = await failing(files)
    expect(error).toMatchObject({ code: 'VOLUME_MISSING', exitCode: 3 })
    expect(error.message).toContain('customerio-jobs setup')
  })

  it('a sync that came after the last setup: exit 5, naming the command', async () => {
    const error = await failing({
      'syncs/late.yml': sync()['syncs/people.yml'].replace('sync: people', 'sync: late'),
    })
    expect(error).toMatchObject({ code: 'CHECKPOINT_MISSING', exitCode: 5 })
    expect(error.message).toContain('setup')
  })

  it('local disk that takes not even one row: exit 3, and the spool is gone', async () => {
    const folder = join(bench.folder, 'small')
    const error = await failing(
      {
        'syncs/bulky.yml': `sync: bulky
brakes: { first_run: allow }
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { note: note }, limits: { attribute_values: warn } }
`,
      },
      { environment: { CUSTOMERIO_JOBS_SPOOL: folder, CUSTOMERIO_JOBS_SPOOL_LIMIT_MB: '0.0001' } },
    )
    expect(error).toMatchObject({ code: 'SPOOL_FULL', exitCode: 3 })
    expect(error.message).toContain('CUSTOMERIO_JOBS_SPOOL_LIMIT_MB')
    expect(existsSync(folder) && readdirSync(folder)).toEqual([])
  })
})

describe('one sync that cannot be right', () => {
  it('holds up only those that come after it', async () => {
    const parts = await bench.open({
      'customerio.yml': `${projectFile}jobs: { all: { every: 1h, syncs: [a, b], after: { b: [a] } } }\n`,
      'syncs/a.yml': sync(', x: nothing')['syncs/people.yml'].replace('people', 'a'),
      'syncs/b.yml': sync()['syncs/people.yml'].replace('people', 'b'),
    })
    const endings = await runAll(parts, parts.project.syncs)
    expect(endings).toMatchObject([
      { kind: 'failed', sync: 'a', code: 'CONFIG_INVALID', exitCode: 2 },
      { kind: 'skipped', sync: 'b', because: 'a did not finish' },
    ])
    expect(exitCodeOf(endings)).toBe(2)
  })
})

describe('validate', () => {
  it('compiles every sync against its live source and lists the problems of each', async () => {
    const { warehouse, project } = await bench.open({
      'syncs/good.yml': sync()['syncs/people.yml'].replace('people', 'good'),
      'syncs/bad.yml': sync(', a: aa, b: bb')['syncs/people.yml'].replace('people', 'bad'),
      'syncs/gone.yml': sync('', 'main.shop.nobody')['syncs/people.yml'].replace('people', 'gone'),
      'syncs/keyless.yml': sync()
        ['syncs/people.yml'].replace('people', 'keyless')
        .replace('key: id', 'key: idd'),
    })
    const checks = await validateAgainstSources(warehouse, project)
    const bySync = Object.fromEntries(checks.map((check) => [check.sync, check]))
    expect(bySync.good).toMatchObject({ problems: [], columns: 2 })
    expect(bySync.bad?.problems).toHaveLength(2)
    expect(bySync.bad?.problems[0]).toMatch(/^syncs\/bad\.yml:4:\d+ {2}/)
    expect(bySync.gone?.problems[0]).toContain('nobody')
    expect(bySync.keyless?.problems[0]).toContain('idd')
  })
})

describe('preview', () => {
  it('shows the very messages of a few rows', async () => {
    const parts = await bench.open(sync())
    const [first] = await preview(parts, parts.project.syncs[0]!, ['us'], 2)
    expect(first?.messages).toHaveLength(2)
    expect(first?.messages[0]).toMatchObject({
      type: 'identify',
      userId: expect.stringMatching(/^\d+$/),
      traits: { email: expect.stringContaining('@example.com') },
    })
    expect(JSON.stringify(first?.messages.map(withoutValues))).not.toContain('@example.com')
  })

  it('takes whole numbers of rows only', async () => {
    const parts = await bench.open(sync())
    for (const rows of [0, -1, 1.5]) {
      expect(await failureOf(preview(parts, parts.project.syncs[0]!, ['us'], rows))).toMatchObject({
        code: 'LIMIT_INVALID',
      })
    }
  })
})
