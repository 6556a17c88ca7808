import { expect, it } from '@jest/globals'
import { DestinationError } from '../../src/core/index.ts'
import { Breaker } from '../../src/delivery/breaker.ts'
import { defaultLimits } from '../../src/delivery/index.ts'
import { VirtualClock } from './virtual-clock.ts'

const limits = { ...defaultLimits.breaker, failuresInRow: 3, probeAfterMs: 1000, mostOpenMs: 5000 }
const never = new AbortController().signal
const ordinary = { isProbe: false }

function anOpenBreaker() {
  const clock = new VirtualClock()
  const breaker = new Breaker(limits, clock)
  for (let i = 0; i < 3; i++) breaker.record(true, ordinary)
  return { breaker, clock }
}

it('lets everything pass while most requests are answered', async () => {
  const breaker = new Breaker(limits, new VirtualClock())
  for (let i = 0; i < 30; i++) {
    expect(await breaker.pass(never)).toEqual(ordinary)
    breaker.record(i % 3 !== 0, ordinary)
  }
})

it('opens when most answers of a while failed, though never many in a row', async () => {
  const clock = new VirtualClock()
  const breaker = new Breaker({ ...limits, failedShare: 0.5, leastAnswers: 10 }, clock)
  for (let i = 0; i < 10; i++) breaker.record(i % 2 === 0, ordinary)
  expect(await breaker.pass(never)).toEqual({ isProbe: true })
})

it('forgets failures that are long ago', async () => {
  const clock = new VirtualClock()
  const breaker = new Breaker({ ...limits, failedShare: 0.5, leastAnswers: 10 }, clock)
  for (let i = 0; i < 9; i++) breaker.record(i % 2 === 0, ordinary)
  await clock.sleep(limits.spanMs + 1)
  breaker.record(true, ordinary)
  expect(await breaker.pass(never)).toEqual(ordinary)
})

it('lets one probe through after a while, and everybody once that succeeds', async () => {
  const { breaker, clock } = anOpenBreaker()
  const began = clock.now()
  const passes: string[] = []
  const pass = async (name: string) => {
    const { isProbe } = await breaker.pass(never)
    passes.push(`${name} ${isProbe} ${clock.now() - began}`)
  }
  const all = ['a', 'b', 'c'].map(pass)
  await all[0]
  expect(passes).toEqual(['a true 1000'])
  await clock.sleep(500)
  breaker.record(false, { isProbe: true })
  await Promise.all(all)
  expect(passes).toEqual(['a true 1000', 'b false 1500', 'c false 1500'])
})

it('stays open when the probe fails, and lets the next one probe', async () => {
  const { breaker, clock } = anOpenBreaker()
  expect(await breaker.pass(never)).toEqual({ isProbe: true })
  breaker.record(true, ordinary) // of a request that was in flight before: says nothing new
  let isWaiting = true
  const next = breaker.pass(never).finally(() => {
    isWaiting = false
  })
  await clock.sleep(3000)
  expect(isWaiting).toBe(true) // one probe at a time
  breaker.record(true, { isProbe: true })
  const before = clock.now()
  expect(await next).toEqual({ isProbe: true })
  expect(clock.now() - before).toBe(1000)
})

it('closes with any success, also of a request that was in flight before', async () => {
  const { breaker } = anOpenBreaker()
  breaker.record(false, ordinary)
  expect(await breaker.pass(never)).toEqual(ordinary)
})

it('takes the destination for down when it stayed open for too long', async () => {
  const { breaker } = anOpenBreaker()
  for (let i = 0; i < 5; i++) breaker.record(true, await breaker.pass(never))
  await expect(breaker.pass(never)).rejects.toThrow(DestinationError)
})

it('lets go of who waits when its signal aborts', async () => {
  const { breaker } = anOpenBreaker()
  const gone = new AbortController()
  const probe = breaker.pass(never)
  const waiting = breaker.pass(gone.signal)
  gone.abort(new Error('stop'))
  await expect(waiting).rejects.toThrow('stop')
  await expect(breaker.pass(gone.signal)).rejects.toThrow('stop')
  await probe
})
