import { setMaxListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from '@jest/globals'
import { type Answer, systemClock } from '../../src/core/index.ts'
import { type ClientOptions, createClient } from '../../src/customerio/index.ts'
import { makeTrust } from '../../src/twin/http/certificate.ts'
import { aServer } from './a-server.ts'

const open: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const body = Buffer.from('{"batch":[{"type":"identify","userId":"1"}]}')
const never = new AbortController().signal
setMaxListeners(0, never)

async function aClient(
  answer: (response: ServerResponse) => void,
  options: Partial<ClientOptions> = {},
) {
  const server = await aServer(answer)
  const client = createClient({
    region: 'eu',
    url: server.url,
    key: 'a-write-key',
    clock: systemClock,
    ...options,
  })
  open.push(server, client)
  return { server, client }
}

it('posts the body to /batch, in strict mode, with the key as Basic user', async () => {
  const { server, client } = await aClient((response) => response.end('{}'))
  const answer = await client.send(body, never)
  expect(answer).toEqual({ verdict: 'delivered', status: 200, reason: 'http_200', text: '' })
  expect(server.received).toMatchObject([
    {
      method: 'POST',
      path: '/v1/batch',
      body: body.toString(),
      headers: {
        'x-strict-mode': '1',
        'content-type': 'application/json',
        'content-length': String(body.length),
        authorization: `Basic ${Buffer.from('a-write-key:').toString('base64')}`,
      },
    },
  ])
})

it('posts a single call to its own endpoint', async () => {
  const { server, client } = await aClient((response) => response.end('{}'))
  await client.post('identify', Buffer.from('{"userId":"1"}'), never)
  expect(server.received[0]?.path).toBe('/v1/identify')
})

it.each([
  [200, 'delivered'],
  [202, 'delivered'],
  [301, 'dead-letter'],
  [400, 'bisect'],
  [401, 'unauthorized'],
  [403, 'unauthorized'],
  [404, 'dead-letter'],
  [408, 'retry'],
  [413, 'split'],
  [422, 'dead-letter'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('takes a %i for %s', async (status, verdict) => {
  const { client } = await aClient((response) => response.writeHead(status).end('{}'))
  const answer = await client.send(body, never)
  expect(answer).toMatchObject({ status, verdict, reason: `http_${status}` })
})

it('honours Retry-After', async () => {
  const { client } = await aClient((response) =>
    response.writeHead(429, { 'retry-after': '7' }).end(),
  )
  expect(await client.send(body, never)).toMatchObject({ verdict: 'retry', retryAfterMs: 7000 })
})

it('takes a connection that is reset before an answer for unknown: to be sent again', async () => {
  const { client, server } = await aClient((response) => response.socket?.resetAndDestroy())
  expect(await client.send(body, never)).toMatchObject({ verdict: 'retry', reason: 'reset' })
  expect(server.received).toHaveLength(1)
})

it('takes a success that breaks off in the middle for no answer', async () => {
  const { client } = await aClient((response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{')
    setImmediate(() => response.socket?.resetAndDestroy())
  })
  expect(await client.send(body, never)).toMatchObject({ verdict: 'retry' })
})

it('takes a refusal that breaks off in the middle for a refusal', async () => {
  const { client } = await aClient((response) => {
    response.writeHead(400, { 'content-length': '100' })
    response.write('{')
    setTimeout(() => response.socket?.resetAndDestroy(), 20)
  })
  expect(await client.send(body, never)).toMatchObject({ verdict: 'bisect', status: 400 })
})

it('gives up waiting after its timeout, also when the answer only trickles', async () => {
  const trickles = new Set<NodeJS.Timeout>()
  const { client } = await aClient(
    (response) => {
      response.writeHead(200)
      trickles.add(setInterval(() => response.write(' '), 10))
    },
    { timeoutMs: 150 },
  )
  const answer = await client.send(body, never)
  for (const trickle of trickles) clearInterval(trickle)
  expect(answer).toMatchObject({ verdict: 'retry', reason: 'timeout' })
})

it('does not read an endless answer to its end', async () => {
  const { client } = await aClient((response) => {
    response.writeHead(400)
    response.end('x'.repeat(8 * 2 ** 20))
  })
  expect(await client.send(body, never)).toMatchObject({ verdict: 'bisect', status: 400 })
})

it('is cut off by its signal, before and while it waits', async () => {
  const { client, server } = await aClient(() => {})
  expect(await client.send(body, AbortSignal.abort())).toMatchObject({ reason: 'aborted' })
  const cut = new AbortController()
  const answer = client.send(body, cut.signal)
  while (server.received.length === 0) await new Promise(setImmediate)
  cut.abort()
  expect(await answer).toMatchObject({ verdict: 'retry', reason: 'aborted' })
})

it('says that nobody listens', async () => {
  const { client, server } = await aClient((response) => response.end())
  await server.close()
  open.shift()
  expect(await client.send(body, never)).toMatchObject({ verdict: 'retry', reason: 'refused' })
})

it('verifies TLS: talks to a server that the given authority vouches for, and to no other', async () => {
  const { ca, cert, key } = makeTrust(Date.now())
  const server = createServer({ cert, key }, (_, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  const client = (more: Partial<ClientOptions>) => {
    const made = createClient({ region: 'us', url, key: 'k', clock: systemClock, ...more })
    open.push(made)
    return made
  }
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) })
  expect(await client({}).send(body, never)).toMatchObject({ verdict: 'retry', reason: 'tls' })
  expect(await client({ ca }).send(body, never)).toMatchObject({ verdict: 'delivered' })
})

it('sends with another key once it is told to, and says whether it is another one', async () => {
  const { server, client } = await aClient((response) => response.end('{}'))
  expect(client.useKey('a-write-key')).toBe(false)
  expect(client.useKey('a-new-key')).toBe(true)
  await client.send(body, never)
  expect(server.received[0]?.headers.authorization).toBe(
    `Basic ${Buffer.from('a-new-key:').toString('base64')}`,
  )
})

it('keeps to its connections and uses them again', async () => {
  const sockets = new Set<unknown>()
  const { client } = await aClient(
    (response) => {
      sockets.add(response.socket)
      setImmediate(() => response.end('{}'))
    },
    { connections: 3 },
  )
  const answers: Promise<Answer>[] = Array.from({ length: 30 }, () => client.send(body, never))
  for (const answer of await Promise.all(answers)) expect(answer.verdict).toBe('delivered')
  expect(sockets.size).toBe(3)
})
