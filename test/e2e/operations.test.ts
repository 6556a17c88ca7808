import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ListedSync, Maintained, Released } from '../../src/ops/index.ts'
import { leaksIn, startWorld, type World } from '../support/processes.ts'

const files = {
  'syncs/people.yml': `sync: people
owner: crm-data
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { email: email } }
`,
}

let world: World
let project: string
beforeAll(async () => {
  world = await startWorld()
  const parts = await world.parts(files)
  project = parts.project.root
  await parts.warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.shop')
  await parts.warehouse.execute(
    "CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('p', id, '@example.com') AS email FROM range(50)",
  )
})
afterAll(async () => {
  await world?.close()
})

const said = async (...words: string[]) => {
  const { code, stdout, stderr } = await world.command(project, ...words)
  return { code, stdout, stderr }
}

describe('the commands that look after a project', () => {
  it('hold keeps a run from sending until release, and list says so in between', async () => {
    const held = await said('hold', 'people', '--why', 'ask bo@example.com first')
    expect([held.code, held.stdout]).toEqual([0, expect.stringContaining('people is held by ')])
    expect(await said('run', 'people')).toMatchObject({ code: 8 })
    expect((await said('list')).stdout).toMatch(
      /people +us +held[\s\S]*people → us is held by .*: ask \[e-mail\] first/,
    )
    const released = await said('release', 'people', '--json')
    expect(JSON.parse(released.stdout) as Released).toMatchObject({ sync: 'people', ended: 1 })
    expect(await said('run', 'people')).toMatchObject({ code: 0 })
    expect((await said('release', '--all')).stdout).toContain('every sync was not held as such')
  })

  it('hold and release want one name or --all, and hold a reason', async () => {
    for (const words of [
      ['hold', '--why', 'x'],
      ['hold', 'people', '--all', '--why', 'x'],
      ['hold', 'people', '--why', ''],
      ['hold', 'people'],
      ['release'],
    ]) {
      expect([words, (await said(...words)).code]).toEqual([words, 2])
    }
  })

  it('list prints the same facts for machines, and no colour off a terminal', async () => {
    const [people] = JSON.parse((await said('list', '--json')).stdout) as ListedSync[]
    expect(people).toMatchObject({ sync: 'people', status: 'ok', lastRun: { colour: 'green' } })
    const { stdout } = await said('list')
    expect(stdout).toMatch(/● people +us +ok +green, /)
    expect(stdout).not.toContain('\u001b')
  })

  it('maintain counts in a dry run, does it, and takes no time below 35 days', async () => {
    const dry = JSON.parse((await said('maintain', '--dry-run', '--json')).stdout) as Maintained
    expect(dry).toMatchObject({ dryRun: true, control: 'main.customerio' })
    const done = await said('maintain', '--keep-runs', '35d')
    expect([done.code, done.stdout]).toEqual([
      0,
      expect.stringMatching(/^main\.customerio is maintained\n[\s\S]*VACUUM/),
    ])
    const refused = await said('maintain', '--keep-requests', '7d')
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('RETENTION_INVALID'),
    ])
  })

  it('state hash hashes what is known and says what it did, and wants the name of a sync', async () => {
    const hashed = await said('state', 'hash', 'people', '--why', 'nobody needs to read them')
    expect([hashed.code, hashed.stdout]).toEqual([
      0,
      expect.stringMatching(/^people → us: 50 keys and 50 outcomes hashed\n.*maintain.*VACUUM/),
    ])
    const [again] = JSON.parse((await said('state', 'hash', 'people', '--json')).stdout)
    expect(again).toMatchObject({ kind: 'finished', report: { keys: 0, outcomes: 0 } })
    expect((await said('state', 'hash', 'nobody')).code).toBe(2)
    expect((await said('state', 'mv', 'people', 'people')).code).toBe(2)
    expect((await said('state')).code).toBe(2)
  })

  it('write no address and no secret', () => {
    // Who holds a sync is told by the name that the warehouse knows, which is no secret.
    const name = world.environment.DATABRICKS_CLIENT_ID
    const secrets = world.secrets().filter((secret) => secret !== name)
    expect(leaksIn(world.written.join(''), secrets)).toEqual([])
  })
})
