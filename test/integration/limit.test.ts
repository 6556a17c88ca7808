import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { RunStopped, type SyncSpec } from '../../src/core/index.ts'
import { hold, listSyncs, listText, planText, release, releasedText } from '../../src/ops/index.ts'
import { type Parts, plan } from '../../src/sync/index.ts'
import { allowanceOf } from '../../src/sync/limit.ts'
import { type Bench, failureOf, run, startBench } from '../support/bench.ts'

const file = (sync: string, source: string, send: string, more = '') => ({
  [`syncs/${sync}.yml`]: `sync: ${sync}
source: { table: main.shop.${sync}, key: id, settle: 0s${source} }
send: { ${send} }
${more}
`,
})
const identify = 'call: identify, person: { id: id }, traits: { note: note }'
const otherTraits = identify.replace('note: note', 'note: note, more: more')
const canary = 'canary: { rows: 3, hold: 2h }'
const files = {
  ...file('people', '', identify, 'on_delete: delete'),
  ...file('members', '', identify),
  ...file('large', '', `${identify}, limits: { attribute_values: warn }`),
  ...file('steps', ', start: all', 'call: track, event: Step, person: { id: who }, at: at'),
  ...file('everyone', ', changes: full', identify),
  ...file('edited', '', identify, canary),
}

let bench: Bench
let parts: Parts
beforeAll(async () => {
  bench = await startBench()
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.shop')
  parts = await bench.ready(files, { environment: { CUSTOMERIO_JOBS_STARTED_BY: 'ann' } })
})
afterAll(async () => {
  await bench?.close()
})

const build = (table: string, rows: number, columns = "id, 'first' AS note, 'x' AS more") =>
  bench.sql(
    `CREATE TABLE main.shop.${table} USING DELTA TBLPROPERTIES (delta.enableChangeDataFeed = true) AS SELECT ${columns} FROM range(${rows})`,
  )
/** The same parts under a target with a limit. */
const limitedTo = (limit: number, from = parts): Parts => ({
  ...from,
  project: { ...from.project, limit },
})
const account = async (sync: string, from = parts, options = {}) =>
  (await run(from, 'us', { sync, ...options })).account
const checkpoint = async (sync: string) => {
  const query = `SELECT position FROM main.customerio.checkpoints WHERE sync = '${sync}'`
  return JSON.parse(String((await bench.sql(query))[0]?.position)) as Record<string, number>
}
const outcomes = (sync: string, what: string) =>
  bench.sql(`SELECT ${what} FROM main.customerio.outcomes WHERE sync = '${sync}'`)
const syncOf = (name: string, { project }: Parts = parts) =>
  project.syncs.find((one) => one.name === name) as SyncSpec
const planned = async (name: string, from = parts, options = {}) => {
  const [only] = await plan(from, syncOf(name, from), options)
  if (only?.kind !== 'planned') throw new Error(`no plan: ${only?.message}`)
  return only
}

