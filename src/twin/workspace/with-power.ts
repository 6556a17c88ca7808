import type { Door } from '../http/index.ts'
import { ApiError } from './api-error.ts'
import type { Warehouse } from './warehouse-state.ts'

/**
 * The door of a warehouse that may be off: a call starts it, as on the real service, and until it is RUNNING every
 * call is answered 503. The real service holds some calls back and breaks others; 503 is the plainest of its ways.
 */
export function withPower<D extends Door>(door: D, warehouse: Warehouse): D {
  return {
    ...door,
    async handle(request) {
      warehouse.start()
      if (warehouse.state() === 'RUNNING') return await door.handle(request)
      return new ApiError(503, 'TEMPORARILY_UNAVAILABLE', 'The warehouse is starting.').response()
    },
  }
}
