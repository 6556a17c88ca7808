import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError } from './api-error.ts'
import type { Warehouse } from './warehouse-state.ts'

const base = '/api/2.0/sql/warehouses'

/** `GET /api/2.0/sql/warehouses`, `GET …/{id}`, `POST …/{id}/start`, `POST …/{id}/stop`. */
export function handleWarehouses(
  warehouse: Warehouse,
  { method, path, headers }: DoorRequest,
): DoorResponse | undefined {
  const [, id, action] = path.slice(base.length).split('/').map(decodeURIComponent)
  const shown = describe(warehouse, headers.host ?? 'localhost')
  if (!id) return method === 'GET' ? { status: 200, body: { warehouses: [shown] } } : undefined
  if (id !== warehouse.id) {
    throw new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', `The warehouse ${id} was not found.`)
  }
  switch (`${method} ${action ?? ''}`) {
    case 'GET ':
      return { status: 200, body: shown }
    case 'POST start':
      warehouse.start()
      return { status: 200, body: {} }
    case 'POST stop':
      warehouse.stop()
      return { status: 200, body: {} }
    default:
      return undefined
  }
}

function describe(warehouse: Warehouse, host: string): object {
  const [hostname, port = '443'] = host.split(':')
  const state = warehouse.state()
  return {
    id: warehouse.id,
    // As a new workspace calls its own, so that a look-up by that name finds it.
    name: 'Serverless Starter Warehouse',
    state,
    num_clusters: state === 'RUNNING' ? 1 : 0,
    warehouse_type: 'PRO',
    enable_serverless_compute: true,
    odbc_params: {
      hostname,
      path: `/sql/1.0/warehouses/${warehouse.id}`,
      protocol: 'https',
      port: Number(port),
    },
  }
}
