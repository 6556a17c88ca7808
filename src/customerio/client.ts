import { type Dispatcher, Pool } from 'undici'
import { type Answer, type Clock, type MessageType, type Send, trusting } from '../core/index.ts'
import { type HttpAnswer, understand, understandFailure } from './answers.ts'
import { checkKey, keyFingerprint } from './key.ts'
import { baseUrl, type Region, regions } from './regions.ts'

/** Options of {@link createClient}. */
export interface ClientOptions {
  readonly region: Region
  /** Another address, on loopback only. */
  readonly url?: string
  /** The same for the other region. Default: its documented address, unless `url` is given. */
  readonly elsewhere?: string
  /** The write key; goes nowhere but into the Authorization header. */
  readonly key: string
  /** One more certificate authority to trust, in PEM. */
  readonly ca?: string
  /** Connections at most, default 64. At least as many as requests in flight, so that none waits after its permit. */
  readonly connections?: number
  /** For one exchange from connecting to the answer's end, default 60 s. */
  readonly timeoutMs?: number
  readonly clock: Clock
}

/** A connection to one Customer.io workspace. Every request is in strict mode: without it a 200 may mean "discarded". */
export interface Client {
  /** Sends a finished batch body. What goes wrong is an answer, never an error. */
  readonly send: Send
  /** Sends one message of the given type by its own endpoint. */
  post(call: MessageType, body: Uint8Array, signal: AbortSignal): Promise<Answer>
  /**
   * Sends a message that names nobody and says nothing. Customer.io has no way to ask whether it knows a key; nothing can
   * come of this one, and in strict mode it is refused as a message (400) where the key is known, and for its key
   * (401, 403) where not.
   */
  knock(signal: AbortSignal): Promise<Answer>
  /** The same to the other region; undefined where its address is not known. */
  knockElsewhere(signal: AbortSignal): Promise<Answer | undefined>
  /** Uses another key from now on. Returns whether it is another one. */
  useKey(key: string): boolean
  /** Waits for requests in flight and closes the connections. */
  close(): Promise<void>
}

/**
 * A client on a pool of kept-alive connections with verified TLS. Redirects are not followed. Throws `ConfigError`
 * for an address or a key that cannot be right.
 */
export function createClient(options: ClientOptions): Client {
  const { region, ca, connections = 64, timeoutMs = 60_000, clock } = options
  const base = baseUrl(region, options.url)
  let key = options.key
  let headers = headersFor(key)
  const pool = new Pool(base.origin, {
    connections,
    pipelining: 1,
    headersTimeout: 0, // one deadline covers the whole exchange, a stuck upload too
    bodyTimeout: 0,
    connect: {
      timeout: Math.min(timeoutMs, 10_000),
      ...trusting(ca),
    },
  })
  const prefix = base.pathname.replace(/\/$/, '')

  const post = async (call: string, body: Uint8Array, signal: AbortSignal): Promise<Answer> => {
    const exchange = new AbortController()
    const isOver = new AbortController()
    const cut = (): void => exchange.abort()
    signal.addEventListener('abort', cut, { once: true })
    let isLate = false
    clock.sleep(timeoutMs, isOver.signal).then(
      () => {
        isLate = true
        exchange.abort()
      },
      () => {}, // answered in time
    )
    try {
      if (signal.aborted) exchange.abort()
      const path = `${prefix}/${call}`
      const request = { method: 'POST', path, headers, body, signal: exchange.signal } as const
      const answer = await read(await pool.request(request))
      return understand(answer, clock.now())
    } catch (error) {
      return understandFailure(isLate ? { code: 'ETIMEDOUT' } : error)
    } finally {
      isOver.abort()
      signal.removeEventListener('abort', cut)
    }
  }

  const knock = (signal: AbortSignal) => post('identify', new TextEncoder().encode('{}'), signal)

  const knockElsewhere = async (signal: AbortSignal): Promise<Answer | undefined> => {
    const other = region === 'us' ? 'eu' : 'us'
    const elsewhere = options.elsewhere ?? (options.url === undefined ? regions[other] : undefined)
    if (elsewhere === undefined) return undefined
    const client = createClient({ ...options, region: other, url: elsewhere, key, connections: 1 })
    try {
      return await client.knock(signal)
    } finally {
      await client.close()
    }
  }

  return {
    knock,
    knockElsewhere,
    send: (body, signal) => post('batch', body, signal),
    post,
    useKey(next) {
      headers = headersFor(next)
      const isOther = keyFingerprint(next) !== keyFingerprint(key)
      key = next
      return isOther
    },
    close: () => pool.close(),
  }
}

/** Reads an answer to its end, keeping the first part only: a 2xx that breaks off is no answer. */
async function read({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<HttpAnswer> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of body) {
      if (bytes < maxAnswerBytes) parts.push(part)
      bytes += part.length
      if (bytes > mostAnswerBytes) break
    }
  } catch (error) {
    if (statusCode < 300) throw error
  }
  const retryAfter = headers['retry-after']
  return {
    status: statusCode,
    body: Buffer.concat(parts).toString('utf8', 0, maxAnswerBytes),
    ...(typeof retryAfter === 'string' ? { retryAfter } : {}),
  }
}

/** How much of an answer is kept. */
const maxAnswerBytes = 64 * 1024
/** After this much the rest is not waited for. */
const mostAnswerBytes = 1024 * 1024

function headersFor(key: string): Record<string, string> {
  checkKey(key)
  return {
    authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
    'content-type': 'application/json',
    'x-strict-mode': '1',
  }
}
