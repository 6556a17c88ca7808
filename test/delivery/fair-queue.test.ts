import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { FairQueue } from '../../src/delivery/fair-queue.ts'

it('lets partitions take turns', () => {
  const queue = new FairQueue<string>()
  for (const thing of ['a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2']) queue.push(thing[0] ?? '', thing)
  const order = Array.from({ length: 7 }, () => queue.shift())
  expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4'])
  expect(queue.isEmpty).toBe(true)
  expect(queue.shift()).toBeUndefined()
})

it('never makes a partition wait for more than one turn of each other one', () => {
  const steps = fc.array(fc.oneof(fc.constantFrom('big', 'big', 'big', 's', 't'), fc.constant('-')))
  fc.assert(
    fc.property(steps, (all) => {
      const queue = new FairQueue<string>()
      const waiting = new Map<string, number>()
      const turnsSince = new Map<string, number>()
      for (const step of all) {
        if (step !== '-') {
          queue.push(step, step)
          if ((waiting.get(step) ?? 0) === 0) turnsSince.set(step, 0)
          waiting.set(step, (waiting.get(step) ?? 0) + 1)
          continue
        }
        const served = queue.shift()
        if (served === undefined) continue
        waiting.set(served, (waiting.get(served) ?? 0) - 1)
        for (const [partition, count] of waiting) {
          const turns =
            partition === served || count === 0 ? 0 : (turnsSince.get(partition) ?? 0) + 1
          turnsSince.set(partition, turns)
          expect(turns).toBeLessThanOrEqual(waiting.size)
        }
      }
    }),
  )
})

it('forgets what no longer waits', () => {
  const queue = new FairQueue<string>()
  queue.push('a', 'a1')
  queue.push('a', 'a2')
  queue.remove('a', 'a1')
  queue.remove('a', 'unknown')
  queue.remove('b', 'b1')
  expect(queue.shift()).toBe('a2')
  queue.push('a', 'a3')
  queue.remove('a', 'a3')
  expect(queue.isEmpty).toBe(true)
})
