import { readFileSync } from 'node:fs'
import { DBSQLClient } from '@databricks/sql'
import { readSettings } from '../src/config/index.ts'
import { blockOf, type MessageBlock, messageId, silentLog, systemClock } from '../src/core/index.ts'
import { pinned, pinTable, readToSpool, type Spool } from '../src/source/index.ts'
import { encodeRows } from '../src/sync/rows.ts'
import { openWarehouse, openWorkspace } from '../src/warehouse/index.ts'
import { deliverAll, nowhere } from './ours.ts'
import { idSecret, mappingOf, window } from './rows.ts'

const clock = systemClock
const log = silentLog
const table = 'main.shop.customers'

/** Makes the table of so many rows. */
export async function fill(rows: number): Promise<void> {
  const { warehouse, close } = connect()
  await warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.shop')
  await warehouse.execute(
    readFileSync('bench/warehouse.sql', 'utf8').replace(':rows', String(rows)),
  )
  await close()
}

/** As a run reads, without sending: most of it is the warehouse's time. */
export async function pages(): Promise<void> {
  await spooled(async () => {})
}

/** As a run reads and encodes. */
export async function read(url: string): Promise<void> {
  await spooled((spool) => deliverAll(url, encodeRows(spool, mappingOf(spool), nowhere), nowhere))
}

async function spooled(use: (spool: Spool) => Promise<unknown>): Promise<void> {
  const { warehouse, close } = connect()
  const pin = await pinTable(warehouse, table)
  if (pin === undefined) throw new Error('there is no table')
  const spool = await readToSpool({
    warehouse,
    pin,
    sql: `SELECT *, to_json(array(customer_id)) AS _key FROM ${pinned(pin)}`,
    parameters: {},
    name: 'bench',
    spool: { limitBytes: 2 ** 32 },
    clock,
    log,
  })
  await use(spool)
  spool.remove()
  await close()
}

/** As one would do it with the driver alone: row objects, each made into JSON. */
export async function iterated(url: string): Promise<void> {
  const { host, port, path, token } = connection()
  const client = new DBSQLClient({ logger: { log: () => {} } })
  await client.connect({
    host,
    port,
    path,
    authType: 'custom',
    provider: { authenticate: async () => ({ Authorization: `Bearer ${await token()}` }) },
    telemetryEnabled: false,
  })
  const session = await client.openSession()
  const operation = await session.executeStatement(`SELECT * FROM ${table}`)
  await deliverAll(url, stringified(operation.iterateChunks()), nowhere)
  await operation.close()
  await session.close()
  await client.close()
}

async function* stringified(chunks: AsyncIterable<object[]>): AsyncGenerator<MessageBlock> {
  const parts = ['state', 'customers', 'eu', String(window.number)]
  for await (const chunk of chunks) {
    const entries = chunk.map((row) => {
      const { customer_id, ...traits } = row as { customer_id: number }
      const identity = String(customer_id)
      const key = `[${identity}]`
      const id = messageId(idSecret, window.openedAt, ...parts, key)
      const context = { app: { name: 'customerio-jobs', version: '1.0.0' } }
      const message = { type: 'identify', messageId: id, userId: identity, traits, context }
      return { json: JSON.stringify(message), key, id, identity }
    })
    yield { ...blockOf(entries), partitions: [''], invalid: [] }
  }
}

function connection() {
  const { databricks } = readSettings(process.env)
  const { origin, credentials, warehouseId } = databricks
  const { hostname: host, port } = new URL(origin)
  const workspace = openWorkspace({ origin, credentials, clock, log })
  const path = `/sql/1.0/warehouses/${warehouseId}`
  return { host, port: Number(port), path, warehouseId, token: workspace.token, workspace }
}

function connect() {
  const { workspace, ...where } = connection()
  const warehouse = openWarehouse({ ...where, cloudFetch: false, clock, log })
  return {
    warehouse,
    async close() {
      await warehouse.close()
      await workspace.close()
    },
  }
}
