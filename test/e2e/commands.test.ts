import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Parts, RunEnding } from '../../src/sync/index.ts'
import { projectFile, writeFiles } from '../support/bench.ts'
import { leaksIn, startWorld, type World } from '../support/processes.ts'

const files = {
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { email: email, joined: joined } }
brakes: { max_failed_percent: 5, first_run: allow }
tests:
  - name: a person
    given: [{ id: 7, email: a@example.com }]
    expect: [{ type: identify, userId: "7", traits: { email: a@example.com } }]
`,
  'syncs/orders.yml': `sync: orders
brakes: { first_run: allow }
source: { query: "SELECT id, person, email, at FROM main.shop.orders", key: id, changes: full, start: all }
send: { call: track, event: Order Completed, person: { email: email }, at: at }
`,
}

let world: World
let parts: Parts
let project: string
beforeAll(async () => {
  world = await startWorld()
  parts = await world.parts(files)
  project = parts.project.root
  for (const statement of [
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('p', id, '@example.com') AS email,
      CASE WHEN id = 13 THEN 'refuse me, p13@example.com' ELSE '2024-01-01T00:00:00Z' END AS joined FROM range(500)`,
    `CREATE TABLE main.shop.orders USING DELTA AS SELECT id, id % 50 AS person, concat('p', id % 50, '@example.com') AS email,
      CAST(timestamp_seconds(1700000000 + id) AS TIMESTAMP) AS at FROM range(800)`,
  ]) {
    await parts.warehouse.execute(statement)
  }
})
afterAll(async () => {
  await world?.close()
})

const jsonOf = <T>(text: string) => JSON.parse(text) as T

