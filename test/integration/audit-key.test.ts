import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { silentLog } from '../../src/core/index.ts'
import {
  erase,
  explainKey,
  explainPerson,
  hashedText,
  validateAgainstSources,
} from '../../src/ops/index.ts'
import { backfill, hashState, type Parts, plan, reconcile, replay } from '../../src/sync/index.ts'
import {
  type Bench,
  failureOf,
  projectFile,
  run,
  startBench,
  twoWorkspaces,
} from '../support/bench.ts'

const by = { who: 'ann' }
const source = 'table: main.shop.people, key: email, changes: diff'
const identify = (more = '', on: string = source) => `sync: people
source: { ${on}${more} }
send: { call: identify, person: { email: email }, traits: { name: name } }
brakes: { first_run: allow, max_delete_percent: 100, max_failed_percent: 100 }
`
const people = { 'syncs/people.yml': identify() }
const asTheyAre = { 'syncs/people.yml': identify(', audit_key: plain') }
const deleting = { 'syncs/people.yml': `${identify()}on_delete: delete\n` }
const orders = (more: string) => ({
  'syncs/orders.yml': `sync: orders
source: { table: main.shop.orders, key: [email, n], changes: diff, start: all${more} }
send: { call: track, event: Ordered, person: { email: email }, at: at, properties: { n: n } }
`,
})

/** Nobody's address but of the people of these tests. */
const named = /@example\.com/

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    "CREATE TABLE main.shop.people USING DELTA AS SELECT concat('P', id, '@example.com') AS email, concat('Person ', id) AS name FROM range(10)",
    "CREATE TABLE main.shop.orders USING DELTA AS SELECT concat('p', id % 3, '@example.com') AS email, id AS n, timestamp_seconds(1700000000 + id) AS at FROM range(9)",
  )
})
afterEach(async () => {
  await bench.close()
})

