import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { silentLog } from '../../src/core/index.ts'
import { httpCalls } from '../../src/warehouse/http.ts'
import { openWorkspace } from '../../src/warehouse/index.ts'
import { tokenSource } from '../../src/warehouse/token.ts'
import { VirtualClock } from '../delivery/virtual-clock.ts'

type Answer = { status: number; body?: object | string; reset?: boolean }
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

/** A server that answers in turn, the last answer for ever; every call is written down. */
async function aServer(...answers: Answer[]) {
  const calls: { method: string; url: string; authorization: string; body: string }[] = []
  const server = createServer(async (incoming: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const part of incoming) body += part
    const { method = '', url = '', headers } = incoming
    calls.push({ method, url, authorization: headers.authorization ?? '', body })
    const { status, body: text = '', reset } = answers[Math.min(calls.length, answers.length) - 1]!
    if (reset) return void incoming.socket.resetAndDestroy()
    response.writeHead(status)
    response.end(typeof text === 'string' ? text : JSON.stringify(text))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  closers.push(() => new Promise((resolve) => server.close(resolve)))
  return { origin, calls }
}

const credentials = { kind: 'oauth', clientId: 'id', clientSecret: 'secret' } as const
const token = (name: string, seconds = 3600) => ({
  status: 200,
  body: { access_token: name, expires_in: seconds },
})

async function caller(...answers: Answer[]) {
  const server = await aServer(...answers)
  const clock = new VirtualClock()
  const http = httpCalls({ origin: server.origin, clock, budgetMs: 60_000 })
  closers.push(http.close)
  return { ...server, clock, ...http }
}

describe('a REST call', () => {
  it('is repeated after 429, 5xx and broken connections', async () => {
    const { call, calls } = await caller(
      { status: 503 },
      { status: 429 },
      { status: 0, reset: true },
      { status: 200, body: 'done' },
    )
    expect(await call({ method: 'GET', path: '/x' })).toMatchObject({ status: 200, body: 'done' })
    expect(calls).toHaveLength(4)
  })

  it('hands back the last answer when its time is spent', async () => {
    const { call, clock } = await caller({ status: 503 })
    const before = clock.now()
    expect((await call({ method: 'GET', path: '/x' })).status).toBe(503)
    expect(clock.now() - before).toBeLessThanOrEqual(60_000)
    expect(clock.now() - before).toBeGreaterThan(30_000)
  })

  it('is not repeated after an answer that will not change', async () => {
    const { call, calls } = await caller({ status: 404 })
    expect((await call({ method: 'GET', path: '/x' })).status).toBe(404)
    expect(calls).toHaveLength(1)
  })

  it('to a closed port says at once that nobody is there', async () => {
    const { call, close } = httpCalls({ origin: 'http://127.0.0.1:1', clock: new VirtualClock() })
    closers.push(close)
    await expect(call({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'WORKSPACE_UNREACHABLE',
    })
  })
})

describe('tokens', () => {
  it('are asked for once, however many wait, and kept until a minute before their end', async () => {
    const { call, calls, clock } = await caller(token('a', 3600), token('b'))
    const source = tokenSource(credentials, call, clock)
    expect(await Promise.all([source(), source(), source()])).toEqual(['a', 'a', 'a'])
    await clock.sleep(3530_000)
    expect(await source()).toBe('a')
    await clock.sleep(15_000)
    expect(await source()).toBe('b')
    expect(calls).toHaveLength(2)
    expect(calls[0]?.authorization).toBe(`Basic ${Buffer.from('id:secret').toString('base64')}`)
  })

  it('are renewed at once when a fresh one is asked for', async () => {
    const { call, clock } = await caller(token('a'), token('b'))
    const source = tokenSource(credentials, call, clock)
    expect([await source(), await source(true)]).toEqual(['a', 'b'])
  })

  it('that are refused name the settings to check, never the secret', async () => {
    const { call, clock } = await caller({ status: 401, body: { error: 'invalid_client' } })
    const refused = tokenSource(credentials, call, clock)().catch((error: Error) => error.message)
    expect(await refused).toContain('DATABRICKS_CLIENT_SECRET')
    expect(await refused).not.toContain('"secret"')
  })
})

async function workspace(...answers: Answer[]) {
  const server = await aServer(token('t'), ...answers)
  const clock = new VirtualClock()
  const opened = openWorkspace({ origin: server.origin, credentials, clock, log: silentLog })
  closers.push(opened.close)
  return { ...server, clock, opened }
}

describe('the workspace', () => {
  it('renews a token that was refused, once', async () => {
    const { opened, calls } = await workspace(
      { status: 403, body: { error_code: 403, message: 'Invalid access token.' } },
      token('fresh'),
      { status: 200, body: { value: Buffer.from('s').toString('base64') } },
    )
    expect(await opened.secret('a', 'b')).toBe('s')
    expect(calls.at(-1)?.authorization).toBe('Bearer fresh')
  })

  it('takes a file that is there already for done', async () => {
    const { opened, calls } = await workspace({ status: 204 }, { status: 409 })
    expect(await opened.put('/Volumes/a/b/c/é 1.parquet', Buffer.from('x'))).toBe('created')
    expect(await opened.put('/Volumes/a/b/c/d', Buffer.from('x'))).toBe('exists')
    expect(calls[1]?.url).toBe('/api/2.0/fs/files/Volumes/a/b/c/%C3%A9%201.parquet?overwrite=false')
  })

  it('lists all pages of a folder, files only, and nothing where there is no folder', async () => {
    const { opened } = await workspace(
      {
        status: 200,
        body: {
          contents: [
            { path: '/v/a', file_size: 1 },
            { path: '/v/d', is_directory: true },
          ],
          next_page_token: 'n',
        },
      },
      { status: 200, body: { contents: [{ path: '/v/b', file_size: 2 }] } },
      { status: 404 },
    )
    expect(await opened.list('/v')).toEqual([
      { path: '/v/a', bytes: 1 },
      { path: '/v/b', bytes: 2 },
    ])
    expect(await opened.list('/v')).toEqual([])
  })

  it('tells folders from files', async () => {
    const { opened } = await workspace({
      status: 200,
      body: {
        contents: [
          { path: '/v/a', is_directory: false },
          { path: '/v/d', is_directory: true },
        ],
      },
    })
    expect(await opened.folders('/v')).toEqual(['/v/d'])
    expect(await opened.list('/v')).toEqual([{ path: '/v/a', bytes: 0 }])
  })

  it('removes an empty folder, and leaves one that is gone or in use', async () => {
    const { opened, calls } = await workspace(
      { status: 204 },
      { status: 404 },
      { status: 400, body: { error_code: 'BAD_REQUEST' } },
      { status: 409 },
    )
    expect(await opened.removeFolder('/v/a b')).toBe(true)
    expect(calls[1]).toMatchObject({ method: 'DELETE', url: '/api/2.0/fs/directories/v/a%20b' })
    expect(await opened.removeFolder('/v')).toBe(false)
    expect(await opened.removeFolder('/v')).toBe(false)
    await expect(opened.removeFolder('/v')).rejects.toMatchObject({ code: 'DELETE_REFUSED' })
  })

  it('says which right is missing on a volume', async () => {
    const { opened } = await workspace({ status: 403 }, token('t'), { status: 403 })
    await expect(opened.folders('/v')).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('READ VOLUME'),
    })
  })

  it('starts a stopped warehouse once and waits for it', async () => {
    const { opened, calls } = await workspace(
      { status: 200, body: { state: 'STOPPED' } },
      { status: 200, body: {} },
      { status: 200, body: { state: 'STARTING' } },
      { status: 200, body: { state: 'RUNNING' } },
    )
    await opened.startWarehouse('w')
    expect(
      calls.filter(({ method, url }) => method === 'POST' && url.endsWith('/start')),
    ).toHaveLength(1)
  })

  it('gives up on a warehouse that does not start in time', async () => {
    const { opened } = await workspace({ status: 200, body: { state: 'STARTING' } })
    await expect(opened.startWarehouse('w', 5000)).rejects.toMatchObject({
      code: 'WAREHOUSE_UNAVAILABLE',
    })
  })

  it('leaves a warehouse to itself that it may not look at', async () => {
    const { opened } = await workspace({ status: 403 }, token('t'), { status: 403 })
    await expect(opened.startWarehouse('w')).resolves.toBeUndefined()
  })
})