describe('the commands, as a person types them', () => {
  it('setup says that the control schema is ready, again and again', async () => {
    for (const _ of [1, 2]) {
      const { code, stdout } = await world.command(project, 'setup')
      expect([code, stdout]).toEqual([0, expect.stringContaining('main.customerio is ready')])
    }
  })

  it('validate --json names every sync and looks at the live sources', async () => {
    const { code, stdout } = await world.command(project, 'validate', '--json')
    expect(code).toBe(0)
    const { syncs, checks } = jsonOf<{ syncs: string[]; checks: { problems: string[] }[] }>(stdout)
    expect(syncs).toEqual(['orders', 'people'])
    expect(checks.flatMap(({ problems }) => problems)).toEqual([])
  })

  it('test runs the tests of the files, without a connection', async () => {
    const ended = await world.start('customerio-jobs.mjs', ['test', '--project', project], {
      DATABRICKS_HOST: '',
    }).ended
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('1 passed, 0 failed')])
  })

  it('preview writes the same where Node may make no code from text', async () => {
    const words = ['preview', 'people', '--json', '--project', project]
    const [usual, without] = await Promise.all(
      ['', '--disallow-code-generation-from-strings'].map(
        (flag) => world.start('customerio-jobs.mjs', words, { NODE_OPTIONS: flag }).ended,
      ),
    )
    expect([usual?.code, usual?.stdout]).toEqual([0, expect.stringContaining('"<string>"')])
    expect([without?.code, without?.stdout]).toEqual([0, usual?.stdout])
  })

  it('preview hides values off a terminal', async () => {
    const { code, stdout, stderr } = await world.command(project, 'preview', 'people')
    expect(code).toBe(0)
    expect(stdout).toContain('"email": "<string>"')
    expect(stderr).toContain('--values')
    expect(await world.counts()).toMatchObject({ requests: 0 })
  })

  it('run --all --json delivers everything and exits 0', async () => {
    const { code, stdout } = await world.command(project, 'run', '--all', '--json')
    expect(code).toBe(0)
    const endings = jsonOf<RunEnding[]>(stdout)
    expect(endings).toMatchObject([
      { kind: 'finished', report: { sync: 'orders', account: { delivered: 800, pending: 0 } } },
      {
        kind: 'finished',
        report: { sync: 'people', account: { delivered: 499, rejected: 1, pending: 0 } },
      },
    ])
    expect(await world.counts()).toMatchObject({ events: 800 })
  })

  it('run shows a table for people, and where to look for what failed', async () => {
    const { code, stdout } = await world.command(project, 'run', 'people', '--verbose')
    expect(code).toBe(0)
    expect(stdout).toMatch(/people +us +500 +499 +0 +0 +0 +1 /)
    expect(stdout).toContain('main.customerio.dead_letters')
  })

  it('report tells the newest windows in numbers, and writes a page', async () => {
    const page = join(world.folder, 'report.html')
    const { code, stdout } = await world.command(project, 'report', '--html', page, '--json')
    expect(code).toBe(0)
    expect(jsonOf<{ windows: object[] }>(stdout).windows).toMatchObject([
      { sync: 'orders', fates: { delivered: 800 } },
      { sync: 'people', fates: { delivered: 499, held: 1 } },
    ])
    const html = readFileSync(page, 'utf8')
    expect(html).toContain('people')
    world.written.push(html)
  })

  it('report tells of a sync and a week, also as a page', async () => {
    const page = join(world.folder, 'week.html')
    const { stdout } = await world.command(project, 'report', '--week', '--sync', 'people')
    expect(stdout).toMatch(
      /^since .*: 998 delivered, 1 failed \(0\.1 %\), 2 runs, all of them ok$/m,
    )
    expect(stdout).toMatch(/^people → us: 998 delivered, 1 failed, 1 dead letter$/m)
    expect((await world.command(project, 'report', '--week', '--html', page)).code).toBe(0)
    world.written.push(readFileSync(page, 'utf8'))
  })

  it('the jobs setup and run do what the commands do', async () => {
    expect((await world.start('job.mjs', ['setup', '--project', project]).ended).code).toBe(0)
    const job = world.start('job.mjs', ['run', 'orders', '--project', project, '--json'])
    const { code, stdout } = await job.ended
    expect(code).toBe(0)
    expect(jsonOf(stdout)).toMatchObject([
      { kind: 'finished', report: { account: { delivered: 0, unchanged: 800 } } },
    ])
  })

  it('init --from-table, new and lock write what the tables are, and what they wrote is sent', async () => {
    const root = join(world.folder, 'begun')
    const fileOf = (path: string) => readFileSync(join(root, path), 'utf8')
    await parts.warehouse.execute(
      'CREATE TABLE main.shop.members USING DELTA AS SELECT * FROM main.shop.people',
    )
    const begun = await world.start('customerio-jobs.mjs', [
      ...['init', root, '--from-table', 'main.shop.members'],
    ]).ended
    expect([begun.code, begun.stderr]).toEqual([0, expect.not.stringContaining('error')])
    const visits = ['visits', '--table', 'main.shop.orders', '--call', 'track', '--key', 'id']
    expect((await world.command(root, 'new', ...visits)).code).toBe(0)
    expect((await world.command(root, 'new', ...visits)).stderr).toContain('FILE_EXISTS')
    expect((await world.command(root, 'validate')).stdout).toContain('2 syncs are valid')
    expect((await world.command(root, 'test')).stdout).toContain('2 passed, 0 failed')
    const planned = await world.command(root, 'plan', 'members', '--target', 'prod', '--json')
    const [plan] = jsonOf<{ counts: { send: number } }[]>(planned.stdout)
    expect(plan?.counts.send).toBe(500)
    expect((await world.command(root, 'lock', '--check')).code).toBe(0)
    await parts.warehouse.execute('ALTER TABLE main.shop.orders ADD COLUMN paid BOOLEAN')
    const drifted = await world.command(root, 'lock', '--check')
    expect([drifted.code, drifted.stdout]).toEqual([2, 'visits: new: paid\n'])
    expect((await world.command(root, 'lock', 'visits')).stdout).toContain('the sources of 1 syncs')
    expect((await world.command(root, 'lock', '--check')).code).toBe(0)
    // What the first line of the file names for editors knows the column that came.
    const [, schema = ''] = /\$schema=(\S+)/.exec(fileOf('syncs/visits.yml')) ?? []
    expect(fileOf(join('syncs', schema))).toContain('"paid"')
  })

  it('doctor finds nothing to mend, and says what is wrong otherwise', async () => {
    const fine = await world.start('job.mjs', ['doctor', '--project', project]).ended
    expect([fine.code, fine.stdout]).toEqual([0, expect.stringMatching(/\n0 failed, 0 warnings/)])
    const wrong = await world.start('customerio-jobs.mjs', ['doctor', '--project', project], {
      DATABRICKS_CLIENT_SECRET: 'wrong',
    }).ended
    expect([wrong.code, wrong.stdout]).toEqual([2, expect.stringContaining('→ check DATABRICKS_')])
  })
})

