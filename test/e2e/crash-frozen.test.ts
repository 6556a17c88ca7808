import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type CrashRig, startCrashRig } from '../support/crash-rig.ts'
import { expectPromisesKept } from '../support/kept-promises.ts'
import { until } from '../support/processes.ts'

let rig: CrashRig
beforeAll(async () => {
  rig = await startCrashRig({ people: 200, steps: 1500, morePeople: 0, moreSteps: 0 })
})
afterAll(async () => {
  await rig?.close()
})

/** Six seconds of a test are the five minutes of a lease. */
const speed = 50

it('a process that was frozen past its lease and wakes up sends nothing more, and doubles nothing', async () => {
  const { world } = rig
  const answers = Array.from({ length: 60 }, (_, i) => ({
    door: 'customerio',
    call: 'POST /v1/batch',
    when: { nth: i + 3 },
    fault: { delayMs: 1000 + 100 * i },
  }))
  await world.faults(answers)
  const sleeper = rig.start('steps', { speed })
  await until(async () => Number((await world.counts()).messages) > 0)
  sleeper.child.kill('SIGSTOP')
  const frozenAt = Date.now()
  await rig.note()
  // Its lease holds as far as the warehouse knows, and a process that lives is never robbed of one.
  const early = await rig.finish('steps')
  expect([early.code, early.stdout]).toEqual([5, expect.stringContaining('LEASE_HELD')])
  // Five minutes pass at the warehouse.
  await rig.sql(
    "UPDATE main.customerio.checkpoints SET expires_at = timestamp_millis(unix_millis(current_timestamp()) - 1000) WHERE sync = 'steps'",
  )
  const { code, stdout } = await rig.finish('steps')
  expect([code, stdout]).toEqual([0, expect.stringContaining('steps')])
  // And for the sleeper.
  await new Promise((resolve) => setTimeout(resolve, frozenAt + 301_000 / speed - Date.now()))
  const { messages } = await world.counts()
  sleeper.child.kill('SIGCONT')
  const woken = await sleeper.ended
  expect([woken.code, woken.stdout]).toEqual([5, expect.stringContaining('LEASE_LOST')])
  expect((await world.counts()).messages).toBe(messages)
  await rig.note()
  const { messages: distinct, repeats } = await expectPromisesKept(rig, 'steps', {
    writtenOnce: false,
  })
  expect([distinct, repeats]).toEqual([1500, Number(messages) - 1500])
})
