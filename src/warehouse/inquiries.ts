import { jsonOf, refused } from './answers.ts'
import type { HttpCall } from './http.ts'

/** A warehouse as the workspace describes it. */
export interface WarehouseStatus {
  readonly name: string
  /** RUNNING, STOPPED, STARTING, STOPPING, DELETED or DELETING. */
  readonly state: string
}

/** Questions to the workspace that change nothing: for looking at a setup, not for runs. */
export interface Inquiries {
  /**
   * The workspace's time in ms since the epoch, to the second, from the `Date` header of an answer that needs no token;
   * undefined where it says none. Throws WORKSPACE_UNREACHABLE.
   */
  time(): Promise<number | undefined>
  /** The name that the workspace knows us by: an e-mail address, or the application id of a service principal. */
  identity(): Promise<string>
  /** How a warehouse is; undefined where we may not look. Throws WAREHOUSE_MISSING. */
  warehouse(id: string): Promise<WarehouseStatus | undefined>
}

/** Inquiries over calls without a token (`open`) and with one. */
export function inquiries(open: HttpCall, call: HttpCall): Inquiries {
  return {
    async time() {
      const path = '/oidc/.well-known/oauth-authorization-server'
      const { date } = await open({ method: 'GET', path })
      const at = date === undefined ? Number.NaN : Date.parse(date)
      return Number.isNaN(at) ? undefined : at
    },
    async identity() {
      const answer = await call({ method: 'GET', path: '/api/2.0/preview/scim/v2/Me' })
      if (answer.status === 200) return String(jsonOf(answer).userName ?? '')
      throw refused(answer, 'UNAUTHENTICATED', 'the workspace does not know who we are')
    },
    async warehouse(id) {
      const path = `/api/2.0/sql/warehouses/${encodeURIComponent(id)}`
      const answer = await call({ method: 'GET', path })
      if (answer.status === 403) return undefined
      if (answer.status !== 200) {
        throw refused(answer, 'WAREHOUSE_MISSING', 'the warehouse is not there')
      }
      const { name, state } = jsonOf(answer)
      return { name: String(name ?? ''), state: String(state) }
    },
  }
}
