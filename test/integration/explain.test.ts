import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  explainKey,
  explainPerson,
  exportPerson,
  hold,
  type KeyExplanation,
  keyText,
  personText,
  release,
  withoutPersonalData,
} from '../../src/ops/index.ts'
import type { Parts } from '../../src/sync/index.ts'
import { type Bench, failureOf, run, startBench, twoWorkspaces } from '../support/bench.ts'

const people = `sync: people
brakes: { max_delete_percent: 100, max_failed_percent: 100 }
source: { table: main.shop.people, key: id }
send:
  call: identify
  to: { by: region, routes: { US: us, EU: eu }, moved: keep_both }
  person: { id: id }
  traits: { email: mail, name: name, score: score, unsubscribed: opted_out }
on_delete: suppress
`
const visits = `sync: visits
source: { query: "SELECT * FROM main.shop.visits WHERE n < 100", key: [who, n], start: all }
send: { call: track, to: us, event: Visited, person: { email: who }, at: at, properties: { n: n } }
`

let bench: Bench
let parts: Parts
const explain = (sync: string, ...key: string[]) => {
  const found = parts.project.syncs.find(({ name }) => name === sync)
  if (found === undefined) throw new Error(`no sync ${sync}`)
  return explainKey(parts, found, key)
}
const at = ({ destinations }: KeyExplanation, name: string) => {
  const found = destinations.find(({ destination }) => destination === name)
  if (found === undefined) throw new Error(`not explained: ${name}`)
  return found
}
const codes = (one: { reasons: readonly { code: string }[] }) => one.reasons.map(({ code }) => code)

beforeAll(async () => {
  bench = await startBench()
  await bench.sql(
    'CREATE SCHEMA IF NOT EXISTS main.shop',
    `CREATE TABLE main.shop.people (id BIGINT, mail STRING, name STRING, score DOUBLE, opted_out BOOLEAN, region STRING)
USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')`,
    `INSERT INTO main.shop.people VALUES
(1, 'Ada@example.com', 'Ada', 1.5, TRUE, 'US'),
(2, 'bob@example.com', 'Bob', CAST('NaN' AS DOUBLE), FALSE, 'US'),
(3, 'cyd@example.com', 'Cyd', 3.0, FALSE, 'EU'),
(4, 'dan@example.com', 'Dan', 4.0, FALSE, 'US'),
(5, 'eve@example.com', 'Eve', 5.0, FALSE, 'US')`,
    `CREATE TABLE main.shop.visits USING DELTA AS SELECT 'ada@example.com' AS who, id AS n,
timestamp_millis(unix_millis(current_timestamp()) - id * 90 * 3600000) AS at FROM range(3)`,
  )
  parts = await bench.ready(
    { 'customerio.yml': twoWorkspaces, 'syncs/people.yml': people, 'syncs/visits.yml': visits },
    { environment: { CUSTOMERIO_JOBS_STARTED_BY: 'ann' } },
  )
}, 120_000)
afterAll(() => bench?.close())

