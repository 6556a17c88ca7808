import type { Clock } from '../../core/index.ts'
import type { Door, DoorRequest, DoorResponse } from '../http/contract.ts'
import type { SqlEngine } from '../sql/contract.ts'
import { answerCall, methodOf, statementOf } from './message.ts'
import { HttpRefusal } from './refusal.ts'
import { linkPrefix, ResultFiles, storageError } from './result-files.ts'
import { type Call, serviceMethods } from './service.ts'
import { Sessions } from './sessions.ts'

/** A warehouse as the door knows it. One without `state` is always running. */
export interface KnownWarehouse {
  readonly id: string
  state?(): string
  start?(): void
}

/** What the warehouse door is made of. Defaults follow what is known of real SQL warehouses. */
export interface WarehouseDoorOptions {
  readonly engine: SqlEngine
  readonly clock: Clock
  /** True when the request's headers carry a valid token. */
  readonly authorize: (headers: DoorRequest['headers']) => boolean
  /** The warehouses that exist; all of them are the same engine. */
  readonly warehouses: readonly KnownWarehouse[]
  /** Origin of CloudFetch links, for example `https://localhost:8443`; asked for each link. */
  readonly linkBase: () => string
  /** How long a link works; default 15 minutes. */
  readonly linkLifeMs?: number
  /** Most rows of one inline page; default 4096. */
  readonly pageRows?: number
  /** Larger results go by links when the client can download; default 16,384 rows. */
  readonly cloudFetchMinRows?: number
  /** Most rows of one result file; default 65,536. */
  readonly cloudFetchFileRows?: number
  /** How long ExecuteStatement waits for the end of a statement; default 10 s. */
  readonly directWaitMs?: number
  /** Idle operations are dropped after this, and then answer 404; default 20 minutes. */
  readonly operationIdleMs?: number
  /** Idle sessions are closed after this; default 60 minutes. */
  readonly sessionIdleMs?: number
}

/** The warehouse door; `close` ends every session and deletes all result files. */
export interface WarehouseDoor extends Door {
  close(): Promise<void>
}

const warehousePrefix = '/sql/1.0/warehouses/'
const minuteMs = 60_000

/**
 * The SQL warehouse as its drivers see it: Thrift over HTTP at `/sql/1.0/warehouses/<id>`, and result files at
 * `/cloudfetch/…`. Acts out the faults `expire-session`, `evict-operation`, `sql-error` and `expire-link`.
 */
export function createWarehouseDoor(options: WarehouseDoorOptions): WarehouseDoor {
  const { clock, linkBase } = options
  const files = new ResultFiles(clock, linkBase, options.linkLifeMs ?? 15 * minuteMs)
  const idle = {
    operationIdleMs: options.operationIdleMs ?? 20 * minuteMs,
    sessionIdleMs: options.sessionIdleMs ?? 60 * minuteMs,
  }
  const sessions = new Sessions(options.engine, clock, idle, (id) => files.drop(id))
  const parts = {
    sessions,
    files,
    clock,
    limits: {
      pageRows: options.pageRows ?? 4096,
      cloudFetchMinRows: options.cloudFetchMinRows ?? 16_384,
      cloudFetchFileRows: options.cloudFetchFileRows ?? 65_536,
    },
    directWaitMs: options.directWaitMs ?? 10_000,
  }

  async function thrift(request: DoorRequest): Promise<DoorResponse> {
    const refusal = refusedAtTheDoor(options, request)
    if (refusal !== undefined) return refusal.response
    await sessions.sweep()
    const call: Call = { fault: request.fault }
    let body: Buffer
    try {
      body = await answerCall(request.body, serviceMethods(parts, call))
    } catch {
      return new HttpRefusal(400, 'BAD_REQUEST', 'The body is not a Thrift call.').response
    }
    if (call.refusal !== undefined) return call.refusal.response
    return { status: 200, headers: { 'content-type': 'application/x-thrift' }, body }
  }

  return {
    name: 'warehouse',
    accepts: ({ method, path }) =>
      (method === 'POST' && path.startsWith(warehousePrefix)) ||
      (method === 'GET' && path.startsWith(linkPrefix)),
    label: ({ path, body }) =>
      path.startsWith(linkPrefix) ? 'CloudFetch' : (methodOf(body) ?? 'unknown'),
    statement: ({ body }) => statementOf(body),
    async handle(request) {
      if (!request.path.startsWith(linkPrefix)) return thrift(request)
      if (request.fault === 'expire-link') return storageError(403, 'The link has expired.')
      return files.serve(request.path, request.query)
    },
    async close() {
      await sessions.close()
      await files.close()
    },
  }
}

/**
 * Tokens first, then the warehouse: whoever may not come in learns nothing about what exists. A stopped warehouse
 * is started by the first call, as the real one is, and answers 503 until it runs.
 */
function refusedAtTheDoor(
  { authorize, warehouses }: WarehouseDoorOptions,
  { headers, path }: DoorRequest,
): HttpRefusal | undefined {
  if (!authorize(headers)) {
    return headers.authorization === undefined
      ? new HttpRefusal(401, 'UNAUTHENTICATED', 'Credential was not sent.')
      : new HttpRefusal(403, 'PERMISSION_DENIED', 'Invalid access token.')
  }
  const id = path.slice(warehousePrefix.length)
  const warehouse = warehouses.find((known) => known.id === id)
  if (warehouse === undefined) {
    return new HttpRefusal(404, 'RESOURCE_DOES_NOT_EXIST', `SQL warehouse ${id} does not exist.`)
  }
  if ((warehouse.state?.() ?? 'RUNNING') === 'RUNNING') return undefined
  warehouse.start?.()
  return new HttpRefusal(503, 'TEMPORARILY_UNAVAILABLE', `SQL warehouse ${id} is starting.`)
}
