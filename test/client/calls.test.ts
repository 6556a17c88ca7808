import { afterEach, expect, it } from '@jest/globals'
import {
  type CustomerIO,
  type CustomerIOOptions,
  DestinationError,
  RunStopped,
  type Sent,
  SyncError,
  semantic,
} from '../../src/index.ts'
import { aServer } from '../customerio/a-server.ts'
import { aWorkspace, refuseMe, type WorkspaceOptions } from './a-workspace.ts'
import { fastClock } from './fast-clock.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function workspace(options: WorkspaceOptions = {}) {
  const made = await aWorkspace(options)
  open.push(made)
  return made
}

async function clientOf(options: WorkspaceOptions = {}, more: Partial<CustomerIOOptions> = {}) {
  const made = await workspace(options)
  return { ...made, client: made.client(more) }
}

const failure = (promise: Promise<unknown>): Promise<SyncError> =>
  promise.then(
    () => {
      throw new Error('it was delivered')
    },
    (error) => error,
  )

const person = { id: '7' }
const device = { person, token: 'a-token', platform: 'ios' } as const

it.each<[string, (client: CustomerIO) => Promise<Sent>]>([
  ['identify', (client) => client.identify({ person, traits: { city: 'Oslo' } })],
  ['track', (client) => client.track({ person, event: 'Signed In' })],
  ['page', (client) => client.page({ person: { anonymousId: 'a' }, name: 'Home' })],
  ['screen', (client) => client.screen({ person, name: 'Start' })],
  ['group', (client) => client.group({ groupId: 'acme', person })],
  ['alias', (client) => client.alias({ keep: person, merge: { id: '8' } })],
])('sends %s to its own endpoint, in strict mode, with an id', async (call, send) => {
  const { client, store } = await clientOf()
  const { messageId } = await send(client)
  expect(messageId).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  expect(store.requests()).toMatchObject([{ path: `/v1/${call}`, strict: true, messages: 1 }])
  expect(store.message(messageId)).toMatchObject({ type: call, times: 1 })
})

it('makes, updates and takes away people, devices, objects and relationships', async () => {
  const { client, store } = await clientOf()
  await client.identify({ person: { email: 'ada@example.com' }, traits: { plan: 'pro' } })
  expect(store.person('ada@example.com')).toMatchObject({ traits: { plan: 'pro' } })
  await client.identify({ person })
  await client.devices.update({ ...device, attributes: { app: '2.1' } })
  expect(store.devices()).toMatchObject([{ token: 'a-token', person: '7' }])
  await client.devices.delete(device)
  expect(store.devices()).toEqual([])
  await client.objects.update({ type: 2, object: 'acme', traits: { name: 'Acme' } })
  await client.objects.relate({ type: 2, object: 'acme', person, attributes: { role: 'owner' } })
  expect(store.objects()).toMatchObject([{ objectTypeId: '2', attributes: { name: 'Acme' } }])
  expect(store.relationships()).toMatchObject([{ attributes: { role: 'owner' } }])
  await client.objects.unrelate({ type: 2, object: 'acme', person })
  expect(store.relationships()).toEqual([])
  await client.objects.delete({ type: 2, object: 'acme' })
  expect(store.objects()).toEqual([])
  await client.people.suppress({ person })
  expect(store.suppressions()).toHaveLength(1)
  expect(store.person('7')).toBeUndefined()
  await client.people.unsuppress({ person })
  expect(store.suppressions()).toEqual([])
  await client.people.delete({ person: { email: 'ada@example.com' } })
  expect(store.people()).toEqual([])
  await client.reportDelivery({ deliveryId: 'd1', metric: 'opened' })
  expect(store.reports()).toHaveLength(1)
  expect(store.dropped()).toEqual([])
})

it('sends a semantic event with the name it is known by', async () => {
  const { client, store } = await clientOf()
  const event = semantic.orderCompleted({ order_id: 'o1', total: 12.5 })
  await client.track({ person, ...event, timestamp: new Date(Date.UTC(2026, 0, 31)) })
  expect(store.events()).toMatchObject([
    { name: 'Order Completed', time: '2026-01-31T00:00:00.000Z', properties: { total: 12.5 } },
  ])
})

