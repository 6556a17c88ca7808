import { expect, it } from '@jest/globals'
import { AuditError, DestinationError, RunStopped, TooManyFailed } from '../../src/core/index.ts'
import { deliver } from '../../src/delivery/index.ts'
import {
  aBlock,
  aDelivery,
  aFormat,
  broken,
  delivered,
  denied,
  ids,
  inBlocks,
  readBody,
  refused,
} from './builders.ts'

it('delivers every message once, in packed bodies', async () => {
  const delivery = aDelivery()
  const bodies: string[][] = []
  const summary = await deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(5)), aBlock(ids(2, 'n'))),
    send: async (body) => {
      bodies.push(readBody(body).map(({ id }) => id))
      return delivered
    },
  })
  expect(bodies).toEqual([['m0', 'm1', 'm2'], ['m3', 'm4', 'n0'], ['n1']])
  expect(delivery.recorder.fates().sort()).toEqual(
    ['m0', 'm1', 'm2', 'm3', 'm4', 'n0', 'n1'].map((id) => `${id} delivered`),
  )
  expect(summary).toMatchObject({ delivered: 7, requests: 3, rejected: 0 })
})

it('rejects the one offender and nobody else, sending halves in order', async () => {
  const delivery = aDelivery()
  const bodies: string[] = []
  await deliver({
    ...delivery,
    format: aFormat(1000, 100_000),
    blocks: inBlocks(aBlock(ids(8))),
    send: async (body) => {
      const sent = readBody(body).map(({ id }) => id)
      bodies.push(sent.join(''))
      return sent.includes('m5') ? refused : delivered
    },
  })
  expect(bodies).toEqual(['m0m1m2m3m4m5m6m7', 'm0m1m2m3', 'm4m5m6m7', 'm4m5', 'm4', 'm5', 'm6m7'])
  expect(delivery.recorder.fates()).toEqual([
    ...['m0', 'm1', 'm2', 'm3', 'm4'].map((id) => `${id} delivered`),
    'm5 rejected http_400',
    'm6 delivered',
    'm7 delivered',
  ])
})

it('splits a body that is too large without blaming, and rejects only a lone message', async () => {
  const delivery = aDelivery()
  await deliver({
    ...delivery,
    format: aFormat(1000, 100_000),
    blocks: inBlocks(aBlock([...ids(3), { id: 'big', pad: 500 }])),
    send: async (body) =>
      body.length > 200
        ? { verdict: 'split', status: 413, reason: 'http_413', text: 'too large' }
        : delivered,
  })
  expect(delivery.recorder.fates()).toEqual([
    'm0 delivered',
    'm1 delivered',
    'm2 delivered',
    'big rejected http_413',
  ])
})

it('never sends a message that is larger than the destination accepts', async () => {
  const delivery = aDelivery()
  const summary = await deliver({
    ...delivery,
    format: aFormat(60, 200),
    blocks: inBlocks(aBlock([{ id: 'a' }, { id: 'big', pad: 60 }, { id: 'b' }])),
  })
  expect(delivery.recorder.fates().sort()).toEqual([
    'a delivered',
    'b delivered',
    'big invalid message_too_large',
  ])
  expect(summary).toMatchObject({ delivered: 2, invalid: 1 })
})

it('writes a batch down as rejected when the answer can never get better', async () => {
  const delivery = aDelivery()
  await deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(2))),
    send: async () => ({
      verdict: 'dead-letter',
      status: 404,
      reason: 'http_404',
      text: 'not here',
    }),
  })
  expect(delivery.recorder.fates()).toEqual(['m0 rejected http_404', 'm1 rejected http_404'])
})

it('gives a batch up as undelivered after its deadline, having tried until then', async () => {
  const delivery = aDelivery()
  const began = delivery.clock.now()
  const summary = await deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(1))),
    send: async () => broken,
    limits: { deadlineMs: 60_000 },
  })
  expect(delivery.recorder.fates()).toEqual(['m0 undelivered http_500'])
  expect(summary.requests).toBeGreaterThan(5)
  const spent = delivery.clock.now() - began
  expect(spent).toBeGreaterThan(30_000)
  expect(spent).toBeLessThan(60_000)
})

