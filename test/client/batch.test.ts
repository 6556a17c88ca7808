import { afterEach, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Message } from '../../src/index.ts'
import { limits } from '../../src/index.ts'
import { aServer } from '../customerio/a-server.ts'
import { aWorkspace, refuseMe, type WorkspaceOptions, writeKey } from './a-workspace.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function workspace(options: WorkspaceOptions = {}) {
  const made = await aWorkspace(options)
  open.push(made)
  return made
}

const identify = (userId: string, traits: Record<string, string | number> = {}): Message => ({
  type: 'identify',
  userId,
  traits,
})

/** Passes here and is refused by the workspace: `context.ip` must be a text. */
const refused = (userId: string): Message => identify(userId, { note: refuseMe })

it('delivers everything in one request where it fits, and gives each message an id of its own', async () => {
  const { client, store } = await workspace()
  const results = await client().batch([
    identify('1', { plan: 'pro' }),
    { type: 'track', userId: '2', event: 'Signed In', properties: { n: 1 } },
    { type: 'group', groupId: 'acme', traits: { name: 'Acme', objectTypeId: '1' } },
  ])
  expect(results.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered'])
  const ids = results.map(({ messageId }) => messageId)
  expect(new Set(ids).size).toBe(3)
  for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  expect(store.requests()).toMatchObject([{ path: '/v1/batch', messages: 3, strict: true }])
  expect(store.messages().map(({ messageId }) => messageId)).toEqual(ids)
  expect(store.person('1')).toMatchObject({ traits: { plan: 'pro' } })
  expect(store.events()).toMatchObject([{ name: 'Signed In', person: '2' }])
  expect(store.objects()).toMatchObject([{ objectId: 'acme' }])
})

it('keeps a message id that is given', async () => {
  const { client, store } = await workspace()
  const messageId = '01HV0000000000000000000ABC'
  const [result] = await client().batch([{ ...identify('1'), messageId }])
  expect(result).toEqual({ status: 'delivered', messageId })
  expect(store.message(messageId)).toMatchObject({ messageId })
})

it('finds the one that is refused, delivers the rest, and says why without a value', async () => {
  const { client, store } = await workspace()
  const messages = Array.from({ length: 20 }, (_, i) =>
    i === 13 ? refused('13') : identify(`${i}`),
  )
  const results = await client().batch(messages)
  expect(results.flatMap(({ status }, i) => (status === 'delivered' ? [] : [i]))).toEqual([13])
  expect(results[13]).toMatchObject({
    status: 'rejected',
    reason: 'http_400',
    text: expect.stringContaining('must be a string'),
  })
  expect(store.people()).toHaveLength(19)
})

it('packs by bytes: no message over its limit, no body over its own, whatever the characters', async () => {
  const { client, store } = await workspace()
  const large = 'é'.repeat(limits.attributeValueBytes / 2)
  const traits = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`t${i}`, large]))
  const results = await client().batch(
    Array.from({ length: 60 }, (_, i) => identify(`${i}`, traits)),
  )
  expect(results.every(({ status }) => status === 'delivered')).toBe(true)
  expect(store.people()).toHaveLength(60)
  expect(store.requests().length).toBeGreaterThan(2)
  for (const { bytes } of store.requests()) expect(bytes).toBeLessThanOrEqual(limits.batchBytes)
})

it('refuses what is wrong before the wire, and sends the others', async () => {
  const { client, store } = await workspace()
  const text = 'é'.repeat(limits.messageBytes / 2)
  const tooLarge = { type: 'track', userId: '2', event: 'e', properties: { text } } as const
  const notJson = identify('3', { born: new Date(0) as unknown as string })
  const noName = { type: 'track', userId: '4', event: '' } as const
  const longId = identify('é'.repeat(76))
  const results = await client().batch([identify('1'), tooLarge, notJson, noName, longId])
  expect(results).toMatchObject([
    { status: 'delivered' },
    { status: 'rejected', reason: 'message_too_large', text: expect.stringContaining('32000') },
    { status: 'rejected', reason: 'message_invalid', text: expect.stringContaining('traits.born') },
    { status: 'rejected', reason: 'message_invalid', text: expect.stringContaining('event') },
    { status: 'rejected', reason: 'message_invalid', text: expect.stringContaining('userId') },
  ])
  expect(store.requests()).toMatchObject([{ messages: 1 }])
})

it('makes no request for nothing', async () => {
  const { client, store } = await workspace()
  expect(await client().batch([])).toEqual([])
  expect(await client().batch([identify('')])).toMatchObject([{ status: 'rejected' }])
  expect(store.requests()).toEqual([])
})

it('sends again, under the same ids, what met a failure, a reset or a 429', async () => {
  const { client, store, seen } = await workspace({
    faults: [
      { when: { nth: 1 }, fault: { status: 503 } },
      { when: { nth: 2 }, fault: { reset: 'after' } },
      { when: { nth: 3 }, fault: { status: 429, headers: { 'retry-after': '0' } } },
    ],
  })
  const results = await client().batch([identify('1'), identify('2')])
  expect(results.map(({ status }) => status)).toEqual(['delivered', 'delivered'])
  expect(seen.map(({ status }) => status)).toEqual([503, undefined, 429, 200])
  expect(store.messages().map(({ messageId, times }) => [messageId, times])).toEqual(
    results.map(({ messageId }) => [messageId, 2]),
  )
})

