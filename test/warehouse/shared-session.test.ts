import { describe, expect, it } from '@jest/globals'
import type { DriverSession } from '../../src/warehouse/driver.ts'
import { sharedSession } from '../../src/warehouse/shared-session.ts'

function sessions() {
  const trace: string[] = []
  let opened = 0
  const shared = sharedSession(async () => {
    const number = ++opened
    trace.push(`open ${number}`)
    if (number === 9) throw new Error('no session')
    const session: DriverSession = {
      execute: () => Promise.reject(new Error('not asked for')),
      close: async () => {
        trace.push(`close ${number}`)
      },
    }
    return session
  })
  return { shared, trace }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a shared session', () => {
  it('is opened once for statements side by side', async () => {
    const { shared, trace } = sessions()
    const [a, b] = [shared.lease(), shared.lease()]
    expect(await a.session).toBe(await b.session)
    expect(trace).toEqual(['open 1'])
  })

  it('that broke is closed only when its last statement has ended', async () => {
    const { shared, trace } = sessions()
    const [a, b] = [shared.lease(), shared.lease()]
    a.abandon()
    a.release()
    const c = shared.lease()
    expect(await c.session).not.toBe(await b.session)
    expect(trace).toEqual(['open 1', 'open 2'])
    b.release()
    await settled()
    expect(trace).toEqual(['open 1', 'open 2', 'close 1'])
  })

  it('that a later statement uses is not abandoned by an earlier one', async () => {
    const { shared, trace } = sessions()
    const a = shared.lease()
    a.abandon()
    const b = shared.lease()
    a.abandon()
    const c = shared.lease()
    expect(await c.session).toBe(await b.session)
    expect(trace).toEqual(['open 1', 'open 2'])
  })

  it('is opened again after a close', async () => {
    const { shared, trace } = sessions()
    await shared.lease().session
    await shared.close()
    await shared.lease().session
    expect(trace).toEqual(['open 1', 'close 1', 'open 2'])
  })
})
