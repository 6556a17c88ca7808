import { readFileSync } from 'node:fs'
import { readSettings } from '../src/config/index.ts'
import { silentLog, systemClock } from '../src/core/index.ts'
import {
  openWarehouse,
  openWorkspace,
  type Warehouse,
  type Workspace,
} from '../src/warehouse/index.ts'

/** The workspace that an environment names, as anybody reaches it. */
export interface Connection {
  readonly workspace: Workspace
  readonly warehouse: Warehouse
  close(): Promise<void>
}

/** Connects by the settings of an environment, the authority of its certificates included. */
export function connect(environment: Readonly<Record<string, string>>): Connection {
  const { origin, warehouseId, credentials } = readSettings(environment).databricks
  const ca = readFileSync(environment.NODE_EXTRA_CA_CERTS ?? '', 'utf8')
  const common = { clock: systemClock, log: silentLog, ca }
  const workspace = openWorkspace({ origin, credentials, ...common })
  const { hostname, port } = new URL(origin)
  const warehouse = openWarehouse({
    host: hostname,
    port: Number(port),
    warehouseId,
    token: workspace.token,
    ready: () => workspace.startWarehouse(warehouseId),
    cloudFetch: false,
    ...common,
  })
  return {
    workspace,
    warehouse,
    async close() {
      await warehouse.close()
      await workspace.close()
    },
  }
}