it('writes down every exchange with its batch, attempt, wait and size', async () => {
  const delivery = aDelivery()
  const answers = [broken, delivered]
  await deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(2))),
    send: async () => {
      await delivery.clock.sleep(40)
      return answers.shift() ?? delivered
    },
  })
  const [first, second] = delivery.recorder.exchanges
  expect(first).toMatchObject({ attempt: 1, status: 500, reason: 'http_500', durationMs: 40 })
  expect(second).toMatchObject({ attempt: 2, status: 200, messages: 2, bytes: 71 })
  expect(second).not.toHaveProperty('reason')
  expect(delivery.recorder.outcomes).toMatchObject([{ attempt: 2, batch: second?.batch }])
})

it('reads the secret again once and goes on with a new one', async () => {
  const delivery = aDelivery()
  let key = 'old'
  let asked = 0
  await deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(9))),
    send: async () => {
      const used = key
      await delivery.clock.sleep(10)
      return used === 'old' ? denied : delivered
    },
    reauthorize: async () => {
      asked++
      key = 'new'
      return true
    },
  })
  expect(asked).toBe(1)
  expect(delivery.recorder.fates()).toHaveLength(9)
  expect(delivery.recorder.fates().every((fate) => fate.endsWith('delivered'))).toBe(true)
})

it.each([
  ['there is no other secret', async () => false],
  ['the new one is refused too', async () => true],
])('stops with UNAUTHORIZED when %s', async (_, reauthorize) => {
  const delivery = aDelivery()
  const run = deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(30))),
    send: async () => {
      await delivery.clock.sleep(10)
      return denied
    },
    reauthorize,
    limits: { maxInFlight: 2 },
  })
  await expect(run).rejects.toMatchObject({ code: 'UNAUTHORIZED', exitCode: 4 })
  expect(delivery.recorder.fates().sort()).toEqual(
    ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'].map((id) => `${id} undelivered http_401`),
  )
})

it('stops when the destination stays down, leaving what it did not answer pending', async () => {
  const delivery = aDelivery()
  const run = deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(300))),
    send: async () => {
      await delivery.clock.sleep(20)
      return broken
    },
  })
  await expect(run).rejects.toThrow(DestinationError)
  await expect(run).rejects.toMatchObject({ code: 'DESTINATION_DOWN' })
  expect(delivery.recorder.fates()).toEqual([])
})

it('comes back when the destination does', async () => {
  const delivery = aDelivery()
  const downUntil = delivery.clock.now() + 100_000
  const summary = await deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(300))),
    send: async () => {
      await delivery.clock.sleep(20)
      return delivery.clock.now() < downUntil ? broken : delivered
    },
  })
  expect(summary).toMatchObject({ delivered: 300, undelivered: 0 })
})

it('stops when more than the allowed share is rejected', async () => {
  const delivery = aDelivery()
  const run = deliver({
    ...delivery,
    maxFailedPercent: 1,
    blocks: inBlocks(aBlock(ids(2000))),
    send: async (body) => (readBody(body).some(({ id }) => id.endsWith('7')) ? refused : delivered),
  })
  await expect(run).rejects.toThrow(TooManyFailed)
  const rejected = delivery.recorder.fates().filter((fate) => fate.includes('rejected'))
  expect(rejected.length).toBeGreaterThan(10)
  expect(rejected.length).toBeLessThan(80)
})

