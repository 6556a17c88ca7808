import { Pool } from 'undici'
import { type Clock, codesOf, isError, SourceError, trusting } from '../core/index.ts'

/** One REST call; the path starts with a slash and is already encoded. */
export interface HttpRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
}

/** What came back, whatever the status. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string
  /** The `Date` header as it stands. */
  readonly date?: string
}

/** Makes one call and reads the whole answer. Transport trouble and answers worth repeating are retried inside. */
export type HttpCall = (request: HttpRequest) => Promise<HttpAnswer>

/** Statuses after which the workspace may well answer if asked again. */
const repeatable = new Set([408, 429, 500, 502, 503, 504])

/** Settings of {@link httpCalls}. */
export interface HttpOptions {
  /** `https://…`, without a path. */
  readonly origin: string
  readonly ca?: string
  readonly clock: Clock
  /** How long one call may be repeated, in ms. Default 5 minutes. */
  readonly budgetMs?: number
}

/**
 * REST calls to one origin over verified TLS. Connection trouble, 408, 429 and 5xx are repeated with growing, jittered
 * pauses until the budget is spent; then the last status is handed back, or a SourceError is thrown.
 */
export function httpCalls(options: HttpOptions): { call: HttpCall; close: () => Promise<void> } {
  const { clock, budgetMs = 300_000 } = options
  const pool = new Pool(options.origin, {
    connections: 8,
    connect: trusting(options.ca),
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
  })
  const once = async (request: HttpRequest): Promise<HttpAnswer> => {
    const answer = await pool.request({
      method: request.method,
      path: request.path,
      headers: { 'user-agent': 'customerio-jobs', ...request.headers },
      body: request.body ?? null,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    })
    const { date } = answer.headers
    return {
      status: answer.statusCode,
      body: await answer.body.text(),
      ...(typeof date === 'string' ? { date } : {}),
    }
  }
  const call: HttpCall = async (request) => {
    const deadline = clock.now() + budgetMs
    for (let attempt = 1; ; attempt++) {
      const pause = Math.min(20_000, 200 * 2 ** attempt) * (0.5 + Math.random() / 2)
      const last = clock.now() + pause >= deadline
      try {
        const answer = await once(request)
        if (!repeatable.has(answer.status) || last) return answer
      } catch (error) {
        request.signal?.throwIfAborted()
        if (last || isFinal(error)) throw unreachable(options.origin, error)
      }
      await clock.sleep(pause, request.signal)
    }
  }
  return { call, close: () => pool.close() }
}

/** A wrong name or an untrusted certificate does not get better by asking again. */
function isFinal(error: unknown): boolean {
  return codesOf(error).some((code) =>
    /^(ENOTFOUND|ERR_TLS_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_INVALID_URL|ECONNREFUSED)/.test(
      code,
    ),
  )
}

function unreachable(origin: string, error: unknown): SourceError {
  const code = codesOf(error)[0] ?? (isError(error) ? error.name : 'unknown')
  return new SourceError(
    'WORKSPACE_UNREACHABLE',
    `the workspace ${origin} cannot be reached (${code}); check DATABRICKS_HOST, the network and, for a private certificate authority, NODE_EXTRA_CA_CERTS`,
    { cause: error, context: { origin, code } },
  )
}
