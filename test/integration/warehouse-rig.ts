import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DBSQLClient } from '@databricks/sql'
import { systemClock } from '../../src/core/index.ts'
import { keepTrust, serve } from '../../src/twin/http/index.ts'
import { createWarehouseDoor, type WarehouseDoorOptions } from '../../src/twin/thrift/index.ts'
import { type DuckEngine, duckEngine } from '../twin/thrift/duck-engine.ts'

type ConnectOptions = Parameters<DBSQLClient['connect']>[0]

/** A warehouse on loopback and the real driver's clients to it, over TLS that is verified. */
export interface Rig {
  readonly engine: DuckEngine
  /** Thrift calls and downloads as they came in. */
  readonly calls: string[]
  /** Faults to act out, by call label, each once. */
  readonly faults: Map<string, string>
  connect(options?: Partial<ConnectOptions>): Promise<DBSQLClient>
  close(): Promise<void>
}

/** Starts a rig. Close it, whatever happened. */
export async function startRig(options: Partial<WarehouseDoorOptions> = {}): Promise<Rig> {
  const folder = await mkdtemp(join(tmpdir(), 'warehouse-rig-'))
  const trust = await keepTrust(folder, Date.now())
  const engine = await duckEngine()
  const calls: string[] = []
  const faults = new Map<string, string>()
  let origin = ''
  const door = createWarehouseDoor({
    engine,
    clock: systemClock,
    authorize: ({ authorization }) => authorization === 'Bearer good',
    warehouses: [{ id: 'abc123' }],
    linkBase: () => origin,
    ...options,
  })
  const served = await serve({
    address: 'workspace',
    port: 0,
    tls: trust,
    doors: [
      {
        ...door,
        handle(request) {
          const label = door.label(request)
          calls.push(label)
          const fault = faults.get(label)
          faults.delete(label)
          return door.handle({ ...request, ...(fault === undefined ? {} : { fault }) })
        },
      },
    ],
  })
  origin = served.origin
  const clients: DBSQLClient[] = []
  return {
    engine,
    calls,
    faults,
    async connect(more = {}) {
      const client = new DBSQLClient()
      clients.push(client)
      client.on('error', () => {})
      await client.connect({
        host: 'localhost',
        port: served.port,
        path: '/sql/1.0/warehouses/abc123',
        token: 'good',
        customCaCert: trust.ca,
        telemetryEnabled: false,
        preserveBigNumericPrecision: true,
        ...more,
      } as ConnectOptions)
      return client
    },
    async close() {
      await Promise.all(clients.map((client) => client.close().catch(() => {})))
      await door.close()
      await served.close(0)
      engine.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
