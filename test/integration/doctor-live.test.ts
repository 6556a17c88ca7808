import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { readSettings } from '../../src/config/index.ts'
import { silentLog, systemClock } from '../../src/core/index.ts'
import {
  experimentNames,
  forget,
  type LiveOptions,
  type LiveReport,
  live,
} from '../../src/ops/index.ts'
import { type Bench, failureOf, inAHurry, startBench, twoWorkspaces } from '../support/bench.ts'

let bench: Bench
let options: LiveOptions
beforeAll(async () => {
  bench = await startBench()
  const { project } = await bench.open({ 'customerio.yml': twoWorkspaces })
  const { environment, ca } = bench.twin
  options = {
    project,
    settings: readSettings(environment),
    environment,
    clock: systemClock,
    log: silentLog,
    ca,
    patience: inAHurry,
    to: 'eu',
  }
}, 120_000)
afterAll(() => bench?.close())
afterEach(() => bench.twin.faults.clear())

const unexpected = ({ results }: LiveReport) =>
  results.flatMap(({ name, isExpected, seen }) => (isExpected ? [] : [{ name, seen }]))
const schemas = async () => JSON.stringify(await bench.sql('SHOW SCHEMAS IN main'))
const people = () => bench.twin.store.counts().people

describe('experiments', () => {
  it('all go as expected with the twin, and leave neither a schema nor a person', async () => {
    let seenByThen = 0
    const told: string[] = []
    const report = await live({
      ...options,
      onResult: ({ name }) => told.push(name),
      lookAt: async () => {
        seenByThen = people()
        return true
      },
    })
    expect(unexpected(report)).toEqual([])
    expect(told).toEqual(experimentNames)
    expect([seenByThen, people(), report.forgotten]).toEqual([1, 0, '200'])
    expect(await schemas()).not.toContain('live')
  })

  it('name what went otherwise, and go on', async () => {
    bench.faults(
      'warehouse::statement=COPY INTO *,act=sql-error',
      'customerio:POST /v1/batch:status=200,body={},nth=2',
      'customerio:POST /v1/identify:status=400,address=us',
    )
    const report = await live({ ...options, lookAt: async () => false })
    expect(unexpected(report)).toEqual([
      { name: 'part-is-counted', seen: expect.stringContaining('STATEMENT_FAILED') },
      { name: 'other-region', seen: expect.stringContaining('400') },
      { name: 'mixed-batch', seen: expect.stringMatching(/^together 200, /) },
    ])
    expect(report.results.map(({ name }) => name)).toEqual(experimentNames)
    expect([report.forgotten, people()]).toEqual([null, 1])
    expect(await forget(options, report.person)).toBe('200')
    expect(people()).toBe(0)
  })

  it('are made on a destination that was named, and delete nobody else', async () => {
    const { to: _, ...unnamed } = options
    expect(await failureOf(live(unnamed))).toMatchObject({ code: 'DESTINATION_UNKNOWN' })
    expect(await failureOf(forget(options, 'somebody'))).toMatchObject({ code: 'PERSON_INVALID' })
  })
})
