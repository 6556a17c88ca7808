/** A request as a door sees it: the body read whole. */
export interface DoorRequest {
  readonly method: string
  /** Path without the query, percent-decoded nowhere. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
  /** A fault that the door itself must act out (`expire-session`, `expire-link`); transport faults never reach it. */
  readonly fault?: string
}

/** A door's answer. A string body is sent as it is; an object as JSON. */
export interface DoorResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string | object
}

/** What a door is called in fault rules. `control` is the twin's own: no fault reaches it. */
export type DoorName = 'warehouse' | 'workspace' | 'customerio' | 'control'

/** One door: what it is called in fault rules, how it names a request there, and how it answers. */
export interface Door {
  readonly name: DoorName
  /** True when this door answers the request; doors on one address are asked in turn. */
  accepts(request: DoorRequest): boolean
  /** The call's name in fault rules, for example `FetchResults` or `POST /v1/batch`. */
  label(request: DoorRequest): string
  /** The SQL text that the request brings, for fault rules that mean a statement; only the warehouse has any. */
  statement?(request: DoorRequest): string | undefined
  handle(request: DoorRequest): Promise<DoorResponse>
}
