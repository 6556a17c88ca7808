import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { ConfigError, systemClock } from '../../src/core/index.ts'
import { createBudget } from '../../src/delivery/index.ts'
import { aBudget, broken, delivered } from './builders.ts'
import { VirtualClock } from './virtual-clock.ts'

const never = new AbortController().signal
setMaxListeners(0, never)

/** The largest number of stamps in any window of 3 s. */
function worstWindow(stamps: readonly number[]): number {
  let worst = 0
  let first = 0
  for (const [last, stamp] of stamps.entries()) {
    while (stamp - (stamps[first] ?? 0) >= 3000) first++
    worst = Math.max(worst, last - first + 1)
  }
  return worst
}

/** Takes permits as fast as they come until `ms` are over. */
async function flood(budget: ReturnType<typeof createBudget>, ms: number, stamps: number[]) {
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  const taker = async (): Promise<void> => {
    for (;;) {
      const permit = await budget.take('p', 'message', over.signal)
      stamps.push(performance.now())
      permit.over()
    }
  }
  const takers = Array.from({ length: 64 }, () => taker().catch(() => {}))
  await delay(ms)
  over.abort()
  await Promise.all(takers)
}

describe('on the real clock', () => {
  it.concurrent('spends its budget evenly and never more than that, in any window of 3 s', async () => {
    const budget = createBudget({ requestsPerSecond: 1000, clock: systemClock })
    const stamps: number[] = []
    await flood(budget, 3600, stamps)
    budget.close()
    expect(worstWindow(stamps)).toBeLessThanOrEqual(3000)
    expect(worstWindow(stamps)).toBeGreaterThan(300) // bench/budget.ts has the true rate
    const first = stamps[0] ?? 0
    expect(stamps.filter((stamp) => stamp - first < 500).length).toBeLessThan(600) // spread, no burst
  })

  it.concurrent('does not save up while idle: load, a pause, then a burst', async () => {
    const budget = createBudget({ requestsPerSecond: 200, clock: systemClock })
    const stamps: number[] = []
    await flood(budget, 1000, stamps)
    await delay(1500)
    await flood(budget, 1500, stamps)
    budget.close()
    expect(worstWindow(stamps)).toBeLessThanOrEqual(600)
    expect(stamps.length).toBeGreaterThan(300)
  })

  it.concurrent('counts a request until it is over: answers that come late let nothing through early', async () => {
    const budget = createBudget({ requestsPerSecond: 20, clock: systemClock })
    const arrivals: number[] = []
    const over = new AbortController()
    setMaxListeners(0, over.signal)
    const sender = async (lateMs: number): Promise<void> => {
      for (;;) {
        const permit = await budget.take('p', 'message', over.signal)
        await delay(lateMs)
        arrivals.push(performance.now())
        permit.over()
      }
    }
    // Those that were slow at first arrive together with those that are quick later on.
    const senders = Array.from({ length: 60 }, (_, i) => sender(i < 40 ? 1500 : 0).catch(() => {}))
    await delay(6500)
    over.abort()
    await Promise.all(senders)
    budget.close()
    arrivals.sort((a, b) => a - b)
    expect(worstWindow(arrivals)).toBeLessThanOrEqual(60)
    expect(arrivals.length).toBeGreaterThan(60)
  })

  it.concurrent('works for a small budget, and for a share of one', async () => {
    const budget = createBudget({ requestsPerSecond: 10, share: 0.5, clock: systemClock })
    expect(budget.requestsPerSecond).toBe(5)
    const stamps: number[] = []
    await flood(budget, 3800, stamps)
    budget.close()
    expect(worstWindow(stamps)).toBeLessThanOrEqual(15)
    expect(stamps.length).toBeGreaterThanOrEqual(14)
  })
})

it.each([
  [1001, 1],
  [0, 1],
  [-5, 1],
  [Number.NaN, 1],
  [100, 0],
  [100, 1.5],
  [1, 0.3],
])('refuses %p requests per second with a share of %p', (requestsPerSecond, share) => {
  expect(() => createBudget({ requestsPerSecond, share, clock: systemClock })).toThrow(ConfigError)
})

