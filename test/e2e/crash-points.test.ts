import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type CrashPoint, justAfter, justBefore, within } from '../support/crash-points.ts'
import { type CrashedSync, type CrashRig, startCrashRig } from '../support/crash-rig.ts'
import { expectPromisesKept } from '../support/kept-promises.ts'
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

it('tells nothing of what it sends, nor any secret, however it dies', () => {
  expect(leaksIn(rig.world.written.join(''), rig.world.secrets())).toEqual([])
})
