import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DBSQLClient } from '@databricks/sql'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { codesOf } from '../../src/core/index.ts'
import { parseFaultSet, startTwin, type Twin, type TwinOptions } from '../../src/twin/index.ts'
import { ask, clientOf } from './http/doors.ts'

/** The twin as a process of the product sees it: through its environment alone. */
function clientOfTwin({ environment, ca }: Twin) {
  const agent = clientOf(ca)
  const { DATABRICKS_HOST: host = '', DATABRICKS_CLIENT_ID, DATABRICKS_CLIENT_SECRET } = environment
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  const token = async (): Promise<string> => {
    const answer = await ask(agent, `${host}/oidc/v1/token`, {
      method: 'POST',
      headers: { authorization: basic(`${DATABRICKS_CLIENT_ID}:${DATABRICKS_CLIENT_SECRET}`) },
      body: 'grant_type=client_credentials&scope=all-apis',
    })
    return JSON.parse(answer.text).access_token
  }
  const workspace = async (method: 'GET' | 'PUT', path: string, body?: string) =>
    await ask(agent, `${host}${path}`, {
      method,
      headers: { authorization: `Bearer ${await token()}` },
      ...(body === undefined ? {} : { body }),
    })
  const secret = async (key: string): Promise<string> => {
    const { text } = await workspace('GET', `/api/2.0/secrets/get?scope=customerio&key=${key}`)
    return Buffer.from(JSON.parse(text).value, 'base64').toString()
  }
  const identify = async (region: 'us' | 'eu', key: string, userId = '7') =>
    await ask(agent, `${environment[`CUSTOMERIO_URL_${region.toUpperCase()}`]}/batch`, {
      method: 'POST',
      headers: {
        authorization: basic(`${key}:`),
        'content-type': 'application/json',
        'x-strict-mode': '1',
      },
      body: JSON.stringify({
        batch: [{ type: 'identify', userId, messageId: `m${userId}`, traits: { plan: 'free' } }],
      }),
    })
  return { agent, token, workspace, secret, identify }
}

/** Runs statements through the unmodified driver; the rows of the last one. */
async function sql(twin: Twin, ...statements: string[]): Promise<object[]> {
  const client = new DBSQLClient({ logger: { log() {} } })
  await client.connect({
    host: 'localhost',
    port: Number(new URL(twin.workspaceOrigin).port),
    path: `/sql/1.0/warehouses/${twin.warehouseId}`,
    token: await clientOfTwin(twin).token(),
    customCaCert: twin.ca,
    telemetryEnabled: false,
  } as Parameters<DBSQLClient['connect']>[0])
  try {
    const session = await client.openSession()
    let rows: object[] = []
    for (const statement of statements) {
      const operation = await session.executeStatement(statement, { runAsync: true })
      rows = await operation.fetchAll()
      await operation.close()
    }
    await session.close()
    return rows
  } finally {
    await client.close()
  }
}

const folders: string[] = []
const running: Twin[] = []

async function start(options: Partial<TwinOptions> = {}): Promise<Twin> {
  const folder = options.folder ?? (await newFolder())
  const twin = await startTwin({ ...options, folder })
  running.push(twin)
  return twin
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'twin-'))
  folders.push(folder)
  return folder
}

afterAll(async () => {
  await Promise.all(running.map((twin) => twin.close()))
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
})

