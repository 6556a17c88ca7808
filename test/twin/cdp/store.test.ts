import { appendFile, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { createStore } from '../../../src/twin/cdp/index.ts'
import { aTwin, ManualClock, usKey, withFolder } from './support.ts'

const ulid = '01HV0000000000000000000ABC'
const journalOf = (folder: string) => join(folder, 'received.jsonl')

/** Sends a bit of everything. */
async function fill(twin: Awaited<ReturnType<typeof aTwin>>) {
  const { post, take, clock } = twin
  const strict = { strict: true }
  await take({
    type: 'identify',
    userId: 'u1',
    traits: { email: 'ada@example.com', city: 'Tromsø' },
  })
  await post('track', { userId: 'u1', event: 'Paid', messageId: ulid }, strict)
  clock.at += 1000
  await post('track', { userId: 'u1', event: 'Paid', messageId: ulid }, strict)
  await post(
    'page',
    JSON.stringify({ anonymousId: 'a1', name: 'Home' }, undefined, 2).replaceAll('\n', '\r\n'),
  )
  await post('identify', '{', strict)
  await post('identify', { userId: 'u1' }, { key: 'nobody' })
  const batch = [{ nothing: true }, { type: 'group', userId: 'u1', groupId: 'g1' }, { type: 'x' }]
  await post('batch', { batch, context: { ip: '127.0.0.1' } })
  await take(
    { type: 'track', userId: 'u2', event: 'User Suppressed' },
    { type: 'identify', userId: 'u2' },
    { type: 'identify', userId: 'u3', traits: { large: 'a'.repeat(1001) } },
    {
      type: 'track',
      userId: 'u3',
      event: 'Device Created or Updated',
      context: { device: { token: 't' } },
    },
    { type: 'track', event: 'Report Content Event', properties: { actionType: 'viewed_content' } },
  )
}

type AStore = Awaited<ReturnType<typeof createStore>>

function everything(store: AStore) {
  return {
    people: store.people(),
    events: store.events(),
    objects: store.objects(),
    relationships: store.relationships(),
    devices: store.devices(),
    suppressions: store.suppressions(),
    reports: store.reports(),
    messages: store.messages(),
    ignored: store.ignored(),
    failures: store.failures(),
    requests: store.requests(),
    dropped: store.dropped(),
    counts: store.counts(),
    most: store.maxRequestsInWindow(3000),
  }
}

it('knows everything again after a restart, and goes on from there', async () => {
  await withFolder(async (folder) => {
    const twin = await aTwin({ folder })
    await fill(twin)
    const before = everything(twin.store)
    expect(before.counts).toMatchObject({
      requests: 12,
      accepted: 9,
      partly: 1,
      dropped: 1,
      refused: 1,
    })
    expect(before.counts).toMatchObject({
      people: 2,
      ignored: 2,
      failures: 1,
      messages: 10,
      lost: 4,
    })
    await twin.store.close()

    const again = await aTwin({ folder, clock: twin.clock })
    expect(everything(again.store)).toEqual(before)
    await again.post('track', { userId: 'u1', event: 'Paid', messageId: ulid })
    expect(again.store.message(ulid)?.times).toBe(3)
    await again.store.close()
  })
})

it('forgets a line that was only half written, and nothing else', async () => {
  await withFolder(async (folder) => {
    const twin = await aTwin({ folder })
    await fill(twin)
    const before = everything(twin.store)
    await twin.store.close()
    const whole = (await stat(journalOf(folder))).size
    await appendFile(journalOf(folder), '{"id":"x","body":{"userId":"u')

    const again = await aTwin({ folder, clock: twin.clock })
    expect(everything(again.store)).toEqual(before)
    await again.store.close()
    expect((await stat(journalOf(folder))).size).toBe(whole)
  })
})

it('journals one readable JSON line a request, with the body of those that were taken', async () => {
  await withFolder(async (folder) => {
    const twin = await aTwin({ folder })
    await fill(twin)
    await twin.store.close()
    const text = await readFile(journalOf(folder), 'utf8')
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map((line) => line.verdict)).toEqual(twin.store.requests().map((r) => r.verdict))
    expect(lines[3]).toMatchObject({ path: '/v1/page', body: { anonymousId: 'a1', name: 'Home' } })
    expect(lines.map((line) => 'body' in line)).toEqual(
      lines.map((line) => line.verdict === 'accepted' || line.verdict === 'partly'),
    )
    expect(text).not.toContain(usKey)
  })
})

