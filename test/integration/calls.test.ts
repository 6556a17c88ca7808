import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bench, run, startBench } from '../support/bench.ts'

let bench: Bench
beforeAll(async () => {
  bench = await startBench()
  await bench.sql('CREATE SCHEMA IF NOT EXISTS main.crm')
})
afterAll(async () => {
  await bench?.close()
})

const project = `vars: { catalog: main, control: main.customerio }
destinations: { us: { region: us, key: secret://customerio/us } }
object_types: { company: 2 }
`

interface More {
  readonly key?: string
  readonly start?: string
  readonly onDelete?: string
}

/** A project of one sync over a table of its name with these rows; all of them share control tables and workspace. */
async function sync(name: string, send: string, rows: string, more: More = {}) {
  const { key = 'k', start, onDelete } = more
  await bench.sql(`CREATE OR REPLACE TABLE main.crm.${name} AS SELECT * FROM VALUES ${rows}`)
  const file = `sync: ${name}
source: { table: main.crm.${name}, key: ${key}${start === undefined ? '' : `, start: ${start}`} }
${onDelete === undefined ? '' : `on_delete: ${onDelete}`}
brakes: { max_delete_percent: 100, empty_source: allow }
send: { ${send} }
`
  return bench.ready({ 'customerio.yml': project, [`syncs/${name}.yml`]: file })
}