const outcomes = () => bench.sql('SELECT * FROM main.customerio.outcome_log')
const ledger = () => bench.sql('SELECT * FROM main.customerio.ledger')
const texts = async () => JSON.stringify([await outcomes(), await ledger()])
/** Every file that jobs uploaded. */
const partFiles = () =>
  readdirSync(join(bench.folder, 'twin'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /outcomes\/.*\.parquet$/.test(name))
    .map((name) => readFileSync(join(bench.folder, 'twin', name), 'latin1'))

function syncOf({ project }: Parts) {
  const [sync] = project.syncs
  if (sync === undefined) throw new Error('the project has no sync')
  return sync
}
/** The report for the one destination. */
async function only<T>(
  endings: Promise<
    readonly ({ kind: 'finished'; report: T } | { kind: 'failed'; message: string })[]
  >,
): Promise<T> {
  const [ending] = await endings
  if (ending?.kind !== 'finished') throw new Error(ending?.message)
  return ending.report
}
const hash = (parts: Parts) => only(hashState(parts, syncOf(parts), { by }))

describe('a key that is an e-mail address', () => {
  it('is written down as a hash, and so is whom a message is about', async () => {
    const parts = await bench.ready(people)
    await run(parts)
    expect(bench.twin.store.person('P3@example.com')?.traits).toMatchObject({ name: 'Person 3' })
    const [outcome] = await outcomes()
    expect(outcome).toMatchObject({
      message_key: expect.stringMatching(/^\{"[0-9a-f]{8}":"[0-9a-f]{64}"\}$/),
      person: expect.stringMatching(/^\{"[0-9a-f]{8}":"[0-9a-f]{64}"\}$/),
    })
    expect(await texts()).not.toMatch(named)
    const files = partFiles()
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) expect(file).not.toMatch(named)
  })

  it('tells changes, gone rows and repeated keys as any other does', async () => {
    const parts = await bench.ready(people)
    await run(parts)
    expect((await run(parts)).account).toMatchObject({ rows: 10, unchanged: 10 })
    await bench.sql(
      "UPDATE main.shop.people SET name = 'new' WHERE email = 'P1@example.com'",
      "DELETE FROM main.shop.people WHERE email = 'P2@example.com'",
      "INSERT INTO main.shop.people VALUES ('P3@example.com', 'twice'), (NULL, 'nobody')",
    )
    expect((await run(parts)).account).toMatchObject({
      rows: 12,
      delivered: 1,
      unchanged: 7,
      invalid: 3,
      ignored: 1,
    })
    expect(bench.twin.store.person('P1@example.com')?.traits).toMatchObject({ name: 'new' })
  })

  it('lets a deletion name whom it is about, which the ledger then knows', async () => {
    const parts = await bench.ready(deleting)
    await run(parts)
    await bench.sql("DELETE FROM main.shop.people WHERE email = 'P2@example.com'")
    expect((await run(parts)).account).toMatchObject({ delivered: 1, unchanged: 9 })
    expect(bench.twin.store.person('P2@example.com')).toBeUndefined()
    for (const { message_key } of await ledger()) expect(message_key).not.toMatch(named)
  })

  it('of somebody whose name was hashed is not deleted once deletions are asked for', async () => {
    await run(await bench.ready(people))
    await bench.sql("DELETE FROM main.shop.people WHERE email = 'P2@example.com'")
    expect((await run(await bench.open(deleting))).account).toMatchObject({
      unchanged: 9,
      ignored: 1,
    })
    expect(bench.twin.store.person('P2@example.com')).toBeDefined()
  })

  it('is followed by a window that is gone on with, under the form it began with', async () => {
    const parts = await bench.ready(people)
    bench.faults('customerio:POST /v1/batch:status=401')
    await expect(run(parts)).rejects.toThrow()
    bench.faults()
    // Meanwhile the file says otherwise: that is for later windows.
    const { account } = await run(await bench.open(asTheyAre))
    expect(account).toMatchObject({ rows: 10, delivered: 10 })
    expect(await texts()).not.toMatch(named)
    expect((await failureOf(run(await bench.open(asTheyAre)))).message).toMatch(
      /syncs\/people\.yml:2:\d+ .*hashes of their keys, which nobody can turn back.*take the line out/s,
    )
  })

  it('is found by explain, by what it is and by its hash, and by the person', async () => {
    const parts = await bench.ready(people)
    await run(parts)
    const sync = syncOf(parts)
    const explained = await explainKey(parts, sync, ['P3@example.com'])
    expect(explained.destinations).toMatchObject([
      { ledger: { status: 'delivered' }, outcomes: [{ status: 'delivered' }] },
    ])
    const [{ key } = { key: '' }] = explained.destinations
    expect((await explainKey(parts, sync, [key])).source).toMatchObject({ rows: 1 })
    const { syncs, timeline } = await explainPerson(parts, 'p3@EXAMPLE.com')
    expect(syncs).toMatchObject([{ rows: 1, known: 1, keys: [{ key }] }])
    expect(timeline).toMatchObject([{ status: 'delivered', key }])
  })

  it('is not sent under another secret, which would take every row for a new one', async () => {
    await run(await bench.ready(people))
    const parts = { ...(await bench.open(people)), idSecret: async () => 'another secret for ids' }
    expect(await failureOf(run(parts))).toMatchObject({ code: 'HASH_KEY_CHANGED' })
    bench.faults('customerio:POST /v1/batch:status=401')
    await bench.sql("UPDATE main.shop.people SET name = 'new' WHERE email = 'P1@example.com'")
    await expect(run(await bench.open(people))).rejects.toThrow()
    bench.faults()
    expect(await failureOf(run(parts))).toMatchObject({ code: 'HASH_KEY_CHANGED' })
    expect(bench.twin.store.messages()).toHaveLength(10)
  })

  it('goes with the person who asks to be forgotten', async () => {
    await bench.sql(
      'CREATE SCHEMA main.privacy',
      "CREATE TABLE main.privacy.requests USING DELTA AS SELECT 'r1' AS request, 'p3@example.com' AS email, 'delete' AS kind",
    )
    const parts = await bench.ready({
      'customerio.yml': `${projectFile}erase: { table: main.privacy.requests, person: { email: email }, kind: kind, request: request }\n`,
      ...people,
    })
    await run(parts)
    const { confirmation = '' } = await erase(parts, { by, plan: true, confirmed: [] })
    const { done } = await erase(parts, { by, plan: false, confirmed: [confirmation], waitMs: 0 })
    expect(done).toMatchObject({ verified: 1, purged: { outcomes: 1, keys: 1 }, failed: [] })
    expect(await ledger()).toHaveLength(9)
    expect((await run(parts)).account).toMatchObject({ unchanged: 9, held: 1 })
  })

  it('agrees with the source when both are compared, and is replayed when it was refused', async () => {
    await bench.sql(
      "UPDATE main.shop.people SET name = repeat('x', 40000) WHERE email = 'P4@example.com'",
    )
    const parts = await bench.ready(people)
    expect((await run(parts)).account).toMatchObject({ delivered: 9, invalid: 1 })
    const sync = syncOf(parts)
    const { counts } = await only(reconcile(parts, sync, { by, enqueue: false }))
    expect(Object.values(counts).every((count) => count === 0)).toBe(true)
    await bench.sql("UPDATE main.shop.people SET name = 'short' WHERE email = 'P4@example.com'")
    const { sent } = await only(replay(parts, sync, { by, filter: {}, send: true }))
    expect(sent?.account).toMatchObject({ rows: 1, delivered: 1 })
  })

  it('moves with a changed route as any other does', async () => {
    const routed = (moved: string) => ({
      'customerio.yml': twoWorkspaces,
      'syncs/people.yml': identify().replace(
        'person:',
        `to: { by: name, routes: { Person 1: us }, else: eu, moved: ${moved} }, person:`,
      ),
    })
    await run(await bench.ready(routed('stop')))
    await bench.sql("UPDATE main.shop.people SET name = 'Person one' WHERE name = 'Person 1'")
    expect(await failureOf(run(await bench.open(routed('stop'))))).toMatchObject({
      message: expect.stringContaining('moved'),
    })
    expect((await run(await bench.open(routed('keep_both')))).account).toMatchObject({
      rows: 1,
      ignored: 1,
    })
  })
})

