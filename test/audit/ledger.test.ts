import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  controlStatements,
  type Ledger,
  ledgerIn,
  windowIdOf,
  windowsIn,
} from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'

const statuses = ['delivered', 'invalid', 'rejected', 'undelivered'] as const

/** An outcome as a test states it; what is left out is of no account. */
interface Fate {
  readonly key: string
  readonly status?: (typeof statuses)[number]
  readonly person?: string
  readonly at?: number
  readonly id?: string
  readonly call?: string
  readonly hash?: string
}

let control: DuckControl
let ledger: Ledger

async function open(): Promise<void> {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  ledger = ledgerIn(control, 'main.customerio')
}
beforeEach(open)
afterEach(() => control.close())

/** Writes a window down with its outcomes and gives its id. */
async function window(number: number, fates: readonly Fate[], mappingHash = 'm1') {
  const { windowId } = await windowsIn(control, 'main.customerio').open({
    sync: 'customers',
    destination: 'eu',
    number,
    kind: 'sync',
    pin: '{}',
    mapping: '{}',
    mappingHash,
    counts: {
      rows: fates.length,
      nullKeys: 0,
      duplicateKeys: 0,
      noRoute: 0,
      unchanged: 0,
      held: 0,
      ignored: 0,
    },
    runId: `run-${number}`,
    openedAt: new Date(0),
  })
  await outcomes(number, fates)
  return windowId
}

async function outcomes(number: number, fates: readonly Fate[]) {
  for (const { key, status = 'delivered', person, at = number, id = key, call, hash } of fates) {
    await control.execute(
      `INSERT INTO \`main\`.\`customerio\`.\`outcome_log\` BY NAME SELECT :window_id AS window_id, 'customers' AS sync,
       'eu' AS destination, :key AS message_key, CAST(:person AS VARCHAR) AS person, :id AS message_id, CAST(:hash AS VARCHAR) AS row_hash, :call AS call,
       :status AS status, 1 AS attempt, 1 AS send_attempt, make_timestamp(CAST(:at AS BIGINT) * 1000000) AS sent_at,
       CASE WHEN :status = 'delivered' THEN NULL ELSE 'why' END AS reason, 'r' AS run_id, 'p' AS part`,
      {
        window_id: windowIdOf('customers', 'eu', number),
        key,
        person: person ?? null,
        hash: hash ?? null,
        id: `${number}-${id}`,
        call: call ?? 'identify',
        status,
        at,
      },
    )
  }
}

const rows = async () =>
  await control.query(
    'SELECT *, epoch(`decided_at`) AS decided, epoch(`delivered_at`) AS delivered FROM `main`.`customerio`.`ledger` ORDER BY `message_key`',
  )

