import type { Call, MessageType } from '../core/index.ts'

/** How a call of a sync file travels. */
export interface Wire {
  readonly type: MessageType
  /** The event whose name makes Customer.io act; absent where the sync file names one, or there is none. */
  readonly event?: string
  /** What the payload is called; absent where there is none. */
  readonly body?: 'traits' | 'properties'
  /** A userId must be there: an anonymous id does not do. */
  readonly needsUser?: true
}

const orders = { type: 'track', body: 'properties', needsUser: true } as const

/** Source: the operations and the semantic events of the Pipelines API, 2026-09. */
export const wires: Readonly<Record<Call, Wire>> = {
  // Customer.io ignores an identify that is anonymous.
  identify: { type: 'identify', body: 'traits', needsUser: true },
  track: { type: 'track', body: 'properties' },
  page: { type: 'page', body: 'properties' },
  screen: { type: 'screen', body: 'properties' },
  object: { type: 'group', body: 'traits' },
  relationship: { type: 'group', body: 'traits' },
  device: { ...orders, event: 'Device Created or Updated' },
  alias: { type: 'alias', needsUser: true },
  person_delete: { ...orders, event: 'User Deleted' },
  person_suppress: { ...orders, event: 'User Suppressed' },
  person_unsuppress: { ...orders, event: 'User Unsuppressed' },
  object_delete: { type: 'track', body: 'properties', event: 'Object Deleted' },
  relationship_delete: { ...orders, event: 'Relationship Deleted' },
  device_delete: { ...orders, event: 'Device Deleted' },
}
