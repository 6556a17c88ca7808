import { describe, expect, it } from '@jest/globals'
import { keepLease, type Lease } from '../../src/audit/index.ts'
import { AuditError, SourceError } from '../../src/core/index.ts'
import { HandClock, turns } from './support.ts'

const ttlMs = 60_000
const everyMs = 20_000

/** A lease that is kept, and what its renewals are answered. */
function kept(renew: (lease: Lease, clock: HandClock) => Promise<Lease>) {
  const clock = new HandClock()
  const lease: Lease = {
    sync: 'customers',
    destination: 'eu',
    epoch: 1,
    leaseId: 'l',
    owner: 'o',
    ttlMs,
    freshUntil: clock.now() + ttlMs,
  }
  const calls: number[] = []
  const keeper = keepLease(
    {
      renew: (of) => {
        calls.push(clock.now())
        return renew(of, clock)
      },
    },
    lease,
    { everyMs, clock },
  )
  return { clock, calls, ...keeper }
}

const renewed = async (lease: Lease, clock: HandClock): Promise<Lease> => ({
  ...lease,
  freshUntil: clock.now() + ttlMs,
})
const lost = { code: 'LEASE_LOST' }

/** Lets time pass as a process sees it that is never frozen for long. */
async function live(clock: HandClock, ms: number): Promise<void> {
  for (let i = 0; i < ms; i += 1000) await clock.pass(1000)
}

describe('a lease that is kept', () => {
  it('is renewed at every beat, for as long as it is needed', async () => {
    const { clock, calls, signal, check, stop } = kept(renewed)
    await live(clock, 10 * ttlMs)
    expect(calls).toHaveLength((10 * ttlMs) / everyMs)
    expect(signal.aborted).toBe(false)
    check()
    stop()
    await live(clock, 10 * ttlMs)
    expect(calls).toHaveLength((10 * ttlMs) / everyMs)
    expect(signal.aborted).toBe(false)
    expect(clock.sleepers).toBe(0)
  })

  it('aborts with LEASE_LOST as soon as another run has it', async () => {
    const { clock, signal, check } = kept(async () => {
      throw new AuditError('LEASE_LOST', 'lost')
    })
    await live(clock, everyMs)
    expect(signal.reason).toMatchObject(lost)
    expect(check).toThrow(expect.objectContaining(lost))
    expect(clock.sleepers).toBe(0)
  })

  it('outlives renewals that fail, when a later one succeeds in time', async () => {
    let beats = 0
    const { clock, signal } = kept(async (lease, at) => {
      if (++beats % 2 === 1) throw new SourceError('WAREHOUSE_UNAVAILABLE', 'away')
      return renewed(lease, at)
    })
    await live(clock, 5 * ttlMs)
    expect(signal.aborted).toBe(false)
  })

  it('counts as lost when no renewal succeeded for as long as it holds, and says why', async () => {
    const { clock, signal } = kept(async () => {
      throw new SourceError('WAREHOUSE_UNAVAILABLE', 'away')
    })
    await live(clock, ttlMs - 1000)
    expect(signal.aborted).toBe(false)
    await live(clock, 1000)
    expect(signal.reason).toMatchObject({
      ...lost,
      cause: expect.objectContaining({ code: 'WAREHOUSE_UNAVAILABLE' }),
    })
  })

  it('counts as lost when a renewal hangs for as long as it holds', async () => {
    const { clock, signal } = kept(() => new Promise(() => {}))
    await live(clock, ttlMs)
    expect(signal.reason).toMatchObject(lost)
  })

  it('is found lost by a process that was frozen, before any timer fires', async () => {
    const { clock, signal, check } = kept(renewed)
    await live(clock, ttlMs)
    check()
    const frozen = clock.pass(ttlMs)
    expect(check).toThrow(expect.objectContaining(lost))
    expect(signal.aborted).toBe(true)
    await frozen
    expect(signal.reason).toMatchObject(lost)
  })

  it('stays lost, although a renewal that was under way succeeds in the end', async () => {
    let answer = (_: Lease) => {}
    const { clock, signal, check } = kept(
      (lease, at) =>
        new Promise((resolve) => {
          answer = () => resolve({ ...lease, freshUntil: at.now() + ttlMs })
        }),
    )
    await live(clock, ttlMs)
    answer({} as Lease)
    await turns()
    expect(signal.aborted).toBe(true)
    expect(check).toThrow(expect.objectContaining(lost))
    expect(clock.sleepers).toBe(0)
  })

  it('does not abort a run that has stopped it, whatever becomes of a renewal under way', async () => {
    let fail = (_: unknown) => {}
    const { clock, signal, stop } = kept(
      () =>
        new Promise((_, reject) => {
          fail = reject
        }),
    )
    await live(clock, everyMs)
    stop()
    fail(new AuditError('LEASE_LOST', 'lost'))
    await live(clock, 2 * ttlMs)
    expect(signal.aborted).toBe(false)
  })
})
