import { createRequire } from 'node:module'
import { DBSQLClient, DBSQLParameter, DBSQLParameterType } from '@databricks/sql'
import { SourceError, trusting } from '../core/index.ts'
import type { ArrowPage, SqlParameters, SqlValue, TokenSource } from './ports.ts'

/*
 * The only file that knows the driver. Its public API turns every value into a JS object (5 to 30 times slower than
 * Arrow, and lossy for BIGINT, DECIMAL and microseconds), so the Arrow messages are taken from its result handler,
 * an internal of the pinned version: looked for by feature, with a clear error where an upgrade moved it.
 */

type Session = Awaited<ReturnType<DBSQLClient['openSession']>>
type Operation = Awaited<ReturnType<Session['executeStatement']>>

/** Where the warehouse is. */
export interface DriverSettings {
  readonly host: string
  readonly port: number
  readonly warehouseId: string
  readonly token: TokenSource
  readonly ca?: string
  /** Large results as files from cloud storage: a third host, so off unless asked for. */
  readonly cloudFetch: boolean
  /** Longest wait for one reply, in ms; a reply that stops half way is noticed by nothing else. Default 5 minutes. */
  readonly replyTimeoutMs?: number
}

/** A driver client with one session, to be thrown away together when either breaks. */
export interface DriverSession {
  execute(sql: string, parameters: SqlParameters): Promise<DriverOperation>
  close(): Promise<void>
}

/** One running statement. */
export interface DriverOperation {
  /** Resolves when the statement has finished; rejects with what it failed with. */
  finished(): Promise<void>
  /** The Arrow schema, as a stream of its own without a row. */
  schema(): Promise<ArrowPage>
  /** The next page, or undefined at the end. */
  next(): Promise<ArrowPage | undefined>
  /** Rows a DML statement changed, where the service says so. */
  modifiedRows(): Promise<number>
  cancel(): Promise<void>
  close(): Promise<void>
}

/** Rows asked for with the first reply; larger results are fetched page by page. */
const firstPageRows = 100_000

/** Connects and opens a session. */
export async function openDriverSession(settings: DriverSettings): Promise<DriverSession> {
  const client = new DBSQLClient({ logger: { log: () => {} } })
  const connection = {
    host: settings.host,
    port: settings.port,
    path: `/sql/1.0/warehouses/${settings.warehouseId}`,
    authType: 'custom' as const,
    provider: {
      authenticate: async () => ({ Authorization: `Bearer ${await settings.token()}` }),
    },
    userAgentEntry: 'customerio-jobs',
    telemetryEnabled: false,
    socketTimeout: settings.replyTimeoutMs ?? 300_000,
    // Ours is the retry: it renews the session too, which the driver's own cannot.
    retryMaxAttempts: 1,
  }
  await client.connect(connection)
  const { ca } = settings
  if (ca !== undefined && !(await trusts(client, ca))) {
    await client.connect({ ...connection, customCaCert: ca })
  }
  let session: Session
  try {
    session = await client.openSession({ configuration: { TIMEZONE: 'UTC' } })
  } catch (error) {
    await client.close().catch(() => {})
    throw error
  }
  return {
    async execute(sql, parameters) {
      const operation = await session.executeStatement(sql, {
        namedParameters: toDriverParameters(parameters),
        maxRows: firstPageRows,
        useCloudFetch: settings.cloudFetch,
        useLZ4Compression: hasLz4 && !settings.cloudFetch,
      })
      return wrap(operation)
    },
    async close() {
      await session.close().catch(() => {})
      await client.close().catch(() => {})
    },
  }
}

/**
 * Has the driver's connections trust one more authority. Its own setting does the same, but reads all root certificates for
 * every connection and spells them out for every request, a tenth of a short statement's time. False where an upgrade
 * has moved the agent.
 */
async function trusts(client: DBSQLClient, ca: string): Promise<boolean> {
  const { connectionProvider } = client as unknown as {
    connectionProvider?: { getAgent?: () => Promise<{ options?: object } | undefined> }
  }
  const agent = await connectionProvider?.getAgent?.()
  if (agent?.options === undefined) return false
  Object.assign(agent.options, trusting(ca))
  return true
}

const hasLz4 = (() => {
  try {
    createRequire(import.meta.url).resolve('lz4-napi')
    return true
  } catch {
    return false
  }
})()

function wrap(operation: Operation): DriverOperation {
  let handler: ArrowHandler | undefined
  return {
    finished: () => operation.finished(),
    async schema() {
      const { arrowSchema } = await operation.getResultMetadata()
      return { messages: arrowSchema === undefined ? [] : [arrowSchema], rows: 0 }
    },
    async next() {
      handler ??= await arrowHandler(operation)
      while (await handler.hasMore()) {
        const { batches, rowCount } = await handler.fetchNext({ limit: firstPageRows })
        if (batches.length > 0) return { messages: batches, rows: rowCount }
      }
      return undefined
    },
    async modifiedRows() {
      const status = await operation.status()
      const { numModifiedRows } = status as { numModifiedRows?: { toNumber?: () => number } }
      return numModifiedRows?.toNumber?.() ?? 0
    },
    cancel: async () => {
      await operation.cancel()
    },
    close: async () => {
      await operation.close()
    },
  }
}

interface ArrowHandler {
  hasMore(): Promise<boolean>
  fetchNext(options: { limit: number }): Promise<{ batches: Uint8Array[]; rowCount: number }>
}

/** The handler below the slicer and the row converter: the one that still holds Arrow messages. */
async function arrowHandler(operation: Operation): Promise<ArrowHandler> {
  const { getResultHandler } = operation as { getResultHandler?: () => Promise<unknown> }
  const slicer = await getResultHandler?.call(operation)
  const converter = (slicer as { source?: unknown } | undefined)?.source
  const handler = (converter as { source?: unknown } | undefined)?.source as
    | Partial<ArrowHandler>
    | undefined
  if (typeof handler?.hasMore !== 'function' || typeof handler.fetchNext !== 'function') {
    throw new SourceError(
      'DRIVER_CHANGED',
      'the installed @databricks/sql keeps its Arrow results somewhere else; install the version pinned in package.json',
    )
  }
  return handler as ArrowHandler
}

function toDriverParameters(parameters: SqlParameters): Record<string, DBSQLParameter> {
  const names = Object.keys(parameters)
  if (names.length > 256) {
    throw new SourceError('TOO_MANY_PARAMETERS', 'a statement takes at most 256 parameters')
  }
  return Object.fromEntries(
    names.map((name) => [name, toDriverParameter(parameters[name] ?? null)]),
  )
}

/** Types are said, never guessed: the driver would make a DOUBLE of a large integer. */
function toDriverParameter(value: SqlValue): DBSQLParameter {
  if (value === null) return new DBSQLParameter({ value: null })
  if (typeof value === 'string') return typed(DBSQLParameterType.STRING, value)
  if (typeof value === 'boolean') return typed(DBSQLParameterType.BOOLEAN, value)
  if (value instanceof Date) return typed(DBSQLParameterType.TIMESTAMP, value.toISOString())
  return Number.isInteger(value) || typeof value === 'bigint'
    ? typed(DBSQLParameterType.BIGINT, String(value))
    : typed(DBSQLParameterType.DOUBLE, String(value))
}

function typed(type: DBSQLParameterType, value: string | boolean): DBSQLParameter {
  return new DBSQLParameter({ type, value })
}
