import type { SyncSpec } from './spec.ts'

/** A reference to a secret: a scope and key of the workspace, or an environment variable. Never the secret itself. */
export type SecretRef =
  | { readonly kind: 'workspace'; readonly scope: string; readonly key: string }
  | { readonly kind: 'env'; readonly name: string }

/** A Customer.io workspace to send to. */
export interface DestinationSpec {
  readonly name: string
  readonly region: 'us' | 'eu'
  readonly key: SecretRef
  /** Requests per second this project may spend; at most the documented 1000. */
  readonly requestsPerSecond: number
}

/** A job: syncs that run together. */
export interface JobSpec {
  readonly name: string
  /** The part of every destination's request budget that it may spend: more than 0, at most 1. */
  readonly share: number
  /** The time between two starts, in ms, a whole number of minutes; absent where something else starts it. */
  readonly everyMs?: number
  /** When it starts, as a Quartz expression in UTC. */
  readonly cron?: string
  /** The longest time between two starts that were planned, in ms; absent where no clock starts it. */
  readonly longestGapMs?: number
  /** It starts when one of these tables was written to. */
  readonly onTableUpdate?: readonly string[]
  readonly syncs: readonly string[]
  /** sync → the syncs that must have run before it. */
  readonly after: Readonly<Record<string, readonly string[]>>
  /** sync → the number of tasks that send its windows side by side, from 2 on. */
  readonly slices: Readonly<Record<string, number>>
}

/** Where requests to forget a person are kept, and which of its columns say what. */
export interface EraseSpec {
  readonly table: string
  /** Who is to be forgotten, by one identifier or both. */
  readonly person: { readonly id?: string; readonly email?: string }
  /** `delete` or `suppress`. */
  readonly kind: string
  /** What names the request for good; never personal data. */
  readonly request: string
  /** Who asks. */
  readonly requestedBy?: string
}

/** A receiver of OpenTelemetry data over HTTP. */
export interface TelemetrySpec {
  /** The base address, without `/v1/…`. */
  readonly endpoint: string
  /** The secret that goes as the header `authorization`, as it stands. */
  readonly authorization?: SecretRef
}

/** The whole project: `customerio.yml` and every sync file, for one target. */
export interface ProjectSpec {
  readonly root: string
  readonly target?: string
  /** The names of all targets, in the order of the file. */
  readonly targets: readonly string[]
  /** Messages that a window on schedule sends at most under this target; the rest waits. Absent: no limit. */
  readonly limit?: number
  /** Catalog and schema of the control tables, for example `main.customerio`. */
  readonly control: string
  /** Key of the message ids; the same for the life of the project. */
  readonly idSecret: SecretRef
  readonly destinations: Readonly<Record<string, DestinationSpec>>
  /** Numbers of the object types by the names that sync files use. */
  readonly objectTypes: Readonly<Record<string, number>>
  /** Tags that mark columns with personal data in Unity Catalog; none where nobody asks for them. */
  readonly piiTags: readonly string[]
  readonly jobs: readonly JobSpec[]
  readonly syncs: readonly SyncSpec[]
  /** Where measurements go; absent where nobody wants any. */
  readonly telemetry?: TelemetrySpec
  /** Absent where nobody asks to be forgotten by way of a table. */
  readonly erase?: EraseSpec
}
