import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, expect, it } from '@jest/globals'
import { randomSequence } from '../../src/twin/faults/random.ts'
import { type CrashedSync, type CrashRig, startCrashRig } from '../support/crash-rig.ts'
import { expectPromisesKept } from '../support/kept-promises.ts'
import { until } from '../support/processes.ts'

/** How many times a run is killed; the long version has 200, see docs/promises.md. */
const wanted = Number(process.env.CRASHES ?? 4)
const seed = Number(process.env.CRASH_SEED ?? 1)
/** A world's tables grow with every window; after so many deaths there is a new one. */
const deathsInAWorld = 40
/** Deaths of one window before a run is let through. */
const deathsInARow = 4
/** A part is uploaded every ten seconds of a process's time: twice in a second of this test. */
const speed = 20

const random = randomSequence(seed)
const total = { deaths: 0, windows: 0, messages: 0, kept: 0, repeats: 0, worst: 0 }
afterAll(() => {
  if (process.env.CRASHES !== undefined)
    process.stderr.write(`crashes with seed ${seed}: ${JSON.stringify(total)}\n`)
})

/** Requests are taken at once and answered one after the other: sending takes about two seconds. */
const slowAnswers = (apartMs: number) =>
  Array.from({ length: 50 }, (_, i) => ({
    door: 'customerio',
    call: 'POST /v1/batch',
    when: { nth: i + 1 },
    fault: { delayAfterMs: apartMs * (i + 1) },
  }))

const answers: Readonly<Record<CrashedSync, readonly object[]>> = {
  people: slowAnswers(500),
  steps: slowAnswers(40),
}

it(
  `${wanted} deaths at random moments: nothing is lost, nothing is recorded twice, repeats have equal ids`,
  async () => {
    while (total.deaths < wanted)
      await dieInOneWorld(Math.min(wanted - total.deaths, deathsInAWorld))
    expect(total.deaths).toBe(wanted)
  },
  60_000 + wanted * 20_000,
)

async function dieInOneWorld(deaths: number): Promise<void> {
  const rig = await startCrashRig({ people: 3000, steps: 2000, morePeople: 50, moreSteps: 1000 })
  try {
    const last = total.deaths + deaths
    for (let turn = 0; total.deaths < last; turn++) {
      const sync = turn % 2 === 0 ? 'steps' : 'people'
      const most = Math.min(deathsInARow, last - total.deaths)
      for (let i = 0; i < most && (await dies(rig, sync)); i++) {
        total.deaths++
        if (random() < 0.5) rig.wipeDisk()
        if (random() < 0.5) await rig.changeSource()
      }
      const { code, stdout } = await rig.finish(sync, { speed })
      expect([code, stdout]).toEqual([0, expect.stringContaining(sync)])
      const { messages, kept, repeats, worst } = await expectPromisesKept(rig, sync)
      total.windows++
      total.messages += messages
      total.kept += kept
      total.repeats += repeats
      total.worst = Math.max(total.worst, worst)
      await rig.changeSource()
    }
  } finally {
    await rig.close()
  }
}

/** How long a run may last, as far as is known: the moment of a death is anywhere in it. */
let longestMs = 4000
/** How long it sends at most. */
const sendingMs = 2500

/** Starts a run and kills it at a random moment, every second time while it sends; false when it has ended by then. */
async function dies(rig: CrashRig, sync: CrashedSync): Promise<boolean> {
  const { world } = rig
  await world.faults(answers[sync])
  const requests = async () => (await world.counts()).requests
  const [from, before] = [Date.now(), await requests()]
  const running = rig.start(sync, { speed })
  const moment = async () => {
    const isSoon = random() < 0.5
    const ms = random() * (isSoon ? longestMs : sendingMs)
    if (!isSoon)
      await until(async () => running.child.exitCode !== null || (await requests()) !== before)
    await wait(ms)
  }
  const ended = await Promise.race([running.ended, moment()])
  if (ended === undefined) {
    longestMs *= 1.05
    await rig.kill(running)
    return true
  }
  longestMs = Date.now() - from
  const { signalCode } = running.child
  expect({ ...ended, signalCode }).toMatchObject({ code: 0, stdout: expect.stringContaining(sync) })
  await rig.note()
  return false
}
