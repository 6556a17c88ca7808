import { describe, expect, it } from '@jest/globals'
import { type Answer, TooManyFailed } from '../../src/core/index.ts'
import { fullJitter } from '../../src/delivery/backoff.ts'
import { FailureBrake } from '../../src/delivery/failure-brake.ts'
import { HeldIdentities } from '../../src/delivery/held-identities.ts'
import { Lanes } from '../../src/delivery/lanes.ts'
import { Pace } from '../../src/delivery/pace.ts'
import { reauthorizing } from '../../src/delivery/reauthorize.ts'
import { retrying } from '../../src/delivery/retry.ts'
import { Room } from '../../src/delivery/room.ts'
import { Stopping } from '../../src/delivery/stopping.ts'
import { aBlock, broken, delivered, denied } from './builders.ts'
import { VirtualClock } from './virtual-clock.ts'

const never = new AbortController().signal

describe('backoff', () => {
  it('doubles its bound up to the largest, and jitters over all of it', () => {
    const limits = { firstMs: 100, mostMs: 1000 }
    const bounds = [1, 2, 3, 4, 5, 60].map(fullJitter(limits, () => 1))
    expect(bounds).toEqual([100, 200, 400, 800, 1000, 1000])
    expect(fullJitter(limits, () => 0)(9)).toBe(0)
  })
})

describe('a retry', () => {
  const policy = (clock: VirtualClock, stop = never) => ({
    backoff: () => 100,
    deadlineMs: 10_000,
    clock,
    stop,
  })

  it('waits as long as the answer asks for', async () => {
    const clock = new VirtualClock()
    const began = clock.now()
    const answers: Answer[] = [{ ...broken, retryAfterMs: 4000 }, broken, delivered]
    const send = retrying(async () => answers.shift() ?? broken, policy(clock))
    expect(await send()).toBe(delivered)
    expect(clock.now() - began).toBe(4100)
  })

  it('gives up at once when it is asked to wait beyond its deadline', async () => {
    const clock = new VirtualClock()
    const began = clock.now()
    const send = retrying(async () => ({ ...broken, retryAfterMs: 20_000 }), policy(clock))
    expect(await send()).toMatchObject({ verdict: 'retry' })
    expect(clock.now()).toBe(began)
  })

  it('gives nothing up when it is stopped: the stop is thrown', async () => {
    const stop = new AbortController()
    const send = retrying(
      async () => {
        stop.abort(new Error('stop'))
        return { ...broken, retryAfterMs: 20_000 } // beyond the deadline
      },
      policy(new VirtualClock(), stop.signal),
    )
    await expect(send()).rejects.toThrow('stop')
  })
})

describe('a new secret', () => {
  it('is asked for once, and a request that was sent with it is not sent again', async () => {
    let asked = 0
    let sent = 0
    const send = reauthorizing(
      async () => {
        sent++
        return denied
      },
      async () => ++asked > 0,
    )
    expect(await send()).toBe(denied)
    expect([asked, sent]).toEqual([1, 2])
    expect(await send()).toBe(denied)
    expect([asked, sent]).toEqual([1, 3])
  })
})

describe('the pace', () => {
  it('never stops altogether and never exceeds the whole', async () => {
    const clock = new VirtualClock()
    const pace = new Pace(clock)
    for (let i = 0; i < 20; i++) {
      pace.slower()
      await clock.sleep(1000)
    }
    expect(pace.factor).toBe(1 / 32)
    for (let i = 0; i < 200; i++) pace.faster()
    expect(pace.factor).toBe(1)
  })
})

describe('the brake', () => {
  it('allows what may still turn out to be within the first thousand', () => {
    const brake = new FailureBrake(1)
    expect(brake.count(10, 10)).toBeUndefined()
    expect(brake.count(1, 1)).toBeInstanceOf(TooManyFailed)
  })

  it('looks at the last ten thousand later on', () => {
    const brake = new FailureBrake(1)
    for (let i = 0; i < 50; i++) expect(brake.count(1000, 9)).toBeUndefined()
    for (let i = 0; i < 9; i++) brake.count(1000, 11)
    expect(brake.count(1000, 11)).toMatchObject({ code: 'TOO_MANY_FAILED', exitCode: 6 })
  })

  it('finds a bad stretch after millions of good ones', () => {
    const brake = new FailureBrake(1)
    for (let i = 0; i < 2000; i++) brake.count(1000, 0)
    expect(brake.count(500, 100)).toBeUndefined()
    expect(brake.count(500, 1)).toBeInstanceOf(TooManyFailed)
  })

  it('never acts at 100 %', () => {
    const brake = new FailureBrake(100)
    for (let i = 0; i < 40; i++) expect(brake.count(700, 700)).toBeUndefined()
  })

  it('acts on the first rejected message at 0 %', () => {
    expect(new FailureBrake(0).count(1, 1)).toBeInstanceOf(TooManyFailed)
  })
})

describe('held identities', () => {
  it('cut runs where the hold begins and ends', () => {
    const block = aBlock(['a', 'b', 'b', 'c', 'b', 'ü', 'd'].map((who, i) => ({ id: `${i}`, who })))
    const held = new HeldIdentities()
    const runs = [{ block, from: 0, to: 7 }]
    expect(held.sort(runs)).toEqual({ free: runs, held: [] })
    held.hold([
      { block, from: 1, to: 2 },
      { block, from: 5, to: 6 },
    ])
    const parts = held.sort(runs)
    const ranges = (some: typeof parts.free) => some.map(({ from, to }) => [from, to])
    expect(ranges(parts.free)).toEqual([
      [0, 1],
      [3, 4],
      [6, 7],
    ])
    expect(ranges(parts.held)).toEqual([
      [1, 3],
      [4, 6],
    ])
  })
})

describe('the room', () => {
  it('is bounded in bytes and in number', async () => {
    const room = new Room(100, 3)
    for (const bytes of [40, 40]) await room.enter(bytes, never)
    let entered = false
    const third = room.enter(40, never).then(() => {
      entered = true
    })
    await new Promise(setImmediate)
    expect(entered).toBe(false)
    room.leave(40)
    await third
    await room.enter(1, never)
    const gone = AbortSignal.abort(new Error('stop'))
    await expect(room.enter(1, gone)).rejects.toThrow('stop')
  })

  it('takes what is bigger than itself when it is empty', async () => {
    const room = new Room(10, 3)
    await room.enter(50, never)
    room.leave(50)
    await expect(room.enter(50, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })
})

describe('lanes', () => {
  it('do not wait for each other', async () => {
    const clock = new VirtualClock()
    const lanes = new Lanes()
    const done: string[] = []
    const task = (name: string, ms: number) => async () => {
      await clock.sleep(ms)
      done.push(name)
    }
    await Promise.all([
      lanes.run(1, task('slow', 100)),
      lanes.run(1, task('after slow', 1)),
      lanes.run(2, task('quick', 5)),
    ])
    expect(done).toEqual(['quick', 'slow', 'after slow'])
  })
})

describe('stopping', () => {
  it('keeps its first reason', () => {
    const stopping = new Stopping(new VirtualClock(), 1000)
    stopping.now(new Error('first'))
    stopping.now(new Error('second'))
    expect(stopping.stop.reason).toMatchObject({ message: 'first' })
    stopping.done()
  })
})
