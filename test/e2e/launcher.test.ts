import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Parts } from '../../src/sync/index.ts'
import { bundle, leaksIn, startWorld, until, type World } from '../support/processes.ts'

const launcher = fileURLToPath(new URL('../../jobs', import.meta.url))

/** The launcher with a workspace that hands out the twin's own tokens, in place of the one of a Databricks task. */
const program = `
import json, os, ssl, sys, urllib.request, base64
sys.path.insert(0, ${JSON.stringify(launcher)})
sys.dont_write_bytecode = True
import launcher

host = os.environ["TWIN_HOST"]
pair = base64.b64encode((os.environ["TWIN_ID"] + ":" + os.environ["TWIN_SECRET"]).encode()).decode()
trust = ssl.create_default_context(cafile=os.environ["NODE_EXTRA_CA_CERTS"])

class Config:
    host = os.environ["TWIN_HOST"]
    def authenticate(self):
        call = urllib.request.Request(host + "/oidc/v1/token", b"grant_type=client_credentials&scope=all-apis", {"Authorization": "Basic " + pair})
        token = json.load(urllib.request.urlopen(call, context=trust))["access_token"]
        return {"Authorization": "Bearer " + token}

class Workspace:
    config = Config()

launcher.PASSED_ON += ("CUSTOMERIO_URL_US", "CUSTOMERIO_URL_EU")
launcher.main(sys.argv[1:], Workspace())
`

const hasPython = spawnSync('python3', ['--version']).status === 0
const suite = hasPython ? describe : describe.skip

let world: World
let parts: Parts
beforeAll(async () => {
  if (!hasPython) return
  world = await startWorld()
  parts = await world.parts({
    'syncs/people.yml': `sync: people
brakes: { first_run: allow }
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { email: email, note: note }, limits: { attribute_values: warn } }
`,
  })
  await parts.warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.shop')
  await parts.warehouse.execute(
    "CREATE TABLE main.shop.people USING DELTA AS SELECT id, concat('p', id, '@example.com') AS email, repeat('x', 4000) AS note FROM range(1500)",
  )
  writeFileSync(join(world.folder, 'stub.py'), program)
})
afterAll(async () => {
  await world?.close()
})

function launch(...more: string[]) {
  const { environment } = world
  const child = spawn(
    'python3',
    [
      join(world.folder, 'stub.py'),
      ...['--entry', bundle('jobs/run.mjs'), '--project', parts.project.root],
      ...['--warehouse', environment.DATABRICKS_WAREHOUSE_ID ?? '', '--job-run-id', '4711'],
      ...more,
    ],
    {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        TMPDIR: world.folder,
        NODE_EXTRA_CA_CERTS: environment.NODE_EXTRA_CA_CERTS,
        CUSTOMERIO_URL_US: environment.CUSTOMERIO_URL_US,
        CUSTOMERIO_URL_EU: environment.CUSTOMERIO_URL_EU,
        TWIN_HOST: environment.DATABRICKS_HOST,
        TWIN_ID: environment.DATABRICKS_CLIENT_ID,
        TWIN_SECRET: environment.DATABRICKS_CLIENT_SECRET,
      },
    },
  )
  let text = ''
  child.stdout.on('data', (data) => (text += data))
  child.stderr.on('data', (data) => (text += data))
  const ended = new Promise<{ code: number | null; text: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, text }))
  })
  return { child, ended }
}

suite(`the launcher of a Databricks task${hasPython ? '' : ' (skipped: there is no python3)'}`, () => {
  it('runs the job with tokens from its broker, and tells runs which job run it was', async () => {
    const { code, text } = await launch('--', 'people').ended
    expect([code, text]).toEqual([0, expect.stringMatching(/people +us +1,500 +1,500/)])
    expect(
      await parts.warehouse.query('SELECT job_run_id, exit_code FROM main.customerio.runs'),
    ).toEqual([{ job_run_id: '4711', exit_code: 0 }])
    expect(leaksIn(text, world.secrets())).toEqual([])
  })

  it('fails with the last lines of a job that fails', async () => {
    const { code, text } = await launch('--', 'nobody').ended
    expect(code).not.toBe(0)
    expect(text).toContain('exit code 2')
    expect(text).toContain('there is no sync "nobody"')
  })

  it('refuses a reference that Databricks did not fill in', async () => {
    const { code, text } = await launch('--job-id', '{{job.idd}}', '--', 'people').ended
    expect(code).not.toBe(0)
    expect(text).toContain('misspelt')
    const { text: other } = await launch('--', 'sync=people', 'mode={{job.parameters.mood}}').ended
    expect(other).toContain('mode={{job.parameters.mood}}: the reference in the job is misspelt')
  })

  it('runs what the parameters of the job say, and nothing where they name another sync', async () => {
    const words = ['sync=people', 'share=0.5', 'since=', 'why=', 'confirm=']
    const planned = await launch('--', ...words, 'mode=plan', 'syncs=').ended
    expect([planned.code, planned.text]).toEqual([0, expect.stringContaining('people → us')])
    const left = await launch('--', ...words, 'mode=run', 'syncs=orders').ended
    expect([left.code, left.text]).toEqual([1, expect.stringContaining('known: people')])
  })

  it('takes the job with it when it is killed: the pipe ends, the run stops, the window stays open', async () => {
    const before = (await world.counts()).messages
    await world.faults([
      { door: 'customerio', call: 'POST /v1/batch', when: { from: 3 }, fault: { delayMs: 700 } },
    ])
    const { child, ended } = launch('--task-key', 'deliver', '--', 'people')
    await until(async () => Number((await world.counts()).messages) > Number(before))
    // A retry of this task takes over its lease at once, and no other task of the job run does.
    expect(
      await parts.warehouse.query('SELECT owner_job_run_id FROM main.customerio.checkpoints'),
    ).toEqual([{ owner_job_run_id: '4711/deliver' }])
    child.kill('SIGKILL')
    await ended
    await world.faults([])
    await until(async () => {
      const [run] = await parts.warehouse.query(
        'SELECT exit_code FROM main.customerio.runs ORDER BY started_at DESC LIMIT 1',
      )
      return run?.exit_code === 7
    })
    expect((await launch('--', 'people').ended).code).toBe(0)
    const open = await parts.warehouse.query(
      "SELECT window_id FROM main.customerio.account WHERE state = 'open' OR pending <> 0",
    )
    expect(open).toEqual([])
  })
})