describe('a twin', () => {
  let twin: Twin
  beforeAll(async () => {
    twin = await start()
  })

  it('answers SQL to the unmodified driver', async () => {
    expect(await sql(twin, 'SELECT 1 AS one, current_user() AS me')).toEqual([
      { one: 1, me: twin.clientId },
    ])
  })

  it('takes files into a volume that SQL created', async () => {
    await sql(twin, 'CREATE SCHEMA IF NOT EXISTS main.crm', 'CREATE VOLUME main.crm.files')
    const { workspace } = clientOfTwin(twin)

    const put = await workspace(
      'PUT',
      '/api/2.0/fs/files/Volumes/main/crm/files/a/b.json',
      '{"x":1}',
    )
    const got = await workspace('GET', '/api/2.0/fs/files/Volumes/main/crm/files/a/b.json')

    expect([put.status, got.text]).toEqual([204, '{"x":1}'])
  })

  it('receives messages in each region under the keys of its own secret scope', async () => {
    const { secret, identify } = clientOfTwin(twin)
    const [us, eu] = [await secret('us'), await secret('eu')]

    const answers = [await identify('us', us), await identify('eu', eu), await identify('eu', us)]

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 401])
  })

  it('takes a rotated key from its secrets while it runs', async () => {
    const { secret, identify, agent } = clientOfTwin(twin)
    const old = await secret('eu')
    await ask(agent, `${twin.workspaceOrigin}/api/2.0/secrets/put`, {
      method: 'POST',
      headers: { authorization: `Bearer ${twin.token}` },
      body: JSON.stringify({ scope: 'customerio', key: 'eu', string_value: 'new-key' }),
    })

    expect((await identify('eu', old)).status).toBe(401)
    expect((await identify('eu', 'new-key')).status).toBe(200)
  })

  it('is trusted by a process that has its environment, and by no other', async () => {
    const script = `fetch(process.env.DATABRICKS_HOST + '/api/2.0/preview/scim/v2/Me')
      .then(({ status }) => console.log(status), ({ cause }) => console.log(cause.code))`
    const say = async (environment: Record<string, string>) => {
      const env = { PATH: process.env.PATH, ...environment }
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env })
      return stdout.trim()
    }
    const { NODE_EXTRA_CA_CERTS: _, ...untrusting } = twin.environment

    expect(await say(twin.environment)).toBe('401')
    expect(await say(untrusting)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })

  it('meets faults that are set while it runs, at the address they name', async () => {
    const { secret, identify } = clientOfTwin(twin)
    const [us, eu] = [await secret('us'), await secret('eu')]
    twin.faults.set(parseFaultSet('[{ door: customerio, address: eu, fault: { reset: after } }]'))

    const down = await identify('eu', eu).catch(codesOf)
    const up = await identify('us', us)
    twin.faults.clear()

    expect(down).toContain('ECONNRESET')
    expect(up.status).toBe(200)
  })

  it('shows what it received only to whoever has the page’s secret', async () => {
    const { agent } = clientOfTwin(twin)
    expect((await ask(agent, twin.pageAddress)).status).toBe(200)
    expect((await ask(agent, twin.customerioOrigins.us)).status).toBe(403)
  })

  it('keeps a second one out of its folder', async () => {
    await expect(startTwin({ folder: folders[0] ?? '' })).rejects.toMatchObject({
      code: 'DATA_FOLDER_LOCKED',
    })
  })
})

it('goes on after a restart where it stopped', async () => {
  const first = await start()
  const folder = folders.at(-1) ?? ''
  const before = clientOfTwin(first)
  const key = await before.secret('us')
  await before.identify('us', key)
  await sql(
    first,
    'CREATE SCHEMA IF NOT EXISTS main.gold',
    'CREATE TABLE main.gold.t (id BIGINT) USING DELTA',
    'INSERT INTO main.gold.t VALUES (1), (2)',
  )
  const oldToken = await before.token()
  const received = first.store.counts()
  await first.close()

  const second = await start({ folder })
  const after = clientOfTwin(second)

  expect(second.ca).toBe(first.ca)
  expect([second.clientId, second.warehouseId]).toEqual([first.clientId, first.warehouseId])
  expect(await after.secret('us')).toBe(key)
  expect(await sql(second, 'SELECT count(*) AS n FROM main.gold.t')).toEqual([{ n: 2 }])
  expect(second.store.counts()).toEqual(received)
  const old = await ask(after.agent, `${second.workspaceOrigin}/api/2.0/preview/scim/v2/Me`, {
    headers: { authorization: `Bearer ${oldToken}` },
  })
  expect(old.status).toBe(403)
})

it('leaves nothing open when an address cannot be opened', async () => {
  const other = await start()
  const taken = Number(new URL(other.customerioOrigins.eu).port)
  const folder = await newFolder()

  await expect(startTwin({ folder, ports: { eu: taken } })).rejects.toMatchObject({
    code: 'PORT_UNAVAILABLE',
  })
  await (await startTwin({ folder })).close()
})

it('answers 503 at the warehouse until it runs, and starts it at the first call', async () => {
  let now = Date.now()
  const clock = { now: () => now, sleep: async () => {} }
  const twin = await start({ clock, warehouse: { stopped: true, startDelayMs: 60_000 } })

  await expect(sql(twin, 'SELECT 1')).rejects.toMatchObject({ statusCode: 503 })
  expect(twin.warehouse.state()).toBe('STARTING')
  now += 60_000
  expect(await sql(twin, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})
