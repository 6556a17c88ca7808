import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type CrashPoint, justAfter, justBefore, within } from '../support/crash-points.ts'
import { type CrashedSync, type CrashRig, startCrashRig } from '../support/crash-rig.ts'
import { expectPromisesKept } from '../support/kept-promises.ts'
import { isLong } from '../support/long.ts'
import { leaksIn } from '../support/processes.ts'

// More people than a page of results holds: reading them takes more than one fetch.
const size = { people: 4500, steps: 300, morePeople: 5, moreSteps: 100 }

/** A sync and the deaths it dies one after the other, every next one where the last one left off; then a run finishes. */
type Deaths = readonly [CrashedSync, ...CrashPoint[]]

const deaths: readonly Deaths[] = [
  [
    'people',
    justBefore('taking the lease'),
    justAfter('taking the lease'),
    justAfter('pinning the source'),
    justAfter('counting the rows'),
    justBefore('opening the window'),
    justAfter('opening the window'),
    justAfter('starting the attempt'),
  ],
  [
    'steps',
    justBefore('starting to read'),
    within.firstTaken,
    within.betweenAnswers,
    justBefore('loading the parts'),
    justAfter('loading the parts'),
    justBefore('settling the ledger'),
    justAfter('settling the ledger'),
  ],
  [
    'people',
    within.reading,
    within.spooled,
    within.laterTaken,
    justBefore('uploading a part'),
    justAfter('uploading a part'),
    justBefore('closing the window'),
    justAfter('closing the window'),
    justBefore('moving the checkpoint'),
    justAfter('moving the checkpoint'),
  ],
  ['steps', justBefore('giving back the lease'), justAfter('renewing the lease')],
]

/** The long version, see docs/promises.md: more deaths, and a run finishes after every single one. */
const allDeaths: readonly Deaths[] = [
  ...deaths,
  ['people', justBefore('starting the attempt')],
  ['people', justBefore('reading what is gone')],
  ['people', justBefore('renewing the lease')],
  ['steps', justAfter('ending the attempt')],
  ['steps', justAfter('giving back the lease')],
].flatMap(([sync, ...points]) => points.map((point) => [sync, point] as Deaths))

const windows = process.env.CRASHES === undefined ? deaths : allDeaths

let rig: CrashRig
beforeAll(async () => {
  rig = await startCrashRig(size)
})
afterAll(async () => {
  await rig?.close()
})

let kills = 0

describe.each(windows.map(([sync, ...points]) => ({ sync, points })))(
  'a run of $sync that is killed',
  ({ sync, points }) => {
    // Every second one, unless all are asked for: which, goes by the place in the list.
    it.each(points.filter((_, i) => isLong || i % 2 === 0))(
      '$name: is there when it dies',
      async (point) => {
        const { name, measure, isDone, sends, spools } = point
        const known = await measure?.(rig)
        const { received } = await rig.dieAt(sync, point)
        const isChanged = measure === undefined ? undefined : (await measure(rig)) !== known
        expect([name, isChanged]).toEqual([name, isDone])
        if (sends !== undefined) expect(received.length > 0).toBe(sends)
        if (spools) expect(rig.disk()).toContainEqual(expect.stringMatching(/\.arrows$/))
        if (kills++ % 2 === 0) rig.wipeDisk()
        await rig.changeSource()
      },
    )

    it('is gone on with by the next one: nothing is lost, nothing recorded twice, repeats have equal ids', async () => {
      const { code, stdout } = await rig.finish(sync)
      expect([code, stdout]).toEqual([0, expect.stringContaining(sync)])
      await expectPromisesKept(rig, sync)
    })
  },
)

describe('a warehouse that is killed under a run, and comes back', () => {
  it.each([within.reading, justAfter('loading the parts')])(
    '$name: the run or the next one finishes, nothing is lost, nothing is recorded twice',
    async ({ name, rules }) => {
      const { world } = rig
      await rig.changeSource()
      await world.faults(rules)
      const running = rig.start('people')
      await rig.comesTo(running, name, async () => Number((await world.fired())[0]) > 0)
      await world.killTwin()
      await world.restartTwin()
      await running.ended
      await rig.note()
      const { code, stdout } = await rig.finish('people')
      expect([code, stdout]).toEqual([0, expect.stringContaining('people')])
      await expectPromisesKept(rig, 'people')
    },
  )
})

describe('a process that was frozen past its lease', () => {
  /** The five minutes of a lease are so much shorter. */
  const speed = 50
  /** Steps about so few people go in so many lanes, each with one request in flight and several that wait for it. */
  const lanes = 3
  const added = 1500

  it('sends nothing more when it wakes up, and what another one did meanwhile stands', async () => {
    expect((await rig.finish('steps')).code).toBe(0)
    await expectPromisesKept(rig, 'steps')
    await rig.addSteps(added, lanes, 4000)
    const { world } = rig
    const requests = async () => Number((await world.counts()).requests)
    const before = await requests()
    await world.faults([
      { door: 'customerio', call: 'POST /v1/batch', fault: { delayAfterMs: 1000 } },
    ])
    const sleeper = rig.start('steps', { speed })
    await rig.comesTo(sleeper, 'sending', async () => (await requests()) >= before + lanes)
    sleeper.child.kill('SIGSTOP')
    const frozenAt = Date.now()
    await rig.note()

    // Five minutes pass for the warehouse …
    await rig.sql(
      "UPDATE main.customerio.checkpoints SET expires_at = timestamp_millis(unix_millis(current_timestamp()) - 1000) WHERE sync = 'steps'",
    )
    const { code, stdout } = await rig.finish('steps')
    expect([code, stdout]).toEqual([0, expect.stringContaining('steps')])
    // … and for the sleeper.
    await wait(frozenAt + 301_000 / speed - Date.now())

    const known = await requests()
    sleeper.child.kill('SIGCONT')
    const woken = await sleeper.ended
    expect([woken.code, woken.stdout]).toEqual([5, expect.stringContaining('LEASE_LOST')])
    expect(await requests()).toBe(known)
    await rig.note()
    const { messages, repeats } = await expectPromisesKept(rig, 'steps', { writtenOnce: false })
    expect(messages).toBe(added)
    // Sent twice is what was on its way when it froze: nobody could know of it.
    expect(repeats).toBeGreaterThan(0)
    expect(repeats).toBeLessThan(added)
  })
})

it('tells nothing of what it sends, nor any secret, however it dies', () => {
  expect(leaksIn(rig.world.written.join(''), rig.world.secrets())).toEqual([])
})
