import { expect, it } from '@jest/globals'
import { deliver } from '../../src/delivery/index.ts'
import {
  aBlock,
  aDelivery,
  aFormat,
  broken,
  delivered,
  type Given,
  inBlocks,
  readBody,
} from './builders.ts'

/** Two messages of one of these never share a body in these tests: bodies hold one message. */
const oneEach = aFormat(1000, 60)

it('keeps the messages of one identity in order, one in flight, while other identities fly', async () => {
  const delivery = aDelivery()
  const trace: string[] = []
  const given = ['ann', 'ann', 'bob', 'ann', 'bob'].map(
    (who, i): Given => ({ id: `${who}${i}`, who }),
  )
  await deliver({
    ...delivery,
    lanes: 'by-identity',
    format: oneEach,
    blocks: inBlocks(aBlock(given)),
    send: async (body) => {
      const id = readBody(body)[0]?.id ?? ''
      trace.push(`> ${id}`)
      await delivery.clock.sleep(id.startsWith('ann') ? 100 : 70)
      trace.push(`< ${id}`)
      return delivered
    },
  })
  expect(trace).toEqual([
    '> ann0',
    '> bob2',
    '< bob2',
    '> bob4',
    '< ann0',
    '> ann1',
    '< bob4',
    '< ann1',
    '> ann3',
    '< ann3',
  ])
})

it('does not let later messages of an identity overtake one that was given up, in any body', async () => {
  const delivery = aDelivery()
  const given = ['ann', 'bob', 'ann', 'cy', 'ann', 'cy'].map(
    (who, i): Given => ({ id: `m${i}`, who }),
  )
  const sent: string[] = []
  await deliver({
    ...delivery,
    lanes: 'by-identity',
    limits: { deadlineMs: 10_000, maxInFlight: 1 }, // one lane for all
    format: aFormat(1000, 100),
    blocks: inBlocks(aBlock(given)),
    send: async (body) => {
      const ids = readBody(body).map(({ id }) => id)
      sent.push(ids.join('+'))
      return ids.includes('m0') ? broken : delivered
    },
  })
  expect(delivery.recorder.fates()).toEqual([
    'm0 undelivered http_500',
    'm1 undelivered http_500',
    'm2 undelivered after_undelivered',
    'm3 delivered',
    'm4 undelivered after_undelivered',
    'm5 delivered',
  ])
  expect(sent.filter((ids) => !ids.includes('m0'))).toEqual(['m3', 'm5'])
  expect(delivery.recorder.outcomes[1]).toMatchObject({ attempt: 0, batch: '' })
})

it('goes on with an identity after a message of it was rejected', async () => {
  const delivery = aDelivery()
  await deliver({
    ...delivery,
    lanes: 'by-identity',
    blocks: inBlocks(
      aBlock([
        { id: 'm0', who: 'ann' },
        { id: 'm1', who: 'ann' },
      ]),
    ),
    send: async (body) =>
      readBody(body).some(({ id }) => id === 'm0')
        ? { verdict: 'bisect', status: 400, reason: 'http_400', text: '' }
        : delivered,
  })
  expect(delivery.recorder.fates()).toEqual(['m0 rejected http_400', 'm1 delivered'])
})

it('keeps the order of an identity that moves between partitions', async () => {
  const delivery = aDelivery()
  const seen: string[] = []
  const given = ['EU', 'EU', 'US', 'EU', 'US', 'US'].map(
    (partition, i): Given => ({ id: `m${i}`, who: i === 3 ? 'bob' : 'ann', partition }),
  )
  await deliver({
    ...delivery,
    lanes: 'by-identity',
    format: aFormat(1000, 400),
    blocks: inBlocks(aBlock(given, true)),
    send: async (body) => {
      seen.push(...readBody(body).flatMap(({ id, who }) => (who === 'ann' ? [id] : [])))
      return delivered
    },
  })
  expect(seen).toEqual(['m0', 'm1', 'm2', 'm4', 'm5'])
})

it('holds an identity by its text, not by its lane: others of the lane go on', async () => {
  const delivery = aDelivery()
  await deliver({
    ...delivery,
    lanes: 'by-identity',
    format: oneEach,
    limits: { deadlineMs: 1000, maxInFlight: 1 },
    blocks: inBlocks(
      aBlock([
        { id: 'a', who: 'ann' },
        { id: 'b', who: 'an' },
        { id: 'c', who: 'anna' },
        { id: 'd', who: 'ann' },
      ]),
    ),
    send: async (body) => (readBody(body)[0]?.id === 'a' ? broken : delivered),
  })
  expect(delivery.recorder.fates()).toEqual([
    'a undelivered http_500',
    'b delivered',
    'c delivered',
    'd undelivered after_undelivered',
  ])
})

it('sends one body at a time, and nothing after one that was given up, where messages are about one another', async () => {
  const delivery = aDelivery()
  const given = Array.from({ length: 6 }, (_, i): Given => ({ id: `m${i}`, who: `p${i}` }))
  let inFlight = 0
  await deliver({
    ...delivery,
    lanes: 'in-order',
    format: oneEach,
    limits: { deadlineMs: 1000, maxInFlight: 8 },
    blocks: inBlocks(aBlock(given)),
    send: async (body) => {
      expect(++inFlight).toBe(1)
      await delivery.clock.sleep(10)
      inFlight--
      return readBody(body)[0]?.id === 'm3' ? broken : delivered
    },
  })
  expect(delivery.recorder.fates()).toEqual([
    'm0 delivered',
    'm1 delivered',
    'm2 delivered',
    'm3 undelivered http_500',
    'm4 undelivered after_undelivered',
    'm5 undelivered after_undelivered',
  ])
})