describe('keys that are known as they are', () => {
  it('stay so, and plan says what may be done', async () => {
    await run(await bench.ready(asTheyAre))
    expect(await texts()).toMatch(named)
    const parts = await bench.open(people)
    const warned: string[] = []
    const log = { ...silentLog, warn: (message: string) => void warned.push(message) }
    expect((await run({ ...parts, log })).account).toMatchObject({ unchanged: 10 })
    expect(warned).toEqual([expect.stringContaining('audit_key: plain under source')])
    expect(await plan(parts, syncOf(parts))).toMatchObject([
      { warnings: [expect.stringContaining('"customerio-jobs state hash people"')] },
    ])
    const asked = { 'syncs/people.yml': identify(', audit_key: hashed') }
    expect((await failureOf(run(await bench.open(asked)))).message).toMatch(
      /syncs\/people\.yml:2:\d+ .*hold keys of people as they are.*state hash people/s,
    )
  })

  it('are what a destination begins with that the sync goes to later', async () => {
    const routed = (to: string) => ({
      'customerio.yml': twoWorkspaces,
      'syncs/people.yml': identify(', audit_key: plain').replace('person:', `to: ${to}, person:`),
    })
    await run(await bench.ready(routed('us')))
    const both = routed('{ by: name, routes: { Person 1: eu }, else: us, moved: keep_both }')
    const file = both['syncs/people.yml'].replace(', audit_key: plain', '')
    await run(await bench.ready({ ...both, 'syncs/people.yml': file }), 'eu')
    expect(
      await bench.sql("SELECT message_key FROM main.customerio.ledger WHERE destination = 'eu'"),
    ).toEqual([{ message_key: '["P1@example.com"]' }])
  })

  it('are hashed by hand; nothing looks changed, and no name is left', async () => {
    await run(await bench.ready(asTheyAre))
    const parts = await bench.open(people)
    const done = await hash(parts)
    expect(done).toEqual({ sync: 'people', destination: 'us', keys: 10, outcomes: 10 })
    expect(hashedText([{ kind: 'finished', report: done }])[0]).toBe(
      'people → us: 10 keys and 10 outcomes hashed',
    )
    expect(await texts()).not.toMatch(named)
    expect(await hash(parts)).toMatchObject({ keys: 0, outcomes: 0 })
    expect((await run(parts)).account).toMatchObject({ unchanged: 10 })
    const { counts } = await only(reconcile(parts, syncOf(parts), { by, enqueue: false }))
    expect(Object.values(counts).every((count) => count === 0)).toBe(true)
    expect(await bench.sql('SELECT act FROM main.customerio.acts')).toEqual(
      Array.from({ length: 2 }, () => ({ act: 'state hash' })),
    )
  })

  it('keep the ids of their messages: an event that is sent again is the same event', async () => {
    await run(await bench.ready(orders(', audit_key: plain')))
    const ids = () =>
      bench.twin.store
        .messages()
        .map((message) => (message as unknown as { messageId: string }).messageId)
    const before = ids()
    expect(before).toHaveLength(9)
    const parts = await bench.open(orders(''))
    await hash(parts)
    expect((await run(parts)).account).toMatchObject({ rows: 9, unchanged: 9 })
    const fresh = await bench.ready({
      'customerio.yml': projectFile.replace('main.customerio', 'main.other'),
      ...orders(''),
    })
    expect((await run(fresh)).account).toMatchObject({ delivered: 9 })
    // Customer.io has seen them all.
    expect(ids()).toEqual(before)
  })

  it('are not hashed where they are needed: of devices to delete, and of the outbox', async () => {
    const parts = await bench.ready({
      'customerio.yml': `${projectFile}outbox: {}\n`,
      'syncs/devices.yml': `sync: devices
source: { table: main.shop.people, key: [email, name], changes: diff }
send: { call: device, person: { email: email }, token: name, platform: { value: ios } }
on_delete: delete
`,
    })
    expect(parts.project.syncs.map(({ name }) => name).sort()).toEqual(['devices', 'outbox'])
    for (const sync of parts.project.syncs) {
      await expect(hashState(parts, sync, { by })).rejects.toMatchObject({
        code: 'AUDIT_KEY_NEEDED',
      })
    }
    expect(await bench.sql('SELECT * FROM main.customerio.acts')).toEqual([])
  })

  it('are not hashed between two windows of a backfill', async () => {
    const parts = await bench.ready(asTheyAre)
    await run(parts)
    bench.faults('customerio:POST /v1/batch:status=401,from=3')
    const [ending] = await backfill(parts, syncOf(parts), { by, filter: {}, windows: 4 })
    expect(ending?.kind).toBe('failed')
    bench.faults()
    await run(parts)
    await expect(hash(await bench.open(people))).rejects.toThrow(
      'a backfill of people → us is unfinished',
    )
  })

  it('that are hashed by hand are found where an old window is settled once more', async () => {
    await run(await bench.ready(asTheyAre))
    const parts = await bench.open(people)
    await hash(parts)
    await bench.sql(
      'DELETE FROM main.customerio.ledger WHERE message_key = (SELECT min(message_key) FROM main.customerio.ledger)',
    )
    const { settled } = await only(reconcile(parts, syncOf(parts), { by, enqueue: true }))
    expect(settled).toBe(1)
    expect(await ledger()).toHaveLength(10)
    for (const { identity } of await ledger()) {
      expect(identity).toMatch(/^\{"person_hash":"[0-9a-f]{64}"\}$/)
    }
  })

  it('are not hashed under an open window', async () => {
    const parts = await bench.ready(asTheyAre)
    bench.faults('customerio:POST /v1/batch:status=401')
    await expect(run(parts)).rejects.toThrow()
    bench.faults()
    await expect(hash(parts)).rejects.toThrow('run people first')
  })

  it('that are loaded late from an earlier window count for nothing: nobody is deleted by them', async () => {
    await run(
      await bench.ready({
        'syncs/people.yml': `${asTheyAre['syncs/people.yml']}on_delete: delete\n`,
      }),
    )
    const parts = await bench.open(deleting)
    await hash(parts)
    // A row that a stale process would leave behind.
    await bench.sql(
      `INSERT INTO main.customerio.ledger SELECT sync, destination, '["P5@example.com"]', status, reason, row_hash, mapping_hash,
        '{"person":"P5@example.com"}', message_id, window_id, decided_at, window_number, call, delivered_at FROM main.customerio.ledger LIMIT 1`,
    )
    expect((await run(parts)).account).toMatchObject({ rows: 10, unchanged: 10 })
    expect(bench.twin.store.person('P5@example.com')).toBeDefined()
    // And hashed once more, its key is there once.
    await hash(parts)
    await bench.sql("UPDATE main.shop.people SET name = 'new' WHERE email = 'P5@example.com'")
    expect((await run(parts)).account).toMatchObject({ rows: 10, delivered: 1, unchanged: 9 })
    expect(await ledger()).toHaveLength(10)
  })

  it('can be sent again whole once they are hashed', async () => {
    await run(await bench.ready(asTheyAre))
    const parts = await bench.open(people)
    await hash(parts)
    await bench.sql("UPDATE main.shop.people SET name = 'new'")
    await only(backfill(parts, syncOf(parts), { by, filter: {} }))
    expect(bench.twin.store.person('P9@example.com')?.traits).toMatchObject({ name: 'new' })
  })
})

