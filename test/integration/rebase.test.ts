import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Parts, rebase } from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

const table = 'main.shop.people'
const people = (traits: string, more = '') => ({
  'syncs/people.yml': `sync: people
source: { table: ${table}, key: id }
send: { call: identify, person: { id: id }, traits: { ${traits} } }
${more}`,
})

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.shop', build(', 1 AS visits', 60))
})
afterEach(async () => {
  await bench.close()
})

const build = (more: string, rows: number, name = "concat('Person ', id)") =>
  `CREATE OR REPLACE TABLE ${table} USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS SELECT CAST(id AS BIGINT) AS id, ${name} AS name${more} FROM range(${rows})`

const by = { who: 'ann', why: 'for ada@example.com' }
async function ask(parts: Parts, confirmed: string[] = []) {
  const [sync] = parts.project.syncs
  const [ending] = sync === undefined ? [] : await rebase(parts, sync, { by, confirmed })
  return ending
}
/** Says again what the brake printed. */
async function confirm(parts: Parts) {
  const ending = await ask(parts)
  const text = ending?.kind === 'failed' ? ending.message : ''
  return ask(parts, [/--confirm (\w+)/.exec(text)?.[1] ?? ''])
}
const requests = () => bench.twin.store.counts().requests

describe('a rebase', () => {
  it('asks for a confirmation, and is written down with who and why before that', async () => {
    const parts = await bench.ready(people('name: name, visits: visits'))
    expect(await ask(parts)).toMatchObject({ kind: 'failed', code: 'BRAKED', exitCode: 8 })
    expect(await bench.sql('SELECT count(*) AS n FROM main.customerio.windows')).toEqual([{ n: 0 }])
    expect(
      await bench.sql('SELECT act, sync, destination, actor, why FROM main.customerio.acts'),
    ).toEqual([
      { act: 'rebase', sync: 'people', destination: 'us', actor: 'ann', why: 'for [e-mail]' },
    ])
  })

  it('takes every row as known: none is sent, and what differs from then on goes', async () => {
    const parts = await bench.ready(people('name: name, visits: visits'))
    const before = requests()
    expect(await confirm(parts)).toMatchObject({
      kind: 'finished',
      report: { kind: 'rebase', account: { rows: 60, unchanged: 60, delivered: 0, pending: 0 } },
    })
    expect((await run(parts)).account).toMatchObject({ delivered: 0 })
    expect(requests()).toBe(before)
    await bench.sql(`UPDATE ${table} SET name = 'new' WHERE id = 7`)
    expect((await run(parts)).account).toMatchObject({ rows: 1, delivered: 1 })
  })

  it('is a way on when the old mapping has lost its columns, keys that are gone included', async () => {
    await run(await bench.ready(people('name: name, visits: visits')))
    await bench.sql(build('', 50))
    const parts = await bench.open(people('name: name'))
    expect(await failureOf(run(parts))).toMatchObject({ code: 'MAPPING_GONE' })
    expect(await confirm(parts)).toMatchObject({
      kind: 'finished',
      report: { account: { unchanged: 50, ignored: 10, delivered: 0 } },
    })
    // A rebuild makes the next run compare everything under what is known of each key.
    await bench.sql(build('', 55, "CASE WHEN id = 3 THEN 'new' ELSE concat('Person ', id) END"))
    const { account } = await run(parts)
    // Five keys that come back were sent under a mapping that nobody can follow any more: they go again.
    expect(account).toMatchObject({ rows: 60, unchanged: 49, delivered: 6, ignored: 5 })
  })

  it('first finishes what an earlier run left open', async () => {
    const parts = await bench.ready(people('name: name, visits: visits'))
    bench.faults('customerio:POST /v1/batch:status=401')
    await failureOf(run(parts))
    bench.faults()
    expect(await confirm(parts)).toMatchObject({ report: { kind: 'rebase' } })
    expect(
      await bench.sql('SELECT kind, state FROM main.customerio.windows ORDER BY window_number'),
    ).toEqual([
      { kind: 'sync', state: 'closed' },
      { kind: 'rebase', state: 'closed' },
    ])
    expect(bench.twin.store.people()).toHaveLength(60)
  })
})
