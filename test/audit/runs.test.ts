import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  controlStatements,
  type NewRun,
  runsIn,
  type Sql,
  windowIdOf,
} from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'

const openedAt = new Date('2026-03-01T10:00:00.123Z')
const atOnce = { sleep: async () => {} }

function aRun(over: Partial<NewRun> = {}): NewRun {
  return {
    runId: 'run-1',
    windowId: windowIdOf('customers', 'eu', 1),
    sync: 'customers',
    destination: 'eu',
    packageVersion: '1.0.0',
    nodeVersion: 'v20.19.0',
    startedAt: openedAt,
    ...over,
  }
}

let control: DuckControl
beforeEach(async () => {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
})
afterEach(() => control.close())

/** A control schema in which, as often as asked, another run is written down between our count and our insert. */
function racing(isFaster: () => boolean): Sql {
  return {
    query: (sql, params) => control.query(sql, params),
    async execute(sql, params) {
      if (isFaster()) await control.execute(sql, { ...params, run_id: 'the-other' })
      return control.execute(sql, params)
    },
  }
}

describe('runs', () => {
  it('count the attempts at a window from 1', async () => {
    const runs = runsIn(control, 'main.customerio')
    expect(await runs.start(aRun())).toBe(1)
    expect(await runs.start(aRun({ runId: 'run-2' }))).toBe(2)
    expect(await runs.start(aRun({ runId: 'run-3', windowId: 'other' }))).toBe(1)
  })

  it('gets the next number where another run took its own in the very moment', async () => {
    let races = 3
    const started = await runsIn(
      racing(() => races-- > 0),
      'main.customerio',
      atOnce,
    ).start(aRun())
    expect(started).toBe(4)
    const rows = await control.query('SELECT * FROM `main`.`customerio`.`runs`')
    expect(rows.filter(({ run_id }) => run_id === 'run-1')).toMatchObject([{ attempt: 4 }])
  })

  it('pauses a little longer each time, and gives up when others are always faster', async () => {
    const pauses: number[] = []
    const clock = { sleep: async (ms: number) => void pauses.push(ms) }
    const start = runsIn(
      racing(() => true),
      'main.customerio',
      clock,
      () => 0.5,
    ).start(aRun())
    await expect(start).rejects.toMatchObject({ code: 'ATTEMPT_TAKEN' })
    expect(pauses.slice(0, 3)).toEqual([50, 100, 200])
    expect(Math.max(...pauses)).toBe(1500)
    expect(pauses).toHaveLength(39)
  })

  it('end once, with what they did', async () => {
    const runs = runsIn(control, 'main.customerio')
    await runs.start(aRun({ jobId: '7', keyFingerprint: 'f', gitCommit: 'c', startedBy: 'me' }))
    const end = { delivered: 5, invalid: 1, rejected: 2, undelivered: 3, requests: 4, bytes: 9 }
    await runs.finish('run-1', { ...end, finishedAt: new Date(5000), exitCode: 0, sendMs: 12 })
    await runs.finish('run-1', {
      ...end,
      finishedAt: new Date(9000),
      exitCode: 5,
      errorCode: 'UPLOAD_FAILED',
      readMs: 1,
      loadMs: 1,
      peakRssBytes: 1,
    })
    const [row] = await control.query('SELECT * FROM `main`.`customerio`.`runs`')
    expect(row).toMatchObject({
      ...end,
      attempt: 1,
      job_id: '7',
      started_by: 'me',
      exit_code: 0,
      error_code: null,
      send_ms: 12,
      read_ms: null,
    })
  })
})

/**
 * The table `runs` at its weakest: an insert decides on what stood there when it began, and two at a time both go
 * through. Each step waits until the schedule lets it.
 */
class WeakRuns implements Sql {
  rows: { readonly run_id: unknown; readonly attempt: number }[] = []
  readonly #step: () => Promise<unknown>

  constructor(step: () => Promise<unknown>) {
    this.#step = step
  }

  async query(sql: string, params: Parameters<Sql['query']>[1] = {}) {
    await this.#step()
    if (!sql.includes('max(')) return this.rows.filter(({ attempt }) => attempt === params.attempt)
    return [{ last: Math.max(0, ...this.rows.map(({ attempt }) => attempt)) }]
  }

  async execute(sql: string, { run_id, attempt }: Parameters<Sql['execute']>[1] = {}) {
    await this.#step()
    if (sql.startsWith('DELETE')) {
      this.rows = this.rows.filter((row) => row.run_id !== run_id || row.attempt !== attempt)
      return { rows: 1 }
    }
    const isTaken = this.rows.some((row) => row.attempt === attempt)
    await this.#step()
    if (!isTaken) this.rows.push({ run_id, attempt: Number(attempt) })
    return { rows: isTaken ? 0 : 1 }
  }
}

it('runs that start together all get numbers of their own, however their statements fall', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 6 }), async (schedule, size) => {
      const step = () => schedule.schedule(Promise.resolve())
      const table = new WeakRuns(step)
      const runs = runsIn(table, 'main.customerio', { sleep: async () => void (await step()) })
      const names = Array.from({ length: size }, (_, i) => `run-${i}`)
      const started = Promise.all(names.map((runId) => runs.start(aRun({ runId }))))
      const numbers = await schedule.waitFor(started)
      expect(new Set(numbers).size).toBe(size)
      const rows = table.rows.map(({ run_id, attempt }) => `${run_id} ${attempt}`).sort()
      expect(rows).toEqual(names.map((name, i) => `${name} ${numbers[i]}`).sort())
    }),
    { numRuns: 200 },
  )
})