describe('a sync file with the call', () => {
  it('object makes objects, deletes what is gone, and never touches people', async () => {
    const send =
      'call: object, type: company, object: k, nulls: clear, columns: { all: true, except: [k] }'
    const parts = await sync(
      'companies',
      send,
      "('acme', 'Acme', 5), ('beta', NULL, 7) AS t(k, name, seats)",
      { onDelete: 'delete' },
    )
    expect((await run(parts)).account).toMatchObject({ rows: 2, delivered: 2, pending: 0 })
    const byId = bench.twin.store.objects('us').sort((a, b) => (a.objectId < b.objectId ? -1 : 1))
    expect(byId).toMatchObject([
      { objectTypeId: '2', objectId: 'acme', attributes: { name: 'Acme', seats: 5 } },
      { objectTypeId: '2', objectId: 'beta', attributes: { seats: 7 } },
    ])
    await bench.sql("DELETE FROM main.crm.companies WHERE k = 'beta'")
    expect((await run(parts)).account).toMatchObject({ rows: 2, delivered: 1, unchanged: 1 })
    expect(bench.twin.store.objects('us').map(({ objectId }) => objectId)).toEqual(['acme'])
    expect(bench.twin.store.people('us')).toEqual([])
  })

  it('object with on_delete: clear takes its attributes away and leaves the object', async () => {
    const parts = await sync(
      'shops',
      'call: object, type: 2, object: k, traits: { city: city }',
      "('s1', 'Oslo'), ('s2', 'Rome') AS t(k, city)",
      { onDelete: 'clear' },
    )
    await run(parts)
    await bench.sql("DELETE FROM main.crm.shops WHERE k = 's1'")
    expect((await run(parts)).account).toMatchObject({ delivered: 1 })
    expect(bench.twin.store.objects('us').find(({ objectId }) => objectId === 's1')).toMatchObject({
      attributes: {},
    })
  })

  it('relationship relates a person to an object, and relationship_delete parts them', async () => {
    const rows = "('1', 'p1', 'acme', 'owner') AS t(k, person, company, role)"
    const related = await sync(
      'members',
      'call: relationship, type: company, object: company, person: { id: person }, attributes: { role: role }',
      rows,
    )
    expect((await run(related)).account).toMatchObject({ delivered: 1 })
    expect(bench.twin.store.relationships('us')).toMatchObject([
      { person: 'p1', objectTypeId: '2', objectId: 'acme', attributes: { role: 'owner' } },
    ])
    const parted = await sync(
      'leavers',
      'call: relationship_delete, type: company, object: company, person: { id: person }, irreversible: accepted',
      rows,
    )
    expect((await run(parted)).account).toMatchObject({ delivered: 1 })
    expect(bench.twin.store.relationships('us')).toEqual([])
    // A second look finds it done.
    expect((await run(parted)).account).toMatchObject({ delivered: 0, pending: 0 })
  })

  it('device registers devices and deletes those that are gone by the token of their key', async () => {
    const parts = await sync(
      'devices',
      'call: device, person: { id: person }, token: token, platform: os, at: seen, attributes: { app: app }',
      "('p1', 't1', 'ios', TIMESTAMP '2026-01-01 00:00:00', '2.1'), ('p1', 't\"2', 'android', TIMESTAMP '2026-01-02 00:00:00', '2.2'), ('p1', 't3', 'web', NULL, '1') AS t(person, token, os, seen, app)",
      { key: '[person, token]', onDelete: 'delete' },
    )
    expect((await run(parts)).account).toMatchObject({ rows: 3, delivered: 2, invalid: 1 })
    expect(bench.twin.store.devices('us').map(({ token, platform }) => [token, platform])).toEqual([
      ['t1', 'ios'],
      ['t"2', 'android'],
    ])
    await bench.sql("DELETE FROM main.crm.devices WHERE os = 'android'")
    expect((await run(parts)).account).toMatchObject({ rows: 3, delivered: 1 })
    expect(bench.twin.store.devices('us').map(({ token }) => token)).toEqual(['t1'])
    const sent = await bench.sql(
      "SELECT call, event, count(*) AS n FROM main.customerio.outcomes WHERE sync = 'devices' AND status = 'delivered' GROUP BY ALL ORDER BY call",
    )
    expect(sent).toEqual([
      { call: 'delete', event: 'Device Deleted', n: 1 },
      { call: 'device', event: 'Device Created or Updated', n: 2 },
    ])
  })

  it('device_delete deletes devices by hand', async () => {
    const parts = await sync(
      'lost',
      'call: device_delete, person: { id: person }, token: token, irreversible: accepted',
      "('1', 'p1', 't1') AS t(k, person, token)",
    )
    expect((await run(parts)).account).toMatchObject({ delivered: 1 })
    expect(bench.twin.store.devices('us')).toEqual([])
  })

  it('page and screen record what was looked at, once per key', async () => {
    const rows =
      "(1, 'p1', NULL, 'Home', TIMESTAMP '2026-01-01 00:00:00', 'https://example.com/'), (2, NULL, 'anon', 'Prices', TIMESTAMP '2026-01-01 00:00:01', 'https://example.com/p') AS t(k, person, visitor, title, at, url)"
    for (const call of ['page', 'screen']) {
      const parts = await sync(
        `${call}s`,
        `call: ${call}, person: { id: person, anonymous_id: visitor }, name: { column: title }, at: at, properties: { url: url }`,
        rows,
        { start: 'all' },
      )
      expect((await run(parts)).account).toMatchObject({ rows: 2, delivered: 2 })
      await bench.sql(`UPDATE main.crm.${call}s SET title = 'Start' WHERE k = 1`)
      expect((await run(parts)).account).toMatchObject({ delivered: 0, pending: 0 })
    }
    const seen = bench.twin.store
      .events({ region: 'us' })
      .map(({ type, name, person, anonymousId }) => [type, name, person ?? anonymousId])
    expect(seen.sort()).toEqual([
      ['page', 'Home', 'p1'],
      ['page', 'Prices', 'anon'],
      ['screen', 'Home', 'p1'],
      ['screen', 'Prices', 'anon'],
    ])
  })

  it('alias merges people, one after the other, in the order of their time', async () => {
    const people = await sync(
      'many',
      'call: identify, person: { id: k }, traits: { seen: k }',
      "('a'), ('b'), ('c') AS t(k)",
    )
    await run(people)
    // b goes up in a, then a (with b in it) in c.
    const parts = await sync(
      'merges',
      'call: alias, keep: { id: kept }, merge: { id: merged }, at: at, irreversible: accepted',
      "(1, 'c', 'a', TIMESTAMP '2026-01-02 00:00:00'), (2, 'a', 'b', TIMESTAMP '2026-01-01 00:00:00') AS t(k, kept, merged, at)",
    )
    expect((await run(parts)).account).toMatchObject({ delivered: 2 })
    const ids = bench.twin.store.people('us').map(({ id }) => id)
    expect(ids).toContain('c')
    expect(ids).not.toContain('a')
    expect(ids).not.toContain('b')
  })

  it('person_suppress, person_unsuppress and person_delete act on people, each row once', async () => {
    const suppress = await sync(
      'blocked',
      'call: person_suppress, person: { id: k }, irreversible: accepted',
      "('c') AS t(k)",
    )
    expect((await run(suppress)).account).toMatchObject({ delivered: 1 })
    expect(bench.twin.store.suppressions('us').map(({ identifier }) => identifier)).toEqual(['c'])
    expect((await run(suppress)).account).toMatchObject({ delivered: 0, pending: 0 })
    const free = await sync(
      'freed',
      'call: person_unsuppress, person: { id: k }, irreversible: accepted',
      "('c') AS t(k)",
    )
    await run(free)
    expect(bench.twin.store.suppressions('us')).toEqual([])
    const back = await sync(
      'back',
      'call: identify, person: { id: k }, traits: { x: k }',
      "('c') AS t(k)",
    )
    await run(back)
    expect(bench.twin.store.person('c')).toBeDefined()
    const gone = await sync(
      'gone',
      'call: person_delete, person: { id: k }, irreversible: accepted',
      "('c') AS t(k)",
    )
    expect((await run(gone)).account).toMatchObject({ delivered: 1 })
    expect(bench.twin.store.person('c')).toBeUndefined()
    expect((await run(gone)).account).toMatchObject({ delivered: 0, pending: 0 })
  })

  it('object_delete deletes objects', async () => {
    const parts = await sync(
      'closed',
      'call: object_delete, type: company, object: k, irreversible: accepted',
      "('acme'), ('nobody') AS t(k)",
    )
    expect((await run(parts)).account).toMatchObject({ delivered: 2 })
    expect(bench.twin.store.objects('us').map(({ objectId }) => objectId)).not.toContain('acme')
  })
})

it('an event that was refused for want of a time goes once its time is mended', async () => {
  const send = 'call: track, event: Paid, person: { id: k }, at: at'
  const rows = "('q', TIMESTAMP '2026-01-01 00:00:00'), ('r', CAST(NULL AS TIMESTAMP)) AS t(k, at)"
  const parts = await sync('mended', send, rows, { start: 'all' })
  expect((await run(parts)).account).toMatchObject({ delivered: 1, invalid: 1 })
  await bench.sql("UPDATE main.crm.mended SET at = TIMESTAMP '2026-01-02 00:00:00'")
  expect((await run(parts)).account).toMatchObject({ delivered: 1, held: 0, pending: 0 })
})

it('a sync whose file says another call than what it was sent by stops', async () => {
  const send = 'call: identify, person: { id: k }, traits: { x: k }'
  await run(await sync('turned', send, "('z') AS t(k)"))
  const turned = await sync(
    'turned',
    'call: person_delete, person: { id: k }, irreversible: accepted',
    "('z') AS t(k)",
  )
  await expect(run(turned)).rejects.toMatchObject({ code: 'CALL_CHANGED' })
})
