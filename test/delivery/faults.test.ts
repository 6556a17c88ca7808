import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Answer } from '../../src/core/index.ts'
import { defaultLimits, deliver } from '../../src/delivery/index.ts'
import {
  aBlock,
  aDelivery,
  broken,
  delivered,
  type Given,
  inBlocks,
  readBody,
  refused,
} from './builders.ts'

/** What a destination may do to one request. */
const aFault = fc.oneof(
  { weight: 6, arbitrary: fc.constant('fine' as const) },
  fc.constantFrom('500' as const, '429' as const, 'lost' as const, 'accepted, then lost' as const),
)
const aStory = fc.record({
  people: fc.array(fc.constantFrom('ann', 'bob', 'cy', 'dee', 'eve', 'fay', 'gus'), {
    minLength: 1,
    maxLength: 60,
  }),
  poison: fc.array(fc.nat(59), { maxLength: 4 }),
  faults: fc.array(aFault, { minLength: 1, maxLength: 30 }),
  latencies: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 9 }),
  deadlineMs: fc.constantFrom(200, 20_000, 600_000),
  maxBodyBytes: fc.constantFrom(60, 150, 400),
  lanes: fc.constantFrom('free' as const, 'by-identity' as const),
  partitions: fc.constantFrom(1, 3),
})

/** Never down for good: here every message must come to its own end. */
const breaker = { ...defaultLimits.breaker, failuresInRow: 4, mostOpenMs: Number.POSITIVE_INFINITY }
const lost: Answer = { verdict: 'retry', reason: 'reset', text: '' }
const slowDown: Answer = { ...broken, status: 429, reason: 'http_429', retryAfterMs: 1500 }

it('brings every message to exactly one outcome that is true, in order per identity, whatever the destination does', async () => {
  await fc.assert(
    fc.asyncProperty(aStory, async (story) => {
      const isOrdered = story.lanes === 'by-identity'
      const given = story.people.map(
        (who, i): Given => ({
          id: `m${i}`,
          who: isOrdered ? who : `${who}${i}`,
          partition: `p${(i * 7) % story.partitions}`,
        }),
      )
      const poison = new Set(story.poison.map((i) => `m${i}`))
      const delivery = aDelivery()
      const accepted: { id: string; who: string }[] = []
      let requests = 0
      const pick = <T>(some: readonly T[], fallback: T): T =>
        some[requests % some.length] ?? fallback

      const summary = await deliver({
        ...delivery,
        lanes: story.lanes,
        format: { ...delivery.format, maxBodyBytes: story.maxBodyBytes },
        limits: { deadlineMs: story.deadlineMs, maxInFlight: 4, breaker },
        blocks: inBlocks(
          aBlock(given.slice(0, 20), true),
          aBlock(given.slice(20), story.partitions > 1),
        ),
        send: async (body) => {
          const fault = pick(story.faults, 'fine')
          const latency = pick(story.latencies, 1)
          requests++
          await delivery.clock.sleep(latency)
          if (fault === '500') return broken
          if (fault === '429') return slowDown
          if (fault === 'lost') return lost
          const messages = readBody(body)
          if (messages.some(({ id }) => poison.has(id))) return refused
          accepted.push(...messages)
          return fault === 'fine' ? delivered : lost
        },
        random: () => 0.9,
      })

      const fates = new Map<string, string>()
      for (const fate of delivery.recorder.fates()) {
        const [id = '', status = ''] = fate.split(' ')
        expect(fates.has(id)).toBe(false)
        fates.set(id, status)
      }
      expect([...fates.keys()].sort()).toEqual(given.map(({ id }) => id).sort())
      const seen = new Set(accepted.map(({ id }) => id))
      for (const [id, status] of fates) {
        if (status === 'delivered') expect(seen.has(id)).toBe(true)
        if (status === 'rejected') expect(poison.has(id)).toBe(true)
        if (poison.has(id)) expect(['rejected', 'undelivered']).toContain(status)
      }
      expect(summary.requests).toBe(requests)
      expect(delivery.recorder.exchanges).toHaveLength(requests)
      if (!isOrdered) return

      // Sent again after a lost answer or not: first arrivals are in order, and so are last ones.
      expect(isInOrder(accepted)).toBe(true)
      expect(
        isInOrder([...accepted].reverse().map(({ id, who }) => ({ id: `m-${id.slice(1)}`, who }))),
      ).toBe(true)
      const stuck = new Set<string>()
      for (const { id, who = '' } of given) {
        if (stuck.has(who)) expect(fates.get(id)).toBe('undelivered')
        if (fates.get(id) === 'undelivered') stuck.add(who)
      }
    }),
    { numRuns: 300 },
  )
}, 60_000)

/** Whether the first arrival of each message comes after those of earlier messages of the same identity. */
function isInOrder(arrivals: readonly { id: string; who: string }[]): boolean {
  const arrived = new Set<string>()
  const latest = new Map<string, number>()
  for (const { id, who } of arrivals) {
    if (arrived.has(id)) continue
    arrived.add(id)
    const at = Number(id.slice(1))
    if (at < (latest.get(who) ?? Number.NEGATIVE_INFINITY)) return false
    latest.set(who, at)
  }
  return true
}
