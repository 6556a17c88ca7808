import { afterEach, expect, it } from '@jest/globals'
import { silentLog, systemClock } from '../../src/core/index.ts'
import { BatchBody, batchFormat, createClient } from '../../src/customerio/index.ts'
import { createBudget, defaultLimits, deliver } from '../../src/delivery/index.ts'
import { inBlocks, Kept } from '../delivery/builders.ts'
import { aServer, type Received } from './a-server.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

/** A block of identify messages for the given people. */
function identifies(people: readonly string[]) {
  const texts = people.map((userId, i) =>
    JSON.stringify({ type: 'identify', userId, messageId: `m${i}`, traits: { n: i } }),
  )
  const starts = new Uint32Array(texts.length)
  const ends = new Uint32Array(texts.length)
  const offsets = new Int32Array(texts.length + 1)
  for (const [i, text] of texts.entries()) {
    starts[i] = i === 0 ? 0 : (ends[i - 1] ?? 0) + 1
    ends[i] = (starts[i] ?? 0) + text.length
    offsets[i + 1] = (offsets[i] ?? 0) + (people[i]?.length ?? 0)
  }
  const identities = { bytes: Buffer.from(people.join('')), offsets }
  return {
    count: texts.length,
    bytes: Buffer.from(texts.join(',')),
    starts,
    ends,
    keys: identities,
    ids: new Uint8Array(26 * texts.length),
    identities,
    partitions: [''],
    invalid: [],
  }
}

const messagesOf = ({ body }: Received) =>
  BatchBody.parse(JSON.parse(body)).batch as { userId: string; messageId: string }[]

it('brings everything to its end over real connections that fail, in order per person', async () => {
  const accepted: { userId: string; messageId: string }[] = []
  const isBad = ({ messageId }: { messageId: string }): boolean => messageId === 'm77'
  let requests = 0
  const server = await aServer((response, request) => {
    const messages = messagesOf(request)
    const turn = ++requests % 9
    if (turn === 2) return response.writeHead(503).end()
    if (turn === 4) return response.socket?.resetAndDestroy()
    if (turn === 6) return response.writeHead(429, { 'retry-after': '0' }).end()
    if (messages.some(isBad)) {
      return response.writeHead(400).end('{"meta":{"errors":["traits.n 77 is invalid"]}}')
    }
    accepted.push(...messages)
    if (turn === 8) return response.socket?.resetAndDestroy() // accepted, but nobody hears of it
    response.end('{}')
  })
  const client = createClient({
    region: 'eu',
    url: server.url,
    key: 'k',
    clock: systemClock,
    connections: 8,
  })
  const budget = createBudget({ requestsPerSecond: 1000, clock: systemClock })
  open.push(server, client, budget)
  const recorder = new Kept()
  const people = Array.from({ length: 400 }, (_, i) => `person-${(i * 7) % 60}`)
  const summary = await deliver({
    blocks: inBlocks(identifies(people)),
    send: client.send,
    format: { ...batchFormat, maxBodyBytes: 900 },
    budget,
    recorder,
    lanes: 'by-identity',
    clock: systemClock,
    log: silentLog,
    maxFailedPercent: 1,
    limits: {
      maxInFlight: 8,
      backoff: { firstMs: 5, mostMs: 20 },
      breaker: { ...defaultLimits.breaker, failuresInRow: 1000 },
    },
  })

  expect(summary).toMatchObject({ delivered: 399, rejected: 1, undelivered: 0 })
  expect(summary.requests).toBe(server.received.length)
  expect(recorder.outcomes.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: 'http_400', text: expect.stringContaining('traits … is invalid') },
  ])
  expect(new Set(accepted.map(({ messageId }) => messageId)).size).toBe(399)
  const latest = new Map<string, number>()
  const arrived = new Set<string>()
  for (const { userId, messageId } of accepted) {
    if (arrived.has(messageId)) continue
    arrived.add(messageId)
    const at = Number(messageId.slice(1))
    expect(at).toBeGreaterThan(latest.get(userId) ?? -1)
    latest.set(userId, at)
  }
})

it('goes on with a new key where the old one is refused', async () => {
  const server = await aServer((response, { headers }) => {
    const isNew = headers.authorization === `Basic ${Buffer.from('new:').toString('base64')}`
    response.writeHead(isNew ? 200 : 401).end('{}')
  })
  const client = createClient({ region: 'us', url: server.url, key: 'old', clock: systemClock })
  const budget = createBudget({ requestsPerSecond: 100, clock: systemClock })
  open.push(server, client, budget)
  const recorder = new Kept()
  const summary = await deliver({
    blocks: inBlocks(identifies(['a', 'b', 'c'])),
    send: client.send,
    format: batchFormat,
    budget,
    recorder,
    lanes: 'free',
    clock: systemClock,
    log: silentLog,
    maxFailedPercent: 1,
    reauthorize: async () => client.useKey('new'),
  })
  expect(summary).toMatchObject({ delivered: 3, requests: 2 })
  expect(recorder.exchanges.map(({ status }) => status)).toEqual([401, 200])
})