describe('a key that is tagged as personal', () => {
  const tagged = (more = '') => ({
    'syncs/people.yml': `sync: people
source: { table: main.shop.tagged, key: ssn, changes: diff${more} }
send: { call: identify, person: { id: id }, traits: { name: name } }
`,
  })
  beforeEach(async () => {
    await bench.sql(
      "CREATE TABLE main.shop.tagged USING DELTA AS SELECT concat('s', id) AS id, concat('000-', id) AS ssn, 'n' AS name FROM range(3)",
      "ALTER TABLE main.shop.tagged ALTER COLUMN ssn SET TAGS ('pii' = 'ssn')",
    )
  })

  it('is hashed, and needs no leave to be kept', async () => {
    await run(await bench.ready(tagged()))
    expect(await texts()).not.toContain('000-')
  })

  it('needs leave to be kept as it is, which validate says too where rows are known so', async () => {
    const parts = await bench.ready(tagged(', audit_key: plain'))
    const kept =
      'ssn is tagged pii in Unity Catalog and would leave as it is, as the key, which the control tables keep'
    expect((await failureOf(run(parts))).message).toContain(kept)
    await bench.sql("ALTER TABLE main.shop.tagged ALTER COLUMN ssn UNSET TAGS ('pii')")
    await run(parts)
    await bench.sql("ALTER TABLE main.shop.tagged ALTER COLUMN ssn SET TAGS ('pii' = 'ssn')")
    const later = await bench.open(tagged())
    const [check] = await validateAgainstSources(later.warehouse, later.project)
    expect(check?.problems).toEqual([expect.stringContaining(kept)])
    expect(check?.problems[0]).toContain('customerio-jobs state hash people')
    expect((await failureOf(run(later))).message).toContain(kept)
    await hash(later)
    expect((await run(later)).account).toMatchObject({ unchanged: 3 })
  })
})
