import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { mostInWindow } from '../../../src/twin/cdp/index.ts'
import { RateWindow } from '../../../src/twin/cdp/rate-window.ts'
import { aTwin } from './support.ts'

const message = { userId: 'u1' }

it('refuses the request too many in either mode, and says when to come back', async () => {
  const { post, clock, store } = await aTwin({ rateLimit: { requests: 3, windowMs: 3000 } })
  await post('identify', message)
  clock.at += 500
  await post('identify', message)
  await post('identify', message)
  for (const strict of [true, false]) {
    const answer = await post('identify', message, { strict })
    expect(answer.status).toBe(429)
    expect(answer.headers).toEqual({ 'retry-after': '3' })
    expect(answer.body).toEqual({ meta: { errors: [expect.any(String)] } })
  }
  expect(store.counts()).toMatchObject({ accepted: 3, refused: 2 })
})

it('slides: room comes back request by request, not all at once', async () => {
  const { post, clock } = await aTwin({ rateLimit: { requests: 2, windowMs: 3000 } })
  const statusAfter = async (ms: number) => {
    clock.at += ms
    return (await post('identify', message)).status
  }
  expect(await statusAfter(0)).toBe(200)
  expect(await statusAfter(2000)).toBe(200)
  expect(await statusAfter(999)).toBe(429)
  expect(await statusAfter(1)).toBe(200)
  expect(await statusAfter(1999)).toBe(429)
  expect(await statusAfter(1)).toBe(200)
})

it('counts each key for itself, and nothing for a bad one', async () => {
  const { post } = await aTwin({
    rateLimit: { requests: 1, windowMs: 3000 },
    keys: () => ['one', 'two'],
  })
  const status = async (key: string) =>
    (await post('identify', message, { key, strict: true })).status
  expect([await status('one'), await status('two'), await status('one')]).toEqual([200, 200, 429])
  expect([await status('three'), await status('three')]).toEqual([401, 401])
})

it('keeps to 3000 in 3 seconds unless told otherwise', async () => {
  const { post, store } = await aTwin()
  for (let i = 0; i < 3000; i++) await post('track', '{')
  expect((await post('identify', message)).status).toBe(429)
  expect(store.maxRequestsInWindow(3000)).toBe(3001)
})

it('never lets more in than the limit in any window, and turns away only when it is full', () => {
  const limit = { requests: 4, windowMs: 100 }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 200 }), (gaps) => {
      const rate = new RateWindow(limit)
      const entered: number[] = []
      let now = 0
      for (const gap of gaps) {
        now += gap
        const waitMs = rate.enter(now)
        const recent = entered.filter((at) => at > now - limit.windowMs).length
        expect(waitMs > 0).toBe(recent >= limit.requests)
        if (waitMs === 0) entered.push(now)
      }
      expect(mostInWindow(entered, limit.windowMs)).toBeLessThanOrEqual(limit.requests)
    }),
  )
})

it('finds the fullest window as a count of every window would', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), (unsorted) => {
      const times = unsorted.sort((a, b) => a - b)
      const slow = Math.max(
        0,
        ...times.map((end) => times.filter((at) => at > end - 50 && at <= end).length),
      )
      expect(mostInWindow(times, 50)).toBe(slow)
    }),
  )
})

it('a key that is taken out stops working and its successor goes on', async () => {
  let keys = ['old']
  const { post } = await aTwin({ keys: () => keys })
  const status = async (key: string) =>
    (await post('identify', message, { key, strict: true })).status
  expect(await status('old')).toBe(200)
  keys = ['new']
  expect([await status('old'), await status('new')]).toEqual([401, 200])
})
