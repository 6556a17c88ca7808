import type { DoorName } from './contract.ts'

/** A request as fault rules know it. */
export interface Call {
  readonly door: DoorName
  /** The address it came in on, for example `workspace`, `us` or `eu`. */
  readonly address: string
  /** The door's label for it, for example `FetchResults`. */
  readonly label: string
  /** The SQL text it brings, if any. */
  readonly statement?: string | undefined
}

/**
 * What goes wrong with one call. Without `status`, `reset` or `truncate` the call goes its ordinary way, after
 * `delayMs`, with `act` handed to the door, and its answer kept for `delayAfterMs`.
 */
export interface Fault {
  /** Waited before anything else, on the clock of the server. */
  readonly delayMs?: number
  /** The door has answered, and its answer is held back for so long, on the clock of the server. */
  readonly delayAfterMs?: number
  /** Called when the holding back begins. */
  readonly onHeld?: () => void
  /** Answered instead of the door's own answer. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | object
  /** With `status`: the door takes the request first, and its own answer is thrown away. */
  readonly accepted?: boolean
  /** The connection is reset before the door sees the request, or after it has taken it and before it answers. */
  readonly reset?: 'before' | 'after'
  /** The answer stops half way through its body, and the connection with it. */
  readonly truncate?: boolean
  /** For the door to act out: see {@link DoorRequest.fault}. */
  readonly act?: string
}

/** Decides the fate of each call. Asked once a call, in the order in which the calls came in. */
export interface FaultPlan {
  decide(call: Call): Fault | undefined
}

/** Everything goes well. */
export const noFaults: FaultPlan = { decide: () => undefined }