describe('the limit of a target', () => {
  it('sends so many rows a window and holds the rest for the next, whose checkpoint waits for them', async () => {
    await build('people', 10)
    const limited = limitedTo(4)
    const look = await planned('people', limited)
    expect(look).toMatchObject({ counts: { send: 4, later: 6 }, limit: { rows: 4, by: 'target' } })
    expect(planText(look).join('\n')).toContain('6  later      wait for the next window')

    expect(await account('people', limited)).toMatchObject({ rows: 10, delivered: 4, held: 6 })
    expect(await checkpoint('people')).toEqual({ window: 1 })
    expect(listText(await listSyncs(parts), { now: Date.now(), colours: false }).at(-1)).toBe(
      'people → us sent 4 rows at most in its last window, as the target says: the rest waits for the next',
    )
    expect(await account('people')).toMatchObject({ delivered: 6, unchanged: 4, held: 0 })
    expect(await checkpoint('people')).toMatchObject({ window: 2, version: 0 })
  })

  it('is that of a run that was told one, where that is less', async () => {
    await build('members', 10)
    const told = { limit: 3 }
    expect(await planned('members', limitedTo(4), told)).toMatchObject({
      counts: { send: 3, later: 7 },
      limit: { rows: 3, by: 'run' },
    })
    expect((await planned('members', limitedTo(2), told)).limit).toEqual({ rows: 2, by: 'target' })
    expect(await account('members', limitedTo(4), told)).toMatchObject({ delivered: 3, held: 7 })
    expect(await account('members')).toMatchObject({ delivered: 7, unchanged: 3, held: 0 })
  })

  it('lets deletions and rows of the change feed wait, and the brake judges all deletions', async () => {
    await bench.sql(
      'DELETE FROM main.shop.people WHERE id < 6',
      "UPDATE main.shop.people SET note = 'second' WHERE id > 7",
    )
    const error = await failureOf(account('people', limitedTo(2)))
    expect(error).toMatchObject({ code: 'BRAKED' })
    expect(error.message).toContain('max_delete_percent: 6 deletions')
    const confirmed = [error.message.match(/--confirm (\w{8})/)?.[1] ?? 'none']
    expect(await account('people', limitedTo(2), { confirmed })).toMatchObject({
      rows: 8,
      delivered: 2,
      held: 6,
    })
    expect(await checkpoint('people')).toMatchObject({ window: 3, version: 0 })
  })

  it('is the same rows when a run is stopped in the middle and another one goes on', async () => {
    await build('large', 800, "id, repeat('x', 10000) AS note, 'x' AS more")
    const controller = new AbortController()
    bench.faults('customerio:POST /v1/batch:delay=300,from=4')
    const onProgress = ({ step, done }: { step: string; done: number }) => {
      if (step === 'send' && done > 0) controller.abort(new RunStopped('stopped by the test'))
    }
    const options = { signal: controller.signal, onProgress }
    expect(await failureOf(account('large', limitedTo(600), options))).toMatchObject({
      code: 'RUN_STOPPED',
    })
    bench.faults()
    const known = (await outcomes('large', 'message_id')).length
    expect(known).toBeGreaterThan(0)
    expect(known).toBeLessThan(600)
    await bench.sql("INSERT INTO main.shop.large SELECT id + 800, 'new', 'x' FROM range(100)")
    // Another limit since then changes nothing in what the open window is about.
    expect(await account('large', limitedTo(7))).toMatchObject({
      rows: 800,
      delivered: 600,
      held: 200,
      pending: 0,
    })
    const all = await outcomes('large', 'message_id, message_key')
    expect(new Set(all.map(({ message_key }) => message_key)).size).toBe(600)
    // Nothing went that another choice of rows would have sent.
    const received = bench.twin.store
      .messages()
      .filter((message) => JSON.stringify(message).includes('xxxx'))
    expect(new Set(received.map(({ messageId }) => messageId))).toEqual(
      new Set(all.map(({ message_id }) => message_id)),
    )
  })

  it('never parts what is about one person, who goes whole even with more', async () => {
    await build('steps', 30, 'id, id % 3 AS who, timestamp_seconds(1700000000 + id) AS at')
    expect(await account('steps', limitedTo(4))).toMatchObject({ delivered: 10, held: 20 })
    expect(await outcomes('steps', 'DISTINCT person')).toHaveLength(1)
  })

  it('of a full sync keeps what the rest was sent under', async () => {
    await build('everyone', 12)
    await account('everyone')
    const other = await bench.open(file('everyone', ', changes: full', otherTraits))
    expect(await account('everyone', limitedTo(5, other))).toMatchObject({ delivered: 5, held: 7 })
    expect(
      await bench.sql(
        "SELECT count(DISTINCT mapping_hash) AS mappings FROM main.customerio.ledger WHERE sync = 'everyone'",
      ),
    ).toEqual([{ mappings: 2 }])
  })
})

describe('a canary', () => {
  it('begins a changed mapping with some rows, until a release lets the rest go', async () => {
    await build('edited', 8)
    expect(await account('edited')).toMatchObject({ delivered: 8 })
    await bench.sql("UPDATE main.shop.edited SET note = 'second'")
    const changed = await bench.open(file('edited', '', otherTraits, canary), {
      environment: { CUSTOMERIO_JOBS_STARTED_BY: 'ann' },
    })
    const { windowId, limit } = await run(changed, 'us')
    expect(limit).toMatchObject({ by: 'canary', rows: 3 })
    expect(limit).not.toHaveProperty('below')
    expect(windowId).toBe('edited.us.000002')
    const [window] = await bench.sql(
      `SELECT held, mapping_hash, opened_at FROM main.customerio.windows WHERE window_id = '${windowId}'`,
    )
    expect(window).toMatchObject({ held: 5 })
    const first = await bench.sql(
      "SELECT mapping_hash FROM main.customerio.windows WHERE window_id = 'edited.us.000001'",
    )

    const openedAt = window?.opened_at as Date
    const allowed = (from: Parts, hash: unknown, hours: number) =>
      allowanceOf(
        from,
        syncOf('edited', from),
        'us',
        {
          kind: 'sync',
          openedAt: new Date(openedAt.getTime() + hours * 3_600_000),
        },
        { hash: String(hash) },
      )
    const hash = window?.mapping_hash
    expect(await allowed(changed, hash, 1.9)).toMatchObject({ by: 'canary', rows: 3 })
    expect(await allowed(changed, hash, 2.1)).toBeUndefined()
    // Under the mapping of before, nothing is new.
    expect(await allowed(changed, first[0]?.mapping_hash, 1)).toBeUndefined()
    // The lower one of two limits counts.
    expect(await allowed(limitedTo(2, changed), hash, 1)).toEqual({ by: 'target', rows: 2 })
    expect(await allowed(limitedTo(7, changed), hash, 1)).toMatchObject({ by: 'canary', rows: 3 })

    await hold(changed, 'edited', 'wait')
    expect(await release(changed, 'edited')).toMatchObject({ ended: 1, waiting: ['us'] })
    const done = await release(changed, 'edited')
    expect(done).toMatchObject({ who: 'ann', ended: 0, canaries: ['us'] })
    expect(releasedText(done)).toEqual([
      'the canary of edited → us ended: the next window sends the rest',
    ])
    const acts = await bench.sql('SELECT act, actor FROM main.customerio.acts ORDER BY acted_at')
    expect(acts.map(({ act, actor }) => `${act} by ${actor}`)).toEqual([
      'hold by ann',
      'release by ann',
      'release canary by ann',
    ])
    expect(await account('edited', changed)).toMatchObject({ delivered: 5, unchanged: 3, held: 0 })
    expect(await release(changed, 'edited')).not.toHaveProperty('canaries')
  })
})
