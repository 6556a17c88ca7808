import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, run, startBench } from '../support/bench.ts'

const project = (outbox: string) => `vars: { catalog: main, control: main.customerio }
destinations: { us: { region: us, key: secret://customerio/us } }
object_types: { company: 2 }
outbox: ${outbox}
`

let bench: Bench
let parts: Parts
beforeAll(async () => {
  bench = await startBench()
  parts = await bench.ready({ 'customerio.yml': project('{ irreversible: accepted }') })
})
afterAll(async () => {
  await bench?.close()
})

let asked = 0
/** Inserts rows as a notebook would, in this order, a second apart; returns their ids. */
async function ask(
  ...rows: readonly (readonly [call: string, person: string | null, payload?: object])[]
) {
  const quoted = (text: string | null) =>
    text === null ? 'NULL' : `'${text.replaceAll("'", "\\'")}'`
  const values = rows.map(([call, person, payload]) => {
    asked++
    const at = `timestamp_seconds(${1_700_000_000 + asked})`
    const json = payload === undefined ? null : JSON.stringify(payload)
    return `('r${asked}', '${call}', ${quoted(person)}, ${quoted(json)}, 'a notebook', ${at})`
  })
  await bench.sql(
    `INSERT INTO main.customerio.outbox (id, call, person, payload, requested_by, requested_at) VALUES ${values.join(', ')}`,
  )
}

describe('the outbox', () => {
  it('makes every call that a notebook inserts, once, in the order it was asked for', async () => {
    await ask(
      ['identify', 'p1', { traits: { city: "L'Aquila" } }],
      ['identify', 'old', { traits: { plan: 'pro' } }],
      ['track', 'p1', { event: 'Order Completed', properties: { total: 12.5 } }],
      ['page', null, { name: 'Prices', anonymous_id: 'v1' }],
      ['screen', 'p1', { name: 'Home' }],
      ['object', null, { type: 'company', object: 'acme', traits: { name: 'Acme' } }],
      ['relationship', 'p1', { type: 2, object: 'acme', attributes: { role: 'owner' } }],
      ['device', 'p1', { token: 't1', platform: 'ios' }],
      ['alias', 'p1', { merge: 'old' }],
      ['delivery_report', null, { delivery_id: 'd1', metric: 'opened' }],
    )
    const report = await run(parts, 'us', { sync: 'outbox' })
    expect(report.account).toMatchObject({ rows: 10, delivered: 10, pending: 0 })
    const { store } = bench.twin
    expect(store.people('us').map(({ id }) => id)).toEqual(['p1'])
    expect(store.person('p1')?.traits).toMatchObject({ city: "L'Aquila", plan: 'pro' })
    expect(
      store
        .events({ region: 'us' })
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['Home', 'Order Completed', 'Prices'])
    expect(store.events({ region: 'us' }).find(({ name }) => name === 'Home')?.time).toBe(
      '2023-11-14T22:13:25.000Z',
    )
    expect(store.relationships('us')).toMatchObject([
      { person: 'p1', objectId: 'acme', objectTypeId: '2' },
    ])
    expect(store.devices('us')).toMatchObject([{ token: 't1' }])
    expect(store.reports('us')).toHaveLength(1)
    expect((await run(parts, 'us', { sync: 'outbox' })).sent.delivered).toBe(0)
  })

  it('writes down each call under its own name', async () => {
    expect(
      await bench.sql(
        "SELECT call, event FROM main.customerio.outcomes WHERE sync = 'outbox' AND status = 'delivered' ORDER BY message_id",
      ),
    ).toEqual([
      { call: 'identify', event: null },
      { call: 'identify', event: null },
      { call: 'track', event: 'Order Completed' },
      { call: 'page', event: null },
      { call: 'screen', event: null },
      { call: 'object', event: null },
      { call: 'relationship', event: null },
      { call: 'device', event: 'Device Created or Updated' },
      { call: 'alias', event: null },
      { call: 'delivery_report', event: 'Report Delivery Event' },
    ])
  })

  it('undoes what it did', async () => {
    await ask(
      ['device_delete', 'p1', { token: 't1' }],
      ['relationship_delete', 'p1', { type: 'company', object: 'acme' }],
      ['object_delete', null, { type: 'company', object: 'acme' }],
      ['person_suppress', 'p1'],
    )
    expect((await run(parts, 'us', { sync: 'outbox' })).account).toMatchObject({ delivered: 4 })
    const { store } = bench.twin
    expect([store.devices('us'), store.objects('us'), store.people('us')]).toEqual([[], [], []])
    await ask(['person_unsuppress', 'p1'], ['identify', 'p1', {}], ['person_delete', 'p1'])
    await run(parts, 'us', { sync: 'outbox' })
    expect([store.suppressions('us'), store.people('us')]).toEqual([[], []])
  })

  it('counts what makes no message as invalid, says why without a value, and sends the rest', async () => {
    await ask(
      ['identfy', 'p2', {}],
      ['identify', 'p2', { trais: { secret: 'hush' } }],
      ['identify', null, { traits: { a: 1 } }],
      ['track', 'p2', { event: 'User Deleted' }],
      ['track', 'p2', { event: 'Order Completed', properties: { total: 'hush' } }],
      ['object', null, { type: 'compny', object: 'x' }],
      ['identify', 'p2', { traits: { bio: 'x'.repeat(1001) } }],
      ['identify', 'p2', { traits: { fine: true } }],
    )
    await bench.sql(
      "INSERT INTO main.customerio.outbox (id, call, person, payload) VALUES ('broken', 'identify', 'p2', '{')",
    )
    const { account } = await run(parts, 'us', { sync: 'outbox' })
    expect(account).toMatchObject({ rows: 9, delivered: 1, invalid: 8, pending: 0 })
    const reasons = await bench.sql(
      "SELECT reason, reason_text FROM main.customerio.dead_letters WHERE sync = 'outbox' ORDER BY message_key",
    )
    expect(reasons.map(({ reason }) => reason).sort()).toEqual([
      'call_unknown',
      'payload_invalid',
      'payload_invalid',
      'payload_invalid',
      'payload_invalid',
      'payload_invalid',
      'value_not_fitting',
      'value_not_json',
    ])
    expect(JSON.stringify(reasons)).not.toContain('hush')
  })

  it('lets nothing through that cannot be taken back, unless the project says so', async () => {
    const careful = await bench.ready({
      'customerio.yml': project('{}').replaceAll('main.customerio', 'main.careful'),
    })
    await bench.sql(
      "INSERT INTO main.careful.outbox (id, call, person) VALUES ('1', 'person_delete', 'p2')",
    )
    expect((await run(careful, 'us', { sync: 'outbox' })).account).toMatchObject({ invalid: 1 })
    expect(bench.twin.store.person('p2')).toBeDefined()
  })

  it('goes by the column destination where there are several', async () => {
    const two = `vars: { catalog: main, control: main.two }
destinations: { us: { region: us, key: secret://customerio/us }, eu: { region: eu, key: secret://customerio/eu } }
outbox: {}
`
    const both = await bench.ready({ 'customerio.yml': two })
    await bench.sql(
      "INSERT INTO main.two.outbox (id, destination, call, person) VALUES ('1', 'us', 'identify', 'a'), ('2', 'eu', 'identify', 'b'), ('3', NULL, 'identify', 'c')",
    )
    expect((await run(both, 'us')).account).toMatchObject({ rows: 2, delivered: 1, invalid: 1 })
    expect((await run(both, 'eu')).account).toMatchObject({ rows: 1, delivered: 1 })
    expect(bench.twin.store.person('b', 'eu')).toBeDefined()
  })
})
