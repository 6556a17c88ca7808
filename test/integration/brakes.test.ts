import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Parts, RunOptions } from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench, twoWorkspaces } from '../support/bench.ts'

const table = 'main.shop.people'
let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.shop', build('range(100)'))
})
afterEach(async () => {
  await bench.close()
})

const build = (from: string, columns = "id, concat('Person ', id) AS name") =>
  `CREATE OR REPLACE TABLE ${table} USING DELTA AS SELECT ${columns} FROM ${from}`
const sync = (more = '') => `sync: people
source: { table: ${table}, key: id, settle: 0s }
send: { call: identify, person: { id: id }, traits: { name: name } }
${more}`
const ready = (more?: string) => bench.ready({ 'syncs/people.yml': sync(more) })

/** The run is stopped by these brakes, nothing leaves and no window opens; a person who says the value goes on. */
async function isBraked(parts: Parts, text: RegExp): Promise<RunOptions> {
  const before = bench.twin.store.counts().requests
  const windows = 'SELECT count(*) AS n FROM main.customerio.windows'
  const [had] = await bench.sql(windows)
  const error = await failureOf(run(parts))
  expect(error).toMatchObject({ code: 'BRAKED', exitCode: 8 })
  expect(error.message).toMatch(text)
  expect(bench.twin.store.counts().requests).toBe(before)
  expect((await bench.sql(windows))[0]).toEqual(had)
  return { confirmed: [error.message.match(/--confirm (\w{8})/)?.[1] ?? 'none'] }
}

describe('the brake', () => {
  it('first_run asks before the first thousands go, and takes the value for that plan only', async () => {
    await bench.sql(build('range(1001)'))
    const parts = await ready()
    const options = await isBraked(parts, /first_run: the first window would send 1001 messages/)
    await bench.sql(`INSERT INTO ${table} VALUES (5000, 'one more')`)
    expect(await failureOf(run(parts, 'us', options))).toMatchObject({ code: 'BRAKED' })
    const now = await isBraked(parts, /1002 messages/)
    expect((await run(parts, 'us', now)).account).toMatchObject({ delivered: 1002 })
  })

  it('max_rows stops a window that is too large', async () => {
    const parts = await ready('brakes: { max_rows: 99 }')
    const options = await isBraked(parts, /max_rows: 100 messages, and 99 are allowed/)
    expect((await run(parts, 'us', options)).account).toMatchObject({ delivered: 100 })
  })

  it('max_delete_percent stops when too much would be taken away', async () => {
    const parts = await ready('on_delete: delete')
    await run(parts)
    await bench.sql(`DELETE FROM ${table} WHERE id < 5`)
    expect((await run(parts)).account).toMatchObject({ delivered: 5 })
    await bench.sql(`DELETE FROM ${table} WHERE id < 15`)
    const options = await isBraked(parts, /max_delete_percent: 10 deletions are 10\.\d %/)
    expect((await run(parts, 'us', options)).account).toMatchObject({ delivered: 10 })
    expect(bench.twin.store.people()).toHaveLength(85)
  })

  it('max_change_factor stops when far more changed than usual', async () => {
    const parts = await ready()
    await run(parts)
    for (const i of [1, 2, 3]) {
      await bench.sql(`UPDATE ${table} SET name = 'change ${i}' WHERE id < 10`)
      await run(parts)
    }
    await bench.sql(build('range(1200)'))
    await isBraked(parts, /max_change_factor: 11\d\d messages, more than 10 times the usual 10/)
  })

  it('empty_source stops when every row is gone, also where nothing would be deleted', async () => {
    const parts = await ready()
    await run(parts)
    await bench.sql(build('range(0)'))
    await isBraked(parts, /empty_source: the source has no row/)
    const trusting = await bench.open({
      'syncs/people.yml': sync('brakes: { empty_source: allow }'),
    })
    expect((await run(trusting)).account).toMatchObject({ rows: 100, ignored: 100 })
  })

  it('moved stops until somebody says what becomes of keys whose route changed', async () => {
    const routed = (moved: string) => ({
      'customerio.yml': twoWorkspaces,
      'syncs/people.yml': sync().replace(
        'call: identify',
        `call: identify, to: { by: region, routes: { US: us, EU: eu }${moved} }`,
      ),
    })
    const regions = (us: number) =>
      build('range(100)', `id, 'x' AS name, CASE WHEN id < ${us} THEN 'US' ELSE 'EU' END AS region`)
    await bench.sql(regions(50))
    const parts = await bench.ready(routed(''))
    await run(parts, 'us')
    await run(parts, 'eu')
    await bench.sql(regions(48))
    const error = await failureOf(run(parts, 'us'))
    expect(error).toMatchObject({ code: 'BRAKED' })
    expect(error.message).toMatch(/moved: 2 keys .*moved: delete_old or moved: keep_both/)
    expect(error.message).not.toContain('--confirm')
    const move = await bench.open(routed(', moved: delete_old'))
    expect((await run(move, 'us')).account).toMatchObject({ delivered: 2 })
    expect((await run(move, 'eu')).account).toMatchObject({ delivered: 2, unchanged: 50 })
    expect(bench.twin.store.people('us')).toHaveLength(48)
    expect(bench.twin.store.people('eu')).toHaveLength(52)
    await bench.sql(regions(46))
    const keep = await bench.open(routed(', moved: keep_both'))
    expect((await run(keep, 'us')).account).toMatchObject({ ignored: 2, delivered: 0 })
    expect((await run(keep, 'eu')).account).toMatchObject({ delivered: 2 })
    expect(bench.twin.store.people('us')).toHaveLength(48)
  })
})

describe('checks', () => {
  it('that fail stop the run and are written down with those that hold', async () => {
    await bench.sql(
      build(
        'range(10)',
        "id % 9 AS id, CASE WHEN id = 3 THEN NULL ELSE 'x' END AS name, current_timestamp() - INTERVAL 3 HOURS AS loaded_at",
      ),
    )
    const checked = (within: string) =>
      sync(
        `checks: { unique: true, not_null: [name, id], fresh: { column: loaded_at, within: ${within} } }`,
      )
    const parts = await bench.ready({ 'syncs/people.yml': checked('2h') })
    await isBraked(
      parts,
      /unique: 2 rows .*\n.*not_null:name: 1 rows .*\n.*fresh:loaded_at: .*3\.0 h/,
    )
    const results =
      'SELECT check_name, passed, failed_rows FROM main.customerio.quality ORDER BY check_name, passed'
    expect(await bench.sql(results)).toEqual([
      { check_name: 'fresh:loaded_at', passed: 0, failed_rows: null },
      { check_name: 'not_null:id', passed: 1, failed_rows: 0 },
      { check_name: 'not_null:name', passed: 0, failed_rows: 1 },
      { check_name: 'unique', passed: 0, failed_rows: 2 },
    ])
    await bench.sql(
      build('range(10)', "id, 'x' AS name, current_timestamp() - INTERVAL 1 HOUR AS loaded_at"),
    )
    expect((await run(parts)).account).toMatchObject({ delivered: 10 })
  })

  it('of an empty table say that nothing is fresh', async () => {
    await bench.sql(build('range(0)', "id, 'x' AS name, current_timestamp() AS loaded_at"))
    const parts = await ready('checks: { fresh: { column: loaded_at, within: 1h } }')
    await isBraked(parts, /the newest loaded_at is infinitely old/)
  })
})
