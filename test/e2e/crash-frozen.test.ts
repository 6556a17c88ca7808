import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type CrashRig, startCrashRig } from '../support/crash-rig.ts'
import { expectPromisesKept } from '../support/kept-promises.ts'
import { until } from '../support/processes.ts'

/** The five minutes of a lease are ten seconds of this test. */
const speed = 30
/** Steps about so few people go in so many lanes, each with one request in flight and several that wait for it. */
const lanes = 3

let rig: CrashRig
beforeAll(async () => {
  const size = { people: 1, steps: 1500, morePeople: 0, moreSteps: 0 }
  rig = await startCrashRig({ ...size, walkers: lanes, noteBytes: 4000 })
})
afterAll(async () => {
  await rig?.close()
})

it('a process that was frozen past its lease sends nothing more when it wakes up, and doubles nothing', async () => {
  const { world } = rig
  const requests = async () => Number((await world.counts()).requests)
  await world.faults([
    { door: 'customerio', call: 'POST /v1/batch', fault: { delayAfterMs: 1500 } },
  ])
  const sleeper = rig.start('steps', { speed })
  await until(async () => (await requests()) >= lanes)
  sleeper.child.kill('SIGSTOP')
  const frozenAt = Date.now()
  await rig.note()

  // Its lease holds as far as the warehouse knows, and nobody takes one from a process that is alive.
  const early = await rig.finish('steps')
  expect([early.code, early.stdout]).toEqual([5, expect.stringContaining('LEASE_HELD')])
  // Five minutes pass for the warehouse …
  await rig.sql(
    "UPDATE main.customerio.checkpoints SET expires_at = timestamp_millis(unix_millis(current_timestamp()) - 1000) WHERE sync = 'steps'",
  )
  const { code, stdout } = await rig.finish('steps', { speed: 10 })
  expect([code, stdout]).toEqual([0, expect.stringContaining('steps')])
  // … and for the sleeper.
  await new Promise((resolve) => setTimeout(resolve, frozenAt + 301_000 / speed - Date.now()))

  const before = await requests()
  sleeper.child.kill('SIGCONT')
  const woken = await sleeper.ended
  expect([woken.code, woken.stdout]).toEqual([5, expect.stringContaining('LEASE_LOST')])
  expect(await requests()).toBe(before)
  await rig.note()
  const { messages, repeats } = await expectPromisesKept(rig, 'steps', { writtenOnce: false })
  expect(messages).toBe(1500)
  // Sent twice is what it had sent before it froze: nobody could know of it.
  expect(repeats).toBeGreaterThan(0)
  expect(repeats).toBeLessThan(1500)
})
