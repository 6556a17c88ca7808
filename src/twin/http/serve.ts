import { setMaxListeners } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Clock, ConfigError, codesOf, systemClock } from '../../core/index.ts'
import type { Door } from './contract.ts'
import { exchange, type Seen } from './exchange.ts'
import { type FaultPlan, noFaults } from './fault.ts'
import { rememberSockets } from './reset.ts'

/** What one address serves. */
export interface ServeOptions {
  /** What the address is called in fault rules, for example `workspace`, `us` or `eu`. */
  readonly address: string
  /** Asked in turn; the first that accepts a request answers it. */
  readonly doors: readonly Door[]
  /** Certificate and key in PEM; plain HTTP without. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** 0 takes a free port. */
  readonly port: number
  readonly faults?: FaultPlan
  /** Waits out the delays of faults. */
  readonly clock?: Clock
  /** The largest body read, 1 GiB unless told; a larger one is answered 413. */
  readonly maxBodyBytes?: number
  readonly onRequest?: (seen: Seen) => void
}

/** A listening address. */
export interface Served {
  /** `https://localhost:<port>`, or `http://` without TLS. */
  readonly origin: string
  readonly port: number
  /** Takes no more connections, lets requests in flight finish for up to `graceMs` (5000), then drops the rest. */
  close(graceMs?: number): Promise<void>
}

/**
 * Serves doors on one loopback port. A silent connection is kept for 65 seconds, longer than clients keep theirs, so
 * that none ends by itself under a request.
 *
 * @throws ConfigError PORT_UNAVAILABLE when the port is taken or may not be used.
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const { address, doors, tls, faults = noFaults, clock = systemClock } = options
  const { maxBodyBytes = 2 ** 30, onRequest = () => {} } = options
  const server: Server =
    tls === undefined ? createServer() : createTlsServer({ cert: tls.cert, key: tls.key })
  server.keepAliveTimeout = 65_000
  server.requestTimeout = 0
  const reset = rememberSockets(server)
  const end = new AbortController()
  setMaxListeners(0, end.signal) // every answer that is held back listens
  const ended = end.signal
  const desk = { address, doors, faults, clock, maxBodyBytes, onRequest, reset, ended }
  let isClosing = false
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    void exchange(desk, incoming, response).then(() => {
      if (isClosing) server.closeIdleConnections()
    })
  })
  const port = await listen(server, options.port)
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    port,
    async close(graceMs = 5000) {
      if (isClosing) return
      isClosing = true
      const closed = new Promise((resolve) => server.close(resolve))
      const late = setTimeout(() => server.closeAllConnections(), graceMs)
      await closed
      clearTimeout(late)
      end.abort()
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(unavailable(port, cause)))
    server.listen(port, '127.0.0.1', resolve)
  })
  return (server.address() as AddressInfo).port
}

function unavailable(port: number, cause: Error): ConfigError {
  const [code] = codesOf(cause)
  const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`
  return new ConfigError(
    'PORT_UNAVAILABLE',
    `Port ${port} ${why}. Choose another one, or 0 for a free one.`,
    { context: { port }, cause },
  )
}