describe('on virtual time', () => {
  it('serves a small partition at once behind a big one', async () => {
    const budget = aBudget(new VirtualClock(), 100)
    const served: string[] = []
    const take = (partition: string) =>
      budget.take(partition, 'message', never).then(() => served.push(partition))
    const big = Array.from({ length: 500 }, () => take('big'))
    await Promise.all([take('small'), take('small'), take('other')])
    expect(served.length).toBeLessThan(10)
    await Promise.all(big)
  })

  it('lets bisection have a tenth of the window at most, and the rest go on', async () => {
    const clock = new VirtualClock()
    const budget = aBudget(clock, 100)
    const began = clock.now()
    const bisections: number[] = []
    const messages: number[] = []
    const take = async (purpose: 'bisection' | 'message', stamps: number[]): Promise<void> => {
      await budget.take('p', purpose, never)
      stamps.push(clock.now() - began)
    }
    await Promise.all([
      ...Array.from({ length: 90 }, () => take('bisection', bisections)),
      ...Array.from({ length: 600 }, () => take('message', messages)),
    ])
    expect(worstWindow(bisections)).toBeLessThanOrEqual(30)
    expect(messages.at(-1)).toBeLessThan(7000)
    expect(bisections.at(-1)).toBeLessThan(9500)
  })

  it('lets a small budget bisect too', async () => {
    const clock = new VirtualClock()
    const budget = aBudget(clock, 2)
    const began = clock.now()
    for (let i = 0; i < 3; i++) await budget.take('p', 'bisection', never)
    expect(clock.now() - began).toBeLessThan(8000)
  })

  it.each([
    ['what Retry-After says', { ...broken, status: 503, retryAfterMs: 5000 }, 5000],
    ['what a 429 says', { ...broken, status: 429, retryAfterMs: 2000 }, 2000],
    ['a second after a 429 that says nothing', { ...broken, status: 429 }, 1000],
  ])('pauses all senders for %s', async (_, answer, ms) => {
    const clock = new VirtualClock()
    const budget = aBudget(clock)
    await budget.take('a', 'message', never)
    budget.learn(answer)
    budget.learn({ ...answer, retryAfterMs: 10 }) // a shorter one does not shorten it
    const began = clock.now()
    const waited = async (partition: string): Promise<number> => {
      await budget.take(partition, 'message', never)
      return clock.now() - began
    }
    for (const time of await Promise.all([waited('a'), waited('b')])) {
      expect(time).toBeGreaterThanOrEqual(ms)
      expect(time).toBeLessThan(ms + 200)
    }
  })

  it('halves its pace on failures, once a second, and gives it back with successes', async () => {
    const clock = new VirtualClock()
    const budget = aBudget(clock, 100)
    const timeFor = async (permits: number): Promise<number> => {
      const began = clock.now()
      for (let i = 0; i < permits; i++) await budget.take('p', 'message', never)
      return (clock.now() - began) / permits
    }
    expect(await timeFor(50)).toBeLessThan(11)
    budget.learn(broken)
    budget.learn(broken)
    const halved = await timeFor(50)
    expect(halved).toBeGreaterThan(18)
    expect(halved).toBeLessThan(22)
    await clock.sleep(1000)
    budget.learn(broken)
    const quartered = await timeFor(50)
    expect(quartered).toBeGreaterThan(36)
    expect(quartered).toBeLessThan(44)
    for (let i = 0; i < 48; i++) budget.learn(delivered)
    expect(await timeFor(50)).toBeLessThan(11)
  })

  it('lets go of who no longer waits', async () => {
    const clock = new VirtualClock()
    const budget = aBudget(clock, 1)
    await budget.take('p', 'message', never)
    const gone = new AbortController()
    const left = budget.take('p', 'message', gone.signal)
    const stays = budget.take('p', 'message', never)
    gone.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    await stays
    await expect(budget.take('p', 'message', gone.signal)).rejects.toThrow('gone')
  })
})