it('sends the message id that is given', async () => {
  const { client, store } = await clientOf()
  const messageId = '01HV0000000000000000000ABC'
  expect(await client.track({ person, event: 'Paid', messageId })).toEqual({ messageId })
  expect(store.message(messageId)).toMatchObject({ times: 1 })
})

it.each<[string, (client: CustomerIO) => Promise<Sent>, string]>([
  [
    'somebody anonymous to identify',
    (client) => client.identify({ person: { anonymousId: 'a' } as never }),
    'anonymous',
  ],
  [
    'an id over 150 bytes',
    (client) => client.track({ person: { id: 'é'.repeat(76) }, event: 'e' }),
    '150 bytes',
  ],
  [
    'a message over 32,000 bytes',
    (client) => client.track({ person, event: 'e', properties: { text: 'é'.repeat(16_000) } }),
    '32000',
  ],
  [
    'an attribute over 1000 bytes',
    (client) => client.identify({ person, traits: { bio: 'é'.repeat(501) } }),
    'traits.bio',
  ],
  [
    'more than 300 attributes',
    (client) =>
      client.identify({
        person,
        traits: Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`t${i}`, i])),
      }),
    '300 attributes',
  ],
  [
    'an attribute of a relationship over 1000 bytes',
    (client) =>
      client.objects.relate({ type: 1, object: 'o', person, attributes: { a: 'x'.repeat(1001) } }),
    'relationshipAttributes.a',
  ],
  [
    'an event of a device without its device',
    (client) => client.track({ person, event: 'Application Opened' }),
    'context.device.token',
  ],
])('refuses %s before the wire', async (_, send, words) => {
  const { client, store } = await clientOf()
  const error = await failure(send(client))
  expect(error).toBeInstanceOf(SyncError)
  expect(error).toMatchObject({ code: 'MESSAGE_INVALID', name: 'ConfigError' })
  expect(error.message).toContain(words)
  expect(store.requests()).toEqual([])
})

it('says that a message was refused: status and our own words, no value', async () => {
  const { client, seen } = await clientOf()
  const error = await failure(
    client.identify({ person: { id: 'secret-id' }, traits: { note: refuseMe, ip: 192168 } }),
  )
  expect(error).toBeInstanceOf(DestinationError)
  expect(error).toMatchObject({ code: 'MESSAGE_REJECTED', context: { status: 400 } })
  expect(`${error.message}${JSON.stringify(error)}`).not.toMatch(/secret-id|192168/)
  expect(seen).toHaveLength(1)
})

it('says that the key is refused', async () => {
  const { client } = await clientOf({ keys: () => ['another-key'] })
  expect(await failure(client.identify({ person }))).toMatchObject({
    name: 'DestinationError',
    code: 'UNAUTHORIZED',
    disposition: 'abort',
    context: { status: 401 },
  })
})

it.each([
  ['a 503', { status: 503 }],
  ['a 429', { status: 429, headers: { 'retry-after': '0' } }],
  ['a reset before', { reset: 'before' }],
  ['a reset after it was taken', { reset: 'after' }],
] as const)('sends again, under the same id, after %s', async (_, fault) => {
  const { client, store, seen } = await clientOf({ faults: [{ when: { to: 2 }, fault }] })
  const { messageId } = await client.track({ person, event: 'Paid' })
  expect(seen).toHaveLength(3)
  expect(store.messages().map((message) => message.messageId)).toEqual([messageId])
  expect(store.events()).toHaveLength(1)
})

it('waits as long as Retry-After asks for, and everybody with it', async () => {
  const clock = fastClock(100)
  const times: number[] = []
  const server = await aServer((response) => {
    times.push(clock.now())
    if (times.length === 1) response.writeHead(429, { 'retry-after': '20' }).end()
    else response.end('{}')
  })
  open.push(server)
  const { client } = await clientOf({}, { url: server.url, clock, timeoutMs: 600_000, retry: {} })
  const first = client.identify({ person })
  while (times.length === 0) await new Promise(setImmediate)
  await clock.sleep(1_000) // until the answer was read
  await Promise.all([first, client.identify({ person: { id: '8' } })])
  const [asked = 0, ...later] = times
  expect(later).toHaveLength(2)
  for (const time of later) expect(time - asked).toBeGreaterThanOrEqual(20_000)
})

