import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { justAfter, within } from '../support/crash-points.ts'
import { type CrashRig, startCrashRig } from '../support/crash-rig.ts'
import { expectPromisesKept } from '../support/kept-promises.ts'
import { startWorld, until, type World } from '../support/processes.ts'

// Customer.io lives in a twin of its own: it outlives the warehouse.
let customerio: World
let rig: CrashRig
beforeAll(async () => {
  customerio = await startWorld()
  rig = await startCrashRig(
    { people: 4500, steps: 300, morePeople: 5, moreSteps: 100 },
    customerio,
    both,
  )
  copyFileSync(join(rig.world.data, 'secrets.json'), join(customerio.data, 'secrets.json'))
})
afterAll(async () => {
  await rig?.close()
  await customerio?.close()
})

/** The environment of a process that talks to the warehouse of one twin and the Customer.io of the other. */
function both(world: World): Record<string, string> {
  const { CUSTOMERIO_URL_US = '' } = customerio.environment
  const authorities = join(world.folder, 'authorities.pem')
  const files = [world, customerio].map(({ environment }) => environment.NODE_EXTRA_CA_CERTS ?? '')
  writeFileSync(authorities, files.map((file) => readFileSync(file, 'utf8')).join(''))
  return { CUSTOMERIO_URL_US, NODE_EXTRA_CA_CERTS: authorities }
}

describe('a warehouse that is killed under a run and comes back', () => {
  it.each([within.reading, justAfter('loading the parts')])(
    '$name: the run or the next one finishes, nothing is lost, nothing is recorded twice',
    async ({ rules }) => {
      const { world } = rig
      await world.faults(rules)
      const running = rig.start('people')
      await until(async () => Number((await world.fired())[0]) > 0)
      await world.killTwin()
      await world.restartTwin()
      await running.ended
      await rig.note()
      const { code, stdout } = await rig.finish('people')
      expect([code, stdout]).toEqual([0, expect.stringContaining('people')])
      await expectPromisesKept(rig, 'people')
      await rig.changeSource()
    },
  )
})
