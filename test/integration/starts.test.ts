import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { runsIn } from '../../src/audit/index.ts'
import { systemClock } from '../../src/core/index.ts'
import { type Bench, startBench } from '../support/bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
})
afterAll(() => bench?.close())

it('eight runs that start together, each with a session of its own, all get numbers of their own', async () => {
  const { project } = await bench.ready({})
  const names = Array.from({ length: 8 }, (_, i) => `run-${i}`)
  const opened = await Promise.all(names.map(() => bench.open({})))
  const numbers = await Promise.all(
    opened.map(({ warehouse }, i) =>
      runsIn(warehouse, project.control, systemClock).start({
        runId: `run-${i}`,
        windowId: 'people.us.000001',
        sync: 'people',
        destination: 'us',
        packageVersion: '1.0.0',
        nodeVersion: process.versions.node,
        startedAt: new Date(systemClock.now()),
      }),
    ),
  )
  expect(new Set(numbers).size).toBe(8)
  const rows = await bench.sql('SELECT run_id, attempt FROM main.customerio.runs ORDER BY run_id')
  expect(rows).toEqual(names.map((run_id, i) => ({ run_id, attempt: numbers[i] })))
})