it('gives up at the deadline, and says that sending again is right', async () => {
  const { client, seen } = await clientOf(
    { faults: [{ when: { from: 2 }, fault: { status: 500 } }] },
    { retry: { firstMs: 1, mostMs: 2, deadlineMs: 400 } },
  )
  await client.identify({ person }) // the connection stands
  expect(await failure(client.identify({ person }))).toMatchObject({
    name: 'DestinationError',
    code: 'MESSAGE_UNDELIVERED',
    disposition: 'retry',
    context: { reason: 'http_500', status: 500 },
  })
  expect(seen.length).toBeGreaterThan(2)
})

it('sends once where the deadline is 0', async () => {
  const { client, seen } = await clientOf(
    { faults: [{ when: {}, fault: { status: 500 } }] },
    { retry: { deadlineMs: 0 } },
  )
  expect(await failure(client.identify({ person }))).toMatchObject({ code: 'MESSAGE_UNDELIVERED' })
  expect(seen).toHaveLength(1)
})

it('says that Customer.io is down where it only fails, before the deadline', async () => {
  const { client, seen } = await clientOf(
    { faults: [{ when: {}, fault: { status: 503 } }] },
    {
      clock: fastClock(20),
      requestsPerSecond: 1000,
      timeoutMs: 600_000,
      retry: { firstMs: 1, mostMs: 2, deadlineMs: 20_000 },
    },
  )
  expect(await failure(client.identify({ person }))).toMatchObject({
    name: 'DestinationError',
    code: 'DESTINATION_DOWN',
    disposition: 'retry',
  })
  expect(seen.length).toBeGreaterThan(20)
})

it('does not wait longer for an answer than it was told', async () => {
  const server = await aServer(() => {})
  open.push(server)
  const { client } = await clientOf(
    {},
    { url: server.url, timeoutMs: 50, retry: { deadlineMs: 0 } },
  )
  expect(await failure(client.identify({ person }))).toMatchObject({
    context: { reason: 'timeout' },
  })
})

it('stops by its signal', async () => {
  const cut = new AbortController()
  const { client, seen } = await clientOf(
    { faults: [{ when: {}, fault: { status: 503 } }] },
    { retry: { firstMs: 600_000, mostMs: 600_000, deadlineMs: 3_600_000 } },
  )
  const error = failure(client.identify({ person }, { signal: cut.signal }))
  while (seen.length === 0) await new Promise(setImmediate)
  cut.abort()
  expect(await error).toBeInstanceOf(RunStopped)
})

it('waits for what is under way when it is closed, and takes no more', async () => {
  const { client, store } = await clientOf({
    faults: [{ when: {}, fault: { delayMs: 50 } }],
  })
  const sent = client.identify({ person })
  await Promise.all([client.close(), client.close()])
  expect(await sent).toHaveProperty('messageId')
  expect(store.people()).toHaveLength(1)
  expect(await failure(client.identify({ person }))).toMatchObject({ code: 'CLIENT_CLOSED' })
  expect(await failure(client.batch([]))).toMatchObject({ code: 'CLIENT_CLOSED' })
})

it.each<[string, Partial<CustomerIOOptions>, string]>([
  [
    'an address that is not on loopback',
    { url: 'https://cdp.example.com/v1' },
    'DESTINATION_ADDRESS',
  ],
  ['a key that cannot be one', { key: 'a key' }, 'KEY_INVALID'],
  ['a budget over the documented one', { requestsPerSecond: 1001 }, 'BUDGET_INVALID'],
])('cannot be made with %s', async (_, options, code) => {
  const made = await workspace()
  let thrown: unknown
  try {
    made.client(options)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ name: 'ConfigError', code })
})