it('keeps the order of each identity through failures and bisection', async () => {
  const weight = 'x'.repeat(28_000) // so that there are several bodies
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: 4 }), fc.integer({ min: 0, max: 9 })), {
        minLength: 50,
        maxLength: 80,
      }),
      async (plan) => {
        const made = await workspace({
          faults: [
            { when: { every: 3 }, fault: { status: 500 } },
            { when: { every: 5 }, fault: { reset: 'after' } },
          ],
        })
        const messages = plan.map(([who, kind], i) =>
          kind === 0
            ? refused(`p${who}`)
            : ({
                type: 'track',
                userId: `p${who}`,
                event: 'Step',
                properties: { i, weight },
              } as const),
        )
        const results = await made.client({ requestsPerSecond: 1000 }).batch(messages)
        expect(results.map(({ status }) => status)).toEqual(
          plan.map(([, kind]) => (kind === 0 ? 'rejected' : 'delivered')),
        )
        for (let who = 0; who <= 4; who++) {
          const steps = made.store
            .events({ person: `p${who}`, name: 'Step' })
            .map(({ properties }) => Number(properties.i))
          expect(steps).toEqual([...steps].sort((a, b) => a - b))
        }
      },
    ),
    { numRuns: 4 },
  )
})

it('never sends a later message of an identity whose earlier one did not get through', async () => {
  const server = await aServer((response, { body }) => {
    response.writeHead(body.includes('"a"') ? 503 : 200).end('{}')
  })
  const { client } = await workspace()
  open.push(server)
  const big = 'x'.repeat(900)
  const traits = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`t${i}`, big]))
  const messages = Array.from({ length: 60 }, (_, i) => identify(i % 2 === 0 ? 'a' : 'b', traits))
  const results = await client({ url: server.url, retry: { deadlineMs: 0 } }).batch(messages)
  const of = (userId: string) =>
    results.filter((_, i) => messages[i]?.type === 'identify' && (i % 2 === 0) === (userId === 'a'))
  expect(new Set(of('a').map(({ status }) => status))).toEqual(new Set(['undelivered']))
  expect(of('a').at(-1)).toMatchObject({ reason: 'after_undelivered' })
})

it('says of every message what became of it where the key is refused', async () => {
  const { client, store } = await workspace()
  const results = await client({ key: 'another-key' }).batch([
    identify('1'),
    identify('1'),
    identify(''),
  ])
  expect(results.map(({ status }) => status)).toEqual(['undelivered', 'undelivered', 'rejected'])
  expect(store.requests()).toMatchObject([{ status: 401, strict: true }])
  expect(JSON.stringify(results)).not.toContain('another-key')
})

it('gives up at the deadline, and the messages are undelivered, not lost', async () => {
  const { client, seen } = await workspace({
    faults: [{ when: { from: 2 }, fault: { status: 503 } }],
  })
  const one = client({ retry: { firstMs: 1, mostMs: 2, deadlineMs: 400 } })
  await one.batch([identify('1')]) // the connection stands
  const results = await one.batch([identify('1')])
  expect(results).toMatchObject([{ status: 'undelivered', reason: 'http_503' }])
  expect(seen.length).toBeGreaterThan(2)
})

it('stops by its signal, and tells which were sent', async () => {
  const cut = new AbortController()
  const server = await aServer((response) => {
    cut.abort()
    setTimeout(() => response.end('{}'), 20)
  })
  const { client } = await workspace()
  open.push(server)
  const lines = Array.from({ length: 25 }, (_, i) => [`t${i}`, 'x'.repeat(900)])
  const messages = Array.from({ length: 80 }, () => identify('a', Object.fromEntries(lines)))
  const results = await client({ url: server.url }).batch(messages, { signal: cut.signal })
  const statuses = results.map(({ status }) => status)
  expect(server.received).toHaveLength(1)
  const sent = JSON.parse(server.received[0]?.body ?? '').batch.length
  expect(statuses).toEqual([
    ...Array(sent).fill('delivered'),
    ...Array(80 - sent).fill('undelivered'),
  ])
  expect(results.at(-1)).toMatchObject({ reason: 'run_stopped' })
})

it('shares one budget between everything it sends', async () => {
  const { client, store } = await workspace()
  const one = client({ requestsPerSecond: 5 })
  const all = Array.from({ length: 20 }, (_, i) => one.batch([identify(`${i}`)]))
  for (const [result] of await Promise.all(all)) expect(result?.status).toBe('delivered')
  expect(store.maxRequestsInWindow(3000)).toBeLessThanOrEqual(15)
})

it('uses the key it was given, and shows it to nobody', async () => {
  const { client } = await workspace()
  expect(JSON.stringify(client())).not.toContain(writeKey)
})