it('finishes and records what is in flight when it is asked to stop, and takes nothing new', async () => {
  const delivery = aDelivery()
  const asked = new AbortController()
  let sent = 0
  const run = deliver({
    ...delivery,
    signal: asked.signal,
    limits: { maxInFlight: 2 },
    blocks: inBlocks(aBlock(ids(30))),
    send: async () => {
      if (++sent === 4) asked.abort()
      await delivery.clock.sleep(1000)
      return delivered
    },
  })
  await expect(run).rejects.toThrow(RunStopped)
  expect(sent).toBe(4)
  expect(delivery.recorder.fates()).toHaveLength(12)
})

it('cuts off what is not answered within the grace and leaves it pending', async () => {
  const delivery = aDelivery()
  const asked = new AbortController()
  const began = delivery.clock.now()
  const run = deliver({
    ...delivery,
    signal: asked.signal,
    blocks: inBlocks(aBlock(ids(3))),
    limits: { graceMs: 5_000 },
    send: async (_, signal) => {
      asked.abort()
      await delivery.clock.sleep(600_000, signal).catch(() => {})
      return { verdict: 'retry', reason: 'aborted', text: '' }
    },
  })
  await expect(run).rejects.toThrow(RunStopped)
  expect(delivery.clock.now() - began).toBe(5_000)
  expect(delivery.recorder.fates()).toEqual([])
  expect(delivery.recorder.exchanges).toMatchObject([{ reason: 'aborted' }])
})

it('stops at once when it is asked to while the source hangs', async () => {
  const asked = new AbortController()
  const delivery = aDelivery()
  const run = deliver({
    ...delivery,
    signal: asked.signal,
    blocks: (async function* () {
      yield aBlock(ids(4))
      await new Promise(() => {})
    })(),
    send: async () => {
      asked.abort()
      return delivered
    },
  })
  await expect(run).rejects.toThrow(RunStopped)
  expect(delivery.recorder.fates()).toHaveLength(3)
})

it('sends nothing when it is asked to stop before it began', async () => {
  const delivery = aDelivery()
  const run = deliver({
    ...delivery,
    signal: AbortSignal.abort(new RunStopped('its time was up')),
    blocks: inBlocks(aBlock(ids(4))),
  })
  await expect(run).rejects.toThrow('its time was up')
  expect(delivery.recorder.exchanges).toEqual([])
})

it('sends nothing more once outcomes cannot be written, and says why', async () => {
  const delivery = aDelivery()
  let asked = 0
  delivery.recorder.ready = async () => {
    if (++asked > 2) throw new AuditError('AUDIT_UNWRITABLE', 'The volume is full.')
  }
  const run = deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(30))),
    limits: { maxInFlight: 1 },
  })
  await expect(run).rejects.toThrow('The volume is full.')
  expect(delivery.recorder.exchanges).toHaveLength(2)
  expect(delivery.recorder.fates()).toHaveLength(6)
})

it('waits with sending while the recorder is not ready', async () => {
  const delivery = aDelivery()
  delivery.recorder.ready = () => delivery.clock.sleep(10_000)
  const began = delivery.clock.now()
  const first: number[] = []
  await deliver({
    ...delivery,
    blocks: inBlocks(aBlock(ids(1))),
    send: async () => {
      first.push(delivery.clock.now() - began)
      return delivered
    },
  })
  expect(first).toEqual([10_000])
})

it('ends with what the source throws, after recording what was in flight', async () => {
  const delivery = aDelivery()
  const run = deliver({
    ...delivery,
    blocks: (async function* () {
      yield aBlock(ids(3))
      yield aBlock(ids(3, 'n'))
      await delivery.clock.sleep(100)
      throw new Error('the spool is gone')
    })(),
    send: async () => {
      await delivery.clock.sleep(500)
      return delivered
    },
  })
  await expect(run).rejects.toThrow('the spool is gone')
  expect(delivery.recorder.fates()).toHaveLength(3)
})

it('tells its progress after every batch', async () => {
  const seen: number[] = []
  await deliver({
    ...aDelivery(),
    blocks: inBlocks(aBlock(ids(7))),
    onProgress: (summary) => seen.push(summary.delivered),
  })
  expect(seen).toEqual([3, 6, 7])
})
