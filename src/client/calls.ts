import {
  build,
  type Device,
  type DeviceDelete,
  type Message,
  type ObjectName,
  type ObjectUpdate,
  type PersonOrder,
  type Relationship,
  type RelationshipDelete,
} from '../customerio/index.ts'
import type { CallOptions } from './options.ts'

/** A message that was accepted in strict mode. */
export interface Sent {
  /** The id it has at Customer.io: the given one, else a new ULID. */
  readonly messageId: string
}

/** Sends one message; rejects when it was not accepted. */
export type SendOne = (message: Message, call?: CallOptions) => Promise<Sent>

/** A method that sends what it is given. */
type Call<Of> = (of: Of, call?: CallOptions) => Promise<Sent>

/** Deleting, suppressing and unsuppressing people. */
export interface PeopleCalls {
  /** Removes a person, who comes back with the next message. */
  readonly delete: Call<PersonOrder>
  /** Removes a person and blocks the identifiers: whatever comes later is ignored. The data does not come back. */
  readonly suppress: Call<PersonOrder>
  /** Frees an identifier that was blocked. */
  readonly unsuppress: Call<PersonOrder>
}

/** {@link PeopleCalls} by way of `send`. */
export function peopleCalls(send: SendOne): PeopleCalls {
  return {
    delete: sending(send, build.personDelete),
    suppress: sending(send, build.personSuppress),
    unsuppress: sending(send, build.personUnsuppress),
  }
}

/** Push devices, known by their token. */
export interface DeviceCalls {
  /** Makes or updates a person's device. */
  readonly update: Call<Device>
  /** Removes a device from a person. */
  readonly delete: Call<DeviceDelete>
}

/** {@link DeviceCalls} by way of `send`. */
export function deviceCalls(send: SendOne): DeviceCalls {
  return {
    update: sending(send, build.device),
    delete: sending(send, build.deviceDelete),
  }
}

/** Objects and the people related to them. */
export interface ObjectCalls {
  /** Creates or updates an object. The type must exist in Customer.io. */
  readonly update: Call<ObjectUpdate>
  /** Removes an object. */
  readonly delete: Call<ObjectName>
  /** Relates a person to an object, or updates the relationship; makes the object where there is none. */
  readonly relate: Call<Relationship>
  /** Ends a relationship; person and object stay. */
  readonly unrelate: Call<RelationshipDelete>
}

/** {@link ObjectCalls} by way of `send`. */
export function objectCalls(send: SendOne): ObjectCalls {
  return {
    update: sending(send, build.object),
    delete: sending(send, build.objectDelete),
    relate: sending(send, build.relationship),
    unrelate: sending(send, build.relationshipDelete),
  }
}

function sending<Of>(send: SendOne, make: (of: Of) => Message): Call<Of> {
  return async (of, call) => send(make(of), call)
}
