import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Parts } from '../../src/sync/index.ts'
import { canLaunch, launch as launchProgram, orSkipped } from '../support/launch.ts'
import { bundle, leaksIn, startWorld, until, type World } from '../support/processes.ts'

/** The launcher with a workspace that asks the twin, in place of the one of a Databricks task. */
const program = `
import base64, json, os, ssl, sys, types, urllib.parse, urllib.request
import launcher

host = os.environ["TWIN_HOST"]
pair = base64.b64encode((os.environ["TWIN_ID"] + ":" + os.environ["TWIN_SECRET"]).encode()).decode()
trust = ssl.create_default_context(cafile=os.environ["NODE_EXTRA_CA_CERTS"])

def call(path, authorization, body=None):
    request = urllib.request.Request(host + path, body, {"Authorization": authorization})
    return json.load(urllib.request.urlopen(request, context=trust))

class Config:
    host = host
    tokens = 0
    def authenticate(self):
        Config.tokens += 1
        token = call("/oidc/v1/token", "Basic " + pair, b"grant_type=client_credentials&scope=all-apis")
        return {"Authorization": "Bearer " + token["access_token"]}

class Secrets:
    def get_secret(self, scope, key):
        words = urllib.parse.urlencode({"scope": scope, "key": key})
        authorization = Config().authenticate()["Authorization"]
        return types.SimpleNamespace(value=call("/api/2.0/secrets/get?" + words, authorization)["value"])

class TaskValues:
    def set(self, key, value):
        print("task value", key, json.dumps(value))

jobs = types.SimpleNamespace(taskValues=TaskValues())
secrets = types.SimpleNamespace(get=lambda *names: base64.b64decode(Secrets().get_secret(*names).value).decode())
workspace = types.SimpleNamespace(config=Config(), secrets=Secrets())
launcher.main(sys.argv[1:], workspace, types.SimpleNamespace(jobs=jobs, secrets=secrets))
`

const suite = canLaunch ? describe : describe.skip

let world: World
let parts: Parts
beforeAll(async () => {
  if (!canLaunch) return
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
})
afterAll(async () => {
  await world?.close()
})

function launch(...more: string[]) {
  const { environment } = world
  return launchProgram(
    program,
    [
      ...['--entry', bundle('job.mjs'), '--project', parts.project.root],
      ...['--warehouse', environment.DATABRICKS_WAREHOUSE_ID ?? '', '--job-run-id', '4711'],
      ...more,
    ],
    {
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
  )
}

function childrenOf({ pid }: { readonly pid?: number | undefined }): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
}

suite(`the launcher of a Databricks task${orSkipped}`, () => {
  it('runs the job with tokens and secrets over its pipes, also past the end of a token', async () => {
    await world.faults([
      { door: 'workspace', call: 'PUT *', when: { nth: 1 }, fault: { act: 'expire-token' } },
    ])
    const { code, text } = await launch('--', 'run', 'people').ended
    expect([code, text]).toEqual([0, expect.stringMatching(/people +us +1,500 +1,500/)])
    expect(
      await parts.warehouse.query('SELECT job_run_id, exit_code FROM main.customerio.runs'),
    ).toEqual([{ job_run_id: '4711', exit_code: 0 }])
    expect(await world.fired()).toEqual([1])
    await world.faults([])
    const [, value = '{}'] = /^task value people (.*)$/m.exec(text) ?? []
    expect(JSON.parse(value)).toEqual({
      ...{ sent: 1500, delivered: 1500, failed: 0, invalid: 0, pending: 0 },
      run_id: expect.stringMatching(/^\S+$/),
    })
    expect(leaksIn(text, world.secrets())).toEqual([])
  })

  it('fails with the last lines of a job that fails', async () => {
    const { code, text } = await launch('--', 'run', 'nobody').ended
    expect(code).not.toBe(0)
    expect(text).toContain('RuntimeError: the job ended with exit code 2')
    expect(text).toContain('there is no sync "nobody"')
  })

  it('refuses a reference that Databricks did not fill in', async () => {
    const { code, text } = await launch('--job-id', '{{job.idd}}', '--', 'run', 'people').ended
    expect(code).not.toBe(0)
    expect(text).toContain('misspelt')
    const { text: other } = await launch('--', 'run', 'sync=people', 'mode={{job.parameters.mood}}')
      .ended
    expect(other).toContain('mode={{job.parameters.mood}}: the reference in the job is misspelt')
  })

  it('runs what the parameters of the job say, and nothing where they name another sync', async () => {
    const words = ['sync=people', 'share=0.5', 'since=', 'why=', 'confirm=']
    const planned = await launch('--', 'run', ...words, 'mode=plan', 'syncs=').ended
    expect([planned.code, planned.text]).toEqual([0, expect.stringContaining('people → us')])
    const left = await launch('--', 'run', ...words, 'mode=run', 'syncs=orders').ended
    expect([left.code, left.text]).toEqual([1, expect.stringContaining('known: people')])
  })

  it('takes the job with it when it is killed: the pipe ends, the run stops, the window stays open', async () => {
    const before = (await world.counts()).messages
    await world.faults([
      { door: 'customerio', call: 'POST /v1/batch', when: { from: 3 }, fault: { delayMs: 700 } },
    ])
    const { child, ended } = launch('--task-key', 'deliver', '--', 'run', 'people')
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
    expect((await launch('--', 'run', 'people').ended).code).toBe(0)
    const open = await parts.warehouse.query(
      "SELECT window_id FROM main.customerio.account WHERE state = 'open' OR pending <> 0",
    )
    expect(open).toEqual([])
  })

  it('takes a job with it that may end anywhere: it ends at once', async () => {
    await world.faults([{ door: 'warehouse', fault: { delayMs: 60_000 } }])
    const { child, ended } = launch('--', 'setup')
    await until(async () => (await world.fired())[0] !== 0)
    const [job] = childrenOf(child)
    expect(job).toBeDefined()
    child.kill('SIGKILL')
    await ended
    await until(() => !existsSync(`/proc/${job}`))
    await world.faults([])
  })
})