describe('a key, explained', () => {
  it('before the first run is new here, and goes elsewhere there', async () => {
    const explained = await explain('people', '1')
    expect(explained).toMatchObject({
      key: '[1]',
      source: { table: 'main.shop.people', version: 1, rows: 1 },
    })
    expect(explained.source.change).toMatchObject({ kind: 'changed', change: 'insert', version: 1 })
    const us = at(explained, 'us')
    expect(us.next).toBe('send it: the key is new')
    expect(us.now?.fate?.message).toMatchObject({ type: 'identify', userId: '1' })
    expect(us.now?.fate?.message).not.toHaveProperty('messageId')
    expect(codes(us)).toEqual(['unsubscribed'])
    expect(at(explained, 'eu').next).toBe('nothing: the row goes to us')
    expect(codes(at(explained, 'eu'))).toEqual(['routed_elsewhere'])
  })

  it('after a run has its outcome, the exchange of its batch, and is equal', async () => {
    const { windowId } = await run(parts, 'us', { sync: 'people' })
    const us = at(await explain('people', '1'), 'us')
    expect(us).toMatchObject({
      next: 'leave it as it is: it is equal to what was delivered',
      ledger: { status: 'delivered', windowId, identity: '1' },
      isOlderMapping: false,
      outcomes: [{ status: 'delivered', windowId, sends: 1, exchanges: [{ status: 200 }] }],
    })
    expect(codes(us)).toEqual(['unsubscribed', 'accepted'])
  })

  it('that makes no message is held, with the column that is to blame', async () => {
    const us = at(await explain('people', '2'), 'us')
    expect(us).toMatchObject({
      next: 'hold it back: the same payload was refused already (value_not_finite)',
      outcomes: [{ status: 'invalid', text: expect.stringContaining('score'), sends: 0 }],
    })
    expect(codes(us)).toEqual(['value_not_finite', 'refused_before'])
  })

  it('that changed says when, and that it would go', async () => {
    await bench.sql("UPDATE main.shop.people SET name = 'Ada L' WHERE id = 1")
    const explained = await explain('people', '[1]')
    expect(explained.source.change).toMatchObject({ change: 'update', version: 2 })
    expect(at(explained, 'us').next).toBe('send it: it differs from what was sent last')
  })

  it('may wait where a run sends so many rows at most', async () => {
    const sync = parts.project.syncs.find(({ name }) => name === 'people')
    const limited = { ...parts, project: { ...parts.project, limit: 1000 } }
    const [us] = (await explainKey(limited, sync as never, ['1'])).destinations.filter(
      ({ destination }) => destination === 'us',
    )
    expect(us?.reasons).toContainEqual({
      code: 'limited',
      text: 'a run sends 1,000 rows at most, as the target says: this one may wait for a later run',
    })
    expect(codes(at(await explain('people', '1'), 'us'))).not.toContain('limited')
  })

  it('that is gone would be taken away, and is then held as suppressed when it comes back', async () => {
    await bench.sql('DELETE FROM main.shop.people WHERE id = 4')
    const gone = await explain('people', '4')
    expect(gone.source).toMatchObject({ rows: 0, change: { change: 'delete' } })
    expect(at(gone, 'us').next).toMatch(/^suppress the person/)
    expect(at(gone, 'us').now?.fate?.message).toMatchObject({ event: 'User Suppressed' })
    await run(parts, 'us', { sync: 'people' })
    expect(at(await explain('people', '4'), 'us').next).toBe(
      'nothing: it was taken away, and no row has the key',
    )
    await bench.sql(
      "INSERT INTO main.shop.people VALUES (4, 'dan@example.com', 'Dan', 4.0, FALSE, 'US')",
    )
    const back = at(await explain('people', '4'), 'us')
    expect(back.next).toBe('hold it back: its person is suppressed')
    expect(codes(back)).toContain('suppressed')
  })

  it('that several rows have says so', async () => {
    await bench.sql("INSERT INTO main.shop.people VALUES (5, 'x', 'Twice', 0.0, FALSE, 'US')")
    const us = at(await explain('people', '5'), 'us')
    expect(us.next).toContain('duplicate_key')
    expect(codes(us)).toContain('duplicate_key')
  })

  it('is looked up in a query without a snapshot, and an old event starts no campaign', async () => {
    const before = await explain('visits', 'ada@example.com', '1')
    expect(before.source).toMatchObject({ rows: 1, change: { kind: 'unknown' } })
    expect(before.source).not.toHaveProperty('version')
    expect(at(before, 'us').next).toBe('send it: the key is new')
    expect(codes(at(before, 'us'))).toEqual(['older_than_72h'])
    expect(codes(at(await explain('visits', 'ada@example.com', '0'), 'us'))).toEqual([])
    await run(parts, 'us', { sync: 'visits' })
    const us = at(await explain('visits', 'ada@example.com', '1'), 'us')
    expect(us.next).toContain('an event goes once')
    expect(codes(us)).toEqual(['older_than_72h', 'accepted'])
    const tables = await bench.sql('SHOW TABLES IN main.customerio')
    expect(JSON.stringify(tables)).not.toContain('snapshot')
  })

  it('whose change a cursor does not see is not looked at, and says so', async () => {
    const late = await bench.ready({
      'syncs/late.yml': `sync: late
brakes: { first_run: allow }
source: { query: "SELECT * FROM main.shop.late", key: id, changes: { cursor: loaded } }
send: { call: identify, to: us, person: { id: id }, traits: { name: name } }
`,
    })
    await bench.sql(
      'CREATE TABLE main.shop.late USING DELTA AS SELECT id, id AS loaded, CAST(id AS STRING) AS name FROM range(10, 15)',
    )
    await run(late)
    await bench.sql("UPDATE main.shop.late SET name = 'x' WHERE id IN (12, 14)")
    const [sync] = late.project.syncs
    const unseen = at(await explainKey(late, sync as never, ['12']), 'us')
    expect(unseen.next).toBe(
      'nothing: the next run does not look at it (its loaded lies before where that goes on); one that does would send it: it differs from what was sent last',
    )
    expect(codes(unseen)).toContain('not_looked_at')
    expect(at(await explainKey(late, sync as never, ['14']), 'us').next).toMatch(/^send it/)
  })

  it('is held while its sync is', async () => {
    await hold(parts, 'people', 'wrong prices')
    expect(codes(at(await explain('people', '1'), 'us'))).toContain('held')
    await release(parts, 'people')
  })

  it('is refused when it is no key, without saying what was given', async () => {
    expect(await failureOf(explain('people', 'secret'))).toMatchObject({
      code: 'KEY_INVALID',
      message: expect.not.stringContaining('secret'),
    })
    expect(await failureOf(explain('visits', '1'))).toMatchObject({ code: 'KEY_INVALID' })
  })

  it('under a mapping that cannot be made says why a run would fail, and what is known', async () => {
    const broken = await bench.open({
      'customerio.yml': twoWorkspaces,
      'syncs/people.yml': people.replace('name: name', 'name: nom'),
    })
    const [sync] = broken.project.syncs
    const us = at(await explainKey(broken, sync as never, ['1']), 'us')
    expect(us).toMatchObject({
      next: 'a run would fail (CONFIG_INVALID)',
      ledger: { status: 'delivered' },
    })
    expect(codes(us)).toContain('run_fails')
  })

  it('is printed without a key, a value or a person where those are hidden', async () => {
    const explained = await explain('people', '1')
    const shown = `${keyText(explained, { withValues: false }).join('\n')}${JSON.stringify(withoutPersonalData(explained))}`
    expect(shown).not.toMatch(/ada|\[1\]|"userId":"1"|unsubscribed:/i)
    expect(shown).toContain('it is equal')
    expect(keyText(explained, { withValues: true }).join('\n')).toContain('"userId": "1"')
  })
})

