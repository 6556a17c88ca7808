import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, run, startBench, twoWorkspaces } from '../support/bench.ts'

const table = 'main.shop.people'
const files = (changes: string) => ({
  'customerio.yml': twoWorkspaces,
  'syncs/people.yml': `sync: people
source: { table: ${table}, key: id, changes: ${changes} }
send:
  call: identify
  to: { by: region, routes: { EU: eu, US: us }, moved: delete_old }
  person: { id: id }
  traits: { name: name }
on_delete: delete
brakes: { max_delete_percent: 100, max_failed_percent: 100 }
`,
})

let bench: Bench
let parts: Parts
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE ${table} USING DELTA AS SELECT CAST(id AS BIGINT) AS id, 'US' AS region, 'Ann' AS name FROM range(3)`,
  )
  parts = await bench.ready(files('diff'))
})
afterEach(async () => {
  await bench.close()
})

const move = (region: string) => `UPDATE ${table} SET region = '${region}' WHERE id = 1`

describe('a row that had no route', () => {
  it('is sent once it has one, although nothing else of it changed', async () => {
    await bench.sql(move('MOON'))
    expect((await run(parts, 'eu')).account).toMatchObject({ rows: 1, invalid: 1 })
    expect((await run(parts, 'eu')).account).toMatchObject({ rows: 1, held: 1 })
    await bench.sql(move('EU'))
    expect((await run(parts, 'eu')).account).toMatchObject({ rows: 1, delivered: 1 })
    expect(bench.twin.store.person('1', 'eu')?.traits).toMatchObject({ name: 'Ann' })
  })

  it('is counted as invalid where it was delivered before, and goes again when its route is back', async () => {
    await bench.sql(move('EU'))
    await run(parts, 'eu')
    await bench.sql(move('MOON'))
    expect((await run(parts, 'eu')).account).toMatchObject({ rows: 1, invalid: 1, unchanged: 0 })
    await bench.sql(move('EU'))
    expect((await run(parts, 'eu')).account).toMatchObject({ rows: 1, delivered: 1 })
  })
})

describe('a key that goes to another destination', () => {
  it('stays where it is while two rows there share it, and moves when one is left', async () => {
    await run(parts, 'us')
    await bench.sql(move('EU'), `INSERT INTO ${table} VALUES (1, 'EU', 'Bo')`)
    expect((await run(parts, 'eu')).account).toMatchObject({ rows: 2, invalid: 2 })
    expect((await run(parts, 'us')).account).toMatchObject({ delivered: 0, ignored: 1 })
    expect(bench.twin.store.person('1', 'us')).toBeDefined()
    await bench.sql(`DELETE FROM ${table} WHERE name = 'Bo'`)
    expect((await run(parts, 'eu')).account).toMatchObject({ rows: 1, delivered: 1 })
    expect((await run(parts, 'us')).account).toMatchObject({ delivered: 1, ignored: 0 })
    expect(bench.twin.store.person('1', 'us')).toBeUndefined()
  })
})
