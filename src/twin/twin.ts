import type { Store } from './cdp/index.ts'
import type { Lake } from './delta/index.ts'
import type { Faults } from './faults/index.ts'
import type { SqlEngine } from './sql/contract.ts'
import type { Warehouse } from './workspace/index.ts'

/** A running twin. */
export interface Twin {
  /** The variables a process of the product needs to find it, and to trust it. */
  readonly environment: Readonly<Record<string, string>>
  /** The certificate authority to trust, in PEM. */
  readonly ca: string
  readonly workspaceOrigin: string
  /** Origins without the `/v1` of the calls. */
  readonly customerioOrigins: { readonly us: string; readonly eu: string }
  /** The page that shows what Customer.io received, its secret included. */
  readonly pageAddress: string
  /** Where fault rules are set at run time, with `controlSecret` in the header `x-twin-secret`. */
  readonly controlAddress: string
  readonly controlSecret: string
  readonly warehouseId: string
  readonly clientId: string
  readonly clientSecret: string
  /** A personal access token of the same principal. */
  readonly token: string
  readonly lake: Lake
  readonly engine: SqlEngine
  readonly warehouse: Warehouse
  /** All that Customer.io received, of both regions. */
  readonly store: Store
  readonly faults: Faults
  /** Finishes what is in flight, closes the addresses, and gives the folder back. */
  close(): Promise<void>
}