describe('a person, explained', () => {
  it('by e-mail in any case is found in every sync, with the id that rows name beside it', async () => {
    const explained = await explainPerson(parts, 'ADA@example.com')
    expect(explained).toMatchObject({
      values: ['ADA@example.com', '1'],
      hasOtherCase: true,
      syncs: [
        { sync: 'people', destination: 'us', rows: 1, known: 1 },
        { sync: 'visits', destination: 'us', rows: 3, known: 3 },
      ],
    })
    expect(explained.timeline.map(({ sync }) => sync).sort()).toEqual([
      'people',
      'people',
      'visits',
      'visits',
      'visits',
    ])
    const hidden = `${personText(explained, { withValues: false }).join('\n')}${JSON.stringify(withoutPersonalData(explained))}`
    expect(hidden).not.toMatch(/ada/i)
    expect(hidden).toContain('people → us: 1 row now, 1 key in the ledger')
    expect(personText(explained, { withValues: true }).join('\n')).toContain('also')
  })

  it('whose e-mail address rows give to somebody else too is told what Customer.io does then', async () => {
    await bench.sql(
      "INSERT INTO main.shop.people VALUES (99, 'ada@example.com', 'Ada', 1.5, TRUE, 'US')",
    )
    const shared = await explainPerson(parts, 'ada@example.com')
    await bench.sql('DELETE FROM main.shop.people WHERE id = 99')
    expect(shared.sharedBy).toBe(2)
    expect(personText(shared, { withValues: false }).join('\n')).toContain(
      'Attribute Update Failure',
    )
    expect(await explainPerson(parts, 'ada@example.com')).not.toHaveProperty('sharedBy')
  })

  it('by id is found without the rows of others, and one who is not there is nobody', async () => {
    const { syncs } = await explainPerson(parts, '1')
    expect(syncs.map(({ sync }) => sync)).toEqual(['people', 'visits'])
    const nobody = await explainPerson(parts, 'nobody@example.com')
    expect(nobody).toMatchObject({ syncs: [], timeline: [] })
    expect(personText(nobody, { withValues: false }).join('\n')).toContain('Nothing is known')
  })

  it('is exported to a file of its owner alone, never over another one, and as an act without a name', async () => {
    const file = join(bench.folder, 'ada.json')
    const by = { who: 'ann', why: 'request 7 of ada@example.com' }
    const written = await exportPerson(parts, 'ada@example.com', file, by)
    expect(written).toMatchObject({ rows: 4, keys: 4, outcomes: 5, failures: [] })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const content = JSON.parse(readFileSync(file, 'utf8'))
    expect(content.person).toEqual(['ada@example.com', '1'])
    expect(content.sources[0].rows).toEqual([
      {
        key: '[1]',
        destination: 'us',
        columns: { id: 1, mail: 'Ada@example.com', name: 'Ada L', score: 1.5, opted_out: true },
      },
    ])
    expect(content.outcomes[0]).toHaveProperty('payload')
    expect(await failureOf(exportPerson(parts, 'x', file, by))).toMatchObject({
      code: 'EXPORT_UNWRITABLE',
    })
    const acts = await bench.sql("SELECT * FROM main.customerio.acts WHERE act = 'export'")
    expect(acts).toHaveLength(1)
    expect(JSON.stringify(acts)).not.toMatch(/ada/i)
  })

  it('leaves no file behind when the export fails', async () => {
    const file = join(bench.folder, 'nobody.json')
    await failureOf(exportPerson(parts, ' ', file, { who: 'ann' }))
    expect(existsSync(file)).toBe(false)
  })
})
