import { Analytics } from '@customerio/cdp-analytics-node'
import { afterEach, expect, it } from '@jest/globals'
import { PipelinesClient } from 'customerio-node'
import { build } from '../../src/index.ts'
import { aWorkspace, writeKey } from './a-workspace.ts'

/* The vendor's own clients and ours, side by side: what one of them sends must mean the same as what we send. */

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const timestamp = new Date('2026-01-31T09:30:00Z')
const id = (n: number) => `01HV00000000000000000000${10 + n}`

/** Six calls as the wire has them. */
const calls = {
  identify: { userId: 'u1', traits: { email: 'ada@example.com', plan: 'pro', n: 1 } },
  track: { userId: 'u1', event: 'Order Completed', properties: { order_id: 'o1', total: 9.5 } },
  page: { anonymousId: 'a1', name: 'Home', properties: { url: '/' } },
  screen: { userId: 'u1', name: 'Start', properties: { tab: 2 } },
  group: {
    groupId: 'acme',
    userId: 'u1',
    traits: { objectTypeId: '1', name: 'Acme', relationshipAttributes: { role: 'owner' } },
  },
  alias: { userId: 'u1', previousId: 'u2' },
}

/** The same six by our client, one by one. */
async function ours() {
  const made = await aWorkspace()
  open.push(made)
  const client = made.client()
  const person = { id: 'u1' }
  const { traits } = calls.identify
  await client.identify({ person, traits, timestamp, messageId: id(0) })
  await client.track({ person, ...without(calls.track), timestamp, messageId: id(1) })
  const visitor = { anonymousId: 'a1' }
  await client.page({ person: visitor, ...without(calls.page), timestamp, messageId: id(2) })
  await client.screen({ person, ...without(calls.screen), timestamp, messageId: id(3) })
  await client.objects.update({ type: 1, object: 'acme', traits: { name: 'Acme' } })
  const attributes = { role: 'owner' }
  await client.objects.relate({ type: 1, object: 'acme', person, attributes, messageId: id(4) })
  await client.alias({ keep: person, merge: { id: 'u2' }, timestamp, messageId: id(5) })
  return effectOf(made)
}

/** A call without its ids, which our client has in `person`. */
function without<T extends object>(call: T): Omit<T, 'userId' | 'anonymousId'> {
  const { userId, anonymousId, ...rest } = call as T & { userId?: string; anonymousId?: string }
  return rest
}

/** What a workspace holds, without times of arrival and what each client says of itself. */
function effectOf({ store }: Awaited<ReturnType<typeof aWorkspace>>) {
  return {
    dropped: store.dropped(),
    failures: store.failures(),
    people: store.people().map(({ id, email, traits }) => ({ id, email, traits })),
    events: store
      .events()
      .map(({ type, name, time, person, properties, messageId }) => [
        type,
        name,
        Date.parse(time),
        person,
        properties,
        messageId,
      ])
      .sort(),
    objects: store
      .objects()
      .map(({ objectId, objectTypeId, attributes }) => [objectId, objectTypeId, attributes]),
    relationships: store.relationships().map(({ attributes }) => attributes),
  }
}

it('leaves at Customer.io what `PipelinesClient` of customerio-node leaves, one by one', async () => {
  const made = await aWorkspace()
  open.push(made)
  const client = new PipelinesClient(writeKey, { url: made.options.url, strictMode: true })
  const common = (n: number) => ({ timestamp: timestamp.toISOString(), messageId: id(n) })
  await client.identify({ ...calls.identify, ...common(0) })
  await client.track({ ...calls.track, ...common(1) })
  await client.page({ ...calls.page, ...common(2) })
  await client.screen({ ...calls.screen, ...common(3) })
  await client.group({ ...calls.group, ...common(4) })
  await client.alias({ ...calls.alias, ...common(5) })
  expect(effectOf(made)).toEqual(await ours())
  expect(made.store.requests().map(({ path, strict }) => [path, strict])).toEqual(
    Object.keys(calls).map((call) => [`/v1/${call}`, true]),
  )
})

it('leaves at Customer.io what `batch` of customerio-node leaves', async () => {
  const made = await aWorkspace()
  open.push(made)
  const client = new PipelinesClient(writeKey, { url: made.options.url, strictMode: true })
  const items = Object.entries(calls).map(([type, call], n) => ({
    type: type as 'identify',
    ...call,
    timestamp: timestamp.toISOString(),
    messageId: id(n),
  }))
  await client.batch(items as Parameters<typeof client.batch>[0])
  expect(effectOf(made)).toEqual(await ours())
})

it('leaves at Customer.io what @customerio/cdp-analytics-node leaves', async () => {
  const made = await aWorkspace()
  open.push(made)
  const { origin } = new URL(made.options.url)
  const client = new Analytics({ writeKey, host: origin, path: '/v1/batch', maxEventsInBatch: 1 })
  const sent = (send: (done: (error?: unknown) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      send((error) => (error ? reject(error) : resolve()))
    })
  const common = (n: number) => ({ timestamp, messageId: id(n) })
  await sent((done) => client.identify({ ...calls.identify, ...common(0) }, done))
  await sent((done) => client.track({ ...calls.track, ...common(1) }, done))
  await sent((done) => client.page({ ...calls.page, ...common(2) }, done))
  await sent((done) => client.screen({ ...calls.screen, ...common(3) }, done))
  await sent((done) => client.group({ ...calls.group, ...common(4) }, done))
  await sent((done) => client.alias({ ...calls.alias, ...common(5) }, done))
  await client.closeAndFlush()
  expect(effectOf(made)).toEqual(await ours())
})

it('tells what those in permissive mode are not told', async () => {
  const made = await aWorkspace()
  open.push(made)
  const theirs = new PipelinesClient(writeKey, { url: made.options.url })
  const bad = { userId: 'u1', context: { ip: 7 } }
  await theirs.identify(bad as never) // resolves, and the message is gone
  expect(made.store.dropped()).toHaveLength(1)
  const [result] = await made
    .client()
    .batch([build.identify({ person: { id: 'u1' }, context: { ip: 7 } })])
  expect(result).toMatchObject({ status: 'rejected', reason: 'message_invalid' })
  expect(result).toMatchObject({ text: expect.stringContaining('context.ip must be text') })
})