it('tells keys apart without keeping them', async () => {
  const { post, store } = await aTwin({ keys: () => ['one', 'two'] })
  for (const key of ['one', 'two', 'one']) await post('identify', { userId: 'u1' }, { key })
  const [first] = store.requests()
  expect(JSON.stringify(store.requests())).not.toMatch(/"(one|two)"/)
  expect(store.requests({ key: first?.key ?? '' })).toHaveLength(2)
  expect(store.maxRequestsInWindow(3000)).toBe(2)
  expect(store.maxRequestsInWindow(3000, { region: 'eu' })).toBe(0)
})

it('holds more than 100,000 messages and finds them all after a restart', async () => {
  await withFolder(async (folder) => {
    const twin = await aTwin({ folder })
    const perBatch = 1000
    for (let b = 0; b < 110; b++) {
      const batch = Array.from({ length: perBatch }, (_, i) => ({
        type: i % 2 === 0 ? 'identify' : 'track',
        userId: `u${b * perBatch + i - (i % 2)}`,
        event: 'Paid',
        messageId: `m-${b}-${i}`,
        traits: { plan: 'pro', seats: i },
      }))
      expect((await twin.post('batch', { batch }, { strict: true })).status).toBe(200)
      twin.clock.at += 1
    }
    const expected = { messages: 110_000, people: 55_000, events: 55_000, requests: 110 }
    expect(twin.store.counts()).toMatchObject(expected)
    await twin.store.close()
    const again = await createStore({ folder, clock: new ManualClock() })
    expect(again.counts()).toMatchObject(expected)
    expect(again.personDetail('u109998')).toMatchObject({ events: [{ messageId: 'm-109-999' }] })
    await again.close()
  })
})

it('only counts, times and measures when that is all it is asked for', async () => {
  await withFolder(async (folder) => {
    const { post, store } = await aTwin({
      folder,
      keep: 'counts',
      rateLimit: { requests: 3, windowMs: 3000 },
    })
    const strict = { strict: true }
    const one = { type: 'identify', userId: 'u1' }
    expect((await post('batch', { batch: [one, one] }, strict)).status).toBe(200)
    expect((await post('batch', { batch: [one, { x: 'a'.repeat(32_000) }] }, strict)).status).toBe(
      400,
    )
    expect((await post('identify', one, strict)).status).toBe(200)
    expect((await post('identify', one, strict)).status).toBe(429)
    expect((await post('identify', one, { strict: true, key: 'nobody' })).status).toBe(401)
    expect(store.counts()).toMatchObject({
      requests: 5,
      accepted: 2,
      refused: 3,
      messages: 3,
      people: 0,
    })
    expect(store.maxRequestsInWindow(3000)).toBe(4)
    expect([store.requests(), store.messages(), store.dropped()]).toEqual([[], [], []])
    await store.close()
    await expect(stat(journalOf(folder))).rejects.toThrow('ENOENT')
  })
})

it('says what to do when it cannot use its folder or its journal', async () => {
  await withFolder(async (folder) => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    const problem = {
      code: 'TWIN_JOURNAL',
      message: expect.stringContaining('choose another folder'),
    }
    await expect(createStore({ folder: file, clock: new ManualClock() })).rejects.toMatchObject(
      problem,
    )
    await writeFile(journalOf(folder), 'not ours\n')
    await expect(createStore({ folder, clock: new ManualClock() })).rejects.toMatchObject(problem)
  })
})