describe('what is wrong ends with its exit code, and sends nothing', () => {
  const withFile = (name: string, text: string) => {
    const root = mkdtempSync(join(world.folder, 'project-'))
    writeFiles(root, { 'customerio.yml': projectFile, ...files, [name]: text })
    return root
  }
  const unchanged = async (work: () => Promise<void>) => {
    const before = await world.counts()
    await work()
    expect((await world.counts()).messages).toBe(before.messages)
  }

  it('2 for a file that is wrong, with every problem and its line', async () => {
    await unchanged(async () => {
      const root = withFile(
        'syncs/people.yml',
        'sync: people\nsorce: {}\nsend: { call: idntify }\n',
      )
      const { code, stderr } = await world.command(root, 'run', '--all')
      expect(code).toBe(2)
      expect(stderr).toMatch(/syncs\/people\.yml:2:1 .*sorce/)
      expect(stderr).toMatch(/syncs\/people\.yml:3:/)
    })
  })

  it('2 for a sync that does not exist, an option that does not exist, and nothing named', async () => {
    const unknown = await world.command(project, 'run', 'peple')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('"people"')])
    expect((await world.command(project, 'run', '--al')).code).toBe(2)
    expect((await world.command(project, 'run')).code).toBe(2)
    expect((await world.command(project, 'rum')).code).toBe(2)
  })

  it('2 without the settings, naming each', async () => {
    const { code, stderr } = await world.start(
      'customerio-jobs.mjs',
      ['run', '--all', '--project', project],
      { DATABRICKS_HOST: '', DATABRICKS_CLIENT_SECRET: '' },
    ).ended
    expect(code).toBe(2)
    expect(stderr).toContain('DATABRICKS_HOST')
  })

  it('4 for a key that Customer.io does not know, without the key', async () => {
    await unchanged(async () => {
      const root = withFile(
        'customerio.yml',
        projectFile.replace('secret://customerio/us', 'env://MY_KEY'),
      )
      const { code, stdout } = await world.start(
        'customerio-jobs.mjs',
        ['run', 'people', '--project', root],
        { MY_KEY: 'a-key-nobody-knows' },
      ).ended
      expect([code, stdout]).toEqual([4, expect.stringContaining('UNAUTHORIZED')])
      expect(stdout).not.toContain('a-key-nobody-knows')
    })
    // The window that stayed open is finished by the same command with the right key.
    expect((await world.command(project, 'run', 'people')).code).toBe(0)
  })

  it('1 for a test of a sync file that fails, with the difference', async () => {
    const root = withFile(
      'syncs/people.yml',
      files['syncs/people.yml'].replace('userId: "7"', 'userId: "8"'),
    )
    const { code, stdout } = await world.command(root, 'test')
    expect([code, stdout]).toEqual([1, expect.stringContaining('FAIL people: a person')])
  })
})

describe('everything these processes wrote', () => {
  it('holds no e-mail address, no key, no token and no secret', () => {
    const text = world.written.join('')
    expect(text.length).toBeGreaterThan(5000)
    expect(world.secrets().length).toBeGreaterThanOrEqual(5)
    expect(leaksIn(text, world.secrets())).toEqual([])
  })
})
