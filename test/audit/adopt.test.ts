import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { controlStatements, type Ledger, ledgerIn } from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'

let control: DuckControl
let ledger: Ledger
beforeEach(async () => {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  ledger = ledgerIn(control, 'main.customerio')
})
afterEach(() => control.close())

/** A row of the ledger as a test states it. */
interface Known {
  readonly key: string
  readonly status?: string
  readonly call?: string
  readonly window?: number
  readonly mapping?: string | null
  readonly destination?: string
}

async function known({ key, status, call, window, mapping = 'm1', destination }: Known) {
  await control.execute(
    `INSERT INTO \`main\`.\`customerio\`.\`ledger\` BY NAME SELECT 'customers' AS sync, :destination AS destination,
     :key AS message_key, :status AS status, CASE WHEN :status = 'delivered' THEN NULL ELSE 'why' END AS reason,
     'old' AS row_hash, CAST(:mapping AS VARCHAR) AS mapping_hash, 'who' AS identity, 'id' AS message_id,
     'w' AS window_id, TIMESTAMP '2026-01-01' AS decided_at, CAST(:window AS BIGINT) AS window_number, :call AS call,
     TIMESTAMP '2025-12-31' AS delivered_at`,
    {
      key,
      status: status ?? 'delivered',
      call: call ?? 'identify',
      window: window ?? 3,
      mapping,
      destination: destination ?? 'eu',
    },
  )
}

const at = new Date('2026-02-01T10:00:00Z')
const adopt = (window = 4) =>
  ledger.adopt({
    sync: 'customers',
    destination: 'eu',
    windowId: `customers.eu.00000${window}`,
    windowNumber: window,
    mappingHash: 'm2',
    relation: `(SELECT '[1]' AS message_key, concat('h', :salt) AS row_hash, '{"person":"p1"}' AS identity
      UNION ALL SELECT '[2]', 'h2', NULL)`,
    parameters: { salt: '1' },
    at,
  })
const rows = () =>
  control.query('SELECT * FROM `main`.`customerio`.`ledger` ORDER BY `message_key`')

describe('adopting rows', () => {
  it('writes keys down as known without a message, and can be repeated', async () => {
    await adopt()
    const once = await rows()
    expect(once).toEqual([
      {
        sync: 'customers',
        destination: 'eu',
        message_key: '[1]',
        status: 'adopted',
        reason: null,
        row_hash: 'h1',
        mapping_hash: 'm2',
        identity: '{"person":"p1"}',
        message_id: '',
        window_id: 'customers.eu.000004',
        decided_at: at,
        window_number: 4,
        call: null,
        delivered_at: null,
      },
      expect.objectContaining({ message_key: '[2]', row_hash: 'h2', identity: null }),
    ])
    await adopt()
    expect(await rows()).toEqual(once)
    expect(await ledger.counts('customers', 'eu')).toMatchObject({ adopted: 2, delivered: 0 })
  })

  it('leaves delivered what was delivered, under the hash and mapping of now', async () => {
    await known({ key: '[1]' })
    await known({ key: '[3]' })
    await adopt()
    expect(await rows()).toMatchObject([
      {
        message_key: '[1]',
        status: 'delivered',
        call: 'identify',
        row_hash: 'h1',
        mapping_hash: 'm2',
        identity: '{"person":"p1"}',
        message_id: 'id',
        window_number: 4,
        delivered_at: new Date('2025-12-31'),
      },
      { message_key: '[2]', status: 'adopted' },
      { message_key: '[3]', row_hash: 'old', mapping_hash: 'm1' },
    ])
  })

  it.each(['rejected', 'invalid', 'undelivered'])(
    'makes good what was %s, without forgetting whom it is about',
    async (status) => {
      await known({ key: '[2]', status })
      await adopt()
      expect((await rows())[1]).toMatchObject({
        status: 'adopted',
        reason: null,
        row_hash: 'h2',
        identity: 'who',
        delivered_at: new Date('2025-12-31'),
      })
    },
  )

  it.each(['delete', 'clear'])('takes a key over that %s took away', async (call) => {
    await known({ key: '[1]', call })
    await adopt()
    expect((await rows())[0]).toMatchObject({ status: 'adopted', call: null, row_hash: 'h1' })
  })

  it('leaves alone who is suppressed, and what a higher window decided', async () => {
    await known({ key: '[1]', call: 'suppress' })
    await known({ key: '[2]', window: 9 })
    const before = await rows()
    await adopt()
    expect(await rows()).toEqual(before)
  })
})

describe('the mappings of a ledger', () => {
  it('are counted by their keys, without keys that were taken away', async () => {
    await known({ key: '[1]', mapping: 'm2' })
    await known({ key: '[2]', mapping: 'm1', status: 'rejected' })
    await known({ key: '[3]', mapping: 'm1', status: 'adopted' })
    await known({ key: '[4]', mapping: 'm0', call: 'delete' })
    await known({ key: '[5]', mapping: null })
    await known({ key: '[6]', mapping: 'm9', destination: 'us' })
    expect(await ledger.mappingsOf('customers', 'eu')).toEqual([
      { mappingHash: 'm1', keys: 2 },
      { mappingHash: 'm2', keys: 1 },
    ])
    expect(await ledger.mappingsOf('orders', 'eu')).toEqual([])
  })
})
