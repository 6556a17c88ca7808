import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { after, before, type CrashPoint, within } from '../support/crash-points.ts'
import { type CrashedSync, type CrashRig, startCrashRig } from '../support/crash-rig.ts'
import { expectPromisesKept } from '../support/kept-promises.ts'
import { leaksIn } from '../support/processes.ts'

// More people than a page of results holds: reading them takes more than one fetch.
const size = { people: 4500, steps: 300, morePeople: 5, moreSteps: 100 }

/** Each row dies one death after the other, every next one where the last one left off; then a run finishes. */
const deaths: readonly (readonly [CrashedSync, ...CrashPoint[]])[] = [
  [
    'people',
    before('taking the lease'),
    after('taking the lease'),
    after('pinning the source'),
    after('counting the rows'),
  ],
  [
    'people',
    before('opening the window'),
    after('opening the window'),
    before('starting the attempt'),
    after('starting the attempt'),
  ],
  ['steps', before('starting to read'), within.firstTaken, within.betweenAnswers],
  [
    'people',
    within.reading,
    within.spooled,
    within.laterTaken,
    before('reading what is gone'),
    before('uploading a part'),
    after('uploading a part'),
  ],
  [
    'steps',
    before('loading the parts'),
    after('loading the parts'),
    before('settling the ledger'),
    after('settling the ledger'),
  ],
  [
    'people',
    before('closing the window'),
    after('closing the window'),
    before('moving the checkpoint'),
    after('moving the checkpoint'),
  ],
  [
    'steps',
    before('giving back the lease'),
    after('ending the attempt'),
    after('renewing the lease'),
  ],
  ['people', after('giving back the lease'), before('renewing the lease')],
]
/** The long version, see docs/promises.md: a run finishes after every single death. */
const windows =
  process.env.CRASHES === undefined
    ? deaths
    : deaths.flatMap(([sync, ...points]) => points.map((point) => [sync, point] as const))

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
    it.each(points)('$name: is there when it dies', async (point) => {
      const { name, measure, isDone, sends, spools } = point
      const known = await measure?.(rig)
      const { received } = await rig.dieAt(sync, point)
      const isChanged = measure === undefined ? undefined : (await measure(rig)) !== known
      expect([name, isChanged]).toEqual([name, isDone])
      if (sends !== undefined) expect(received.length > 0).toBe(sends)
      if (spools) expect(rig.disk()).toContainEqual(expect.stringMatching(/\.arrows$/))
      if (kills++ % 2 === 0) rig.wipeDisk()
      await rig.changeSource()
    })

    it('is gone on with by the next one: nothing is lost, nothing recorded twice, repeats have equal ids', async () => {
      const { code, stdout } = await rig.finish(sync)
      expect([code, stdout]).toEqual([0, expect.stringContaining(sync)])
      await expectPromisesKept(rig, sync)
    })
  },
)

it('both ends are equal when nothing changes any more, and nothing was told in any output', async () => {
  for (const sync of ['people', 'steps'] as const) {
    expect((await rig.finish(sync)).code).toBe(0)
    await expectPromisesKept(rig, sync)
  }
  expect(leaksIn(rig.world.written.join(''), rig.world.secrets())).toEqual([])
})