describe('settling a window', () => {
  it('writes one row per key, with everything a later window asks for', async () => {
    await ledger.settle(
      await window(3, [
        { key: '[1]', person: 'a "quoted" one', at: 30 },
        { key: '[2]', status: 'rejected', person: 'p2', at: 31 },
        { key: '[3]', status: 'invalid', at: 32 },
        { key: '[4]', status: 'undelivered', person: 'p4', call: 'delete', at: 33 },
      ]),
    )
    const common = { sync: 'customers', destination: 'eu', mapping_hash: 'm1', window_number: 3 }
    expect(await rows()).toMatchObject([
      {
        ...common,
        window_id: 'customers.eu.000003',
        message_key: '[1]',
        status: 'delivered',
        reason: null,
        identity: '{"person":"a \\"quoted\\" one"}',
        message_id: '3-[1]',
        call: 'identify',
        row_hash: null,
        decided: 30,
        delivered: 30,
      },
      {
        ...common,
        status: 'rejected',
        reason: 'why',
        identity: '{"person":"p2"}',
        delivered: null,
      },
      { ...common, status: 'invalid', identity: null, decided: 32, delivered: null },
      { ...common, status: 'undelivered', call: 'delete', delivered: null },
    ])
    expect(await ledger.counts('customers', 'eu')).toEqual({
      delivered: 1,
      invalid: 1,
      rejected: 1,
      undelivered: 1,
      adopted: 0,
    })
    expect(await ledger.counts('customers', 'us')).toMatchObject({ delivered: 0 })
  })

  it('has the hash of the row that the outcome was decided on', async () => {
    await ledger.settle(
      await window(1, [
        { key: '[1]', hash: 'h1' },
        { key: '[2]', hash: 'h2', status: 'invalid' },
        { key: '[3]' },
      ]),
    )
    expect((await rows()).map(({ row_hash }) => row_hash)).toEqual(['h1', 'h2', null])
  })

  it.each(['clear', 'delete', 'suppress'])(
    'keeps the mapping, but not the hash, of a key that %s took away',
    async (call) => {
      const sent = { key: '[1]', person: 'p1', hash: 'h1' }
      await ledger.settle(await window(1, [sent]))
      await ledger.settle(await window(2, [{ key: '[1]', person: 'p1', call }], 'm2'))
      expect(await rows()).toMatchObject([
        { status: 'delivered', call, mapping_hash: 'm1', row_hash: null, window_number: 2 },
      ])
      await ledger.settle(await window(3, [sent], 'm2'))
      expect(await rows()).toMatchObject([
        { call: 'identify', mapping_hash: 'm2', row_hash: 'h1', window_number: 3 },
      ])
    },
  )

  it('can be repeated, and brings in what was loaded since', async () => {
    const windowId = await window(1, [{ key: '[1]' }, { key: '[2]', status: 'undelivered' }])
    await ledger.settle(windowId)
    const once = await rows()
    await ledger.settle(windowId)
    expect(await rows()).toEqual(once)
    await outcomes(1, [{ key: '[2]', at: 9 }])
    await ledger.settle(windowId)
    expect(await rows()).toMatchObject([once[0], { status: 'delivered', reason: null, decided: 9 }])
  })

  it('takes the newest of several messages of a key', async () => {
    await ledger.settle(
      await window(1, [
        { key: '[1]', id: 'x', at: 5 },
        { key: '[1]', id: 'y', at: 7, status: 'rejected' },
        { key: '[1]', id: 'z', at: 6 },
      ]),
    )
    expect(await rows()).toMatchObject([{ message_id: '1-y', status: 'rejected' }])
  })

  it('never puts a lower window over a higher one, whenever it comes', async () => {
    const first = await window(1, [
      { key: '[1]', at: 50 },
      { key: '[2]', at: 50 },
    ])
    await ledger.settle(await window(2, [{ key: '[1]', status: 'rejected', at: 20 }], 'm2'))
    await ledger.settle(first)
    expect(await rows()).toMatchObject([
      { status: 'rejected', window_number: 2, mapping_hash: 'm2' },
      { status: 'delivered', window_number: 1, mapping_hash: 'm1' },
    ])
  })

  it('remembers whom a key is about, and that it was delivered, when a later row makes no message', async () => {
    await ledger.settle(await window(1, [{ key: '[1]', person: 'p1', at: 10 }]))
    await ledger.settle(await window(2, [{ key: '[1]', status: 'invalid', at: 20 }]))
    expect(await rows()).toMatchObject([
      { status: 'invalid', identity: '{"person":"p1"}', decided: 20, delivered: 10 },
    ])
  })
})

it('whatever the order and number of settlements, a key has the newest outcome of its highest window', async () => {
  const fate = fc.record({
    key: fc.constantFrom('[1]', '[2]', '[3]'),
    status: fc.constantFrom(...statuses),
    at: fc.integer({ min: 1, max: 1000 }),
    id: fc.constantFrom('a', 'b'),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fate, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      async (windows, picks) => {
        await control.close()
        await open()
        const ids: string[] = []
        // The log says what the view makes of a message: delivered first, then the latest. Times are all different.
        let tick = 0
        const written = windows.map((fates) => fates.map((one) => ({ ...one, at: ++tick })))
        for (const [i, fates] of written.entries()) ids.push(await window(i + 1, fates))
        const order = [...ids, ...ids].sort(() => ((picks.next().value ?? 0) % 2) - 0.5)
        for (const id of order) await ledger.settle(id)

        const expected = new Map<string, string>()
        for (const [i, fates] of written.entries()) {
          const messages = new Map<string, (typeof fates)[number]>()
          for (const one of fates) {
            const before = messages.get(one.id)
            if (before?.status === 'delivered' && one.status !== 'delivered') continue
            messages.set(one.id, one)
          }
          const byAge = [...messages.values()].sort((a, b) => a.at - b.at)
          for (const { key, status, id } of byAge) expected.set(key, `${status} ${i + 1}-${id}`)
        }
        const found = (await rows()).map(
          (row) => [String(row.message_key), `${row.status} ${row.message_id}`] as const,
        )
        expect(new Map(found)).toEqual(expected)
        expect(found).toHaveLength(expected.size)
      },
    ),
    { numRuns: 25 },
  )
})
