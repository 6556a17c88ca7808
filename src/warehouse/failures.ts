import { codesOf, SourceError } from '../core/index.ts'

/** What a failed statement calls for. */
export type Failure =
  | { readonly kind: 'again'; readonly newSession: boolean; readonly code: string }
  /** Our identity was refused: final, unless a fresh token makes it good. */
  | { readonly kind: 'denied'; readonly error: SourceError }
  | { readonly kind: 'final'; readonly error: SourceError }

/** Texts by which a service says that the session, not the statement, is at fault, or that it is still starting. */
const transient = [
  /invalid sessionhandle/i,
  /session handle .* (not been initialized|already closed)/i,
  /cannot create the resource/i,
  /temporarily.unavailable|TEMPORARILY_UNAVAILABLE/,
  /RESOURCE_EXHAUSTED|REQUEST_LIMIT_EXCEEDED/,
]

/** Another writer was faster: Delta asks the slower one to do it again, and every statement of ours can be repeated. */
const conflict = /DELTA_CONCURRENT_|DELTA_(METADATA|PROTOCOL)_CHANGED|COMMIT_CONFLICT/

/** Error classes whose cause a person must mend, with what to do about it. */
const remedies: readonly [RegExp, string, string][] = [
  [
    /INSUFFICIENT_PERMISSIONS|PERMISSION_DENIED/,
    'PERMISSION_DENIED',
    'grant what is missing to the identity that runs the job',
  ],
  [
    /TABLE_OR_VIEW_NOT_FOUND/,
    'TABLE_MISSING',
    'check the name, and run "customerio-jobs setup" if it is a control table',
  ],
  [
    /SCHEMA_NOT_FOUND|NO_SUCH_CATALOG/,
    'SCHEMA_MISSING',
    'check the name, or run "customerio-jobs setup"',
  ],
  [/VOLUME/, 'VOLUME_MISSING', 'run "customerio-jobs setup"'],
  [
    /TIME_TRAVEL_BEYOND|DELTA_VERSION_NOT_FOUND|FILE_NOT_EXIST|FAILED_READ_FILE/,
    'VERSION_GONE',
    'the table does not keep its versions that long',
  ],
  [/UNRESOLVED_COLUMN/, 'COLUMN_MISSING', 'check the column names of the source'],
]

/** Reads a driver error once, in one place: repeat it (with a new session or not), or tell a person. */
export function readFailure(error: unknown): Failure {
  if (error instanceof SourceError) return { kind: 'final', error }
  const text = textOf(error)
  const codes = codesOf(error)
  const { statusCode } = (typeof error === 'object' && error !== null ? error : {}) as {
    statusCode?: number
  }
  const network = codes.find((code) =>
    /^(ECONN|EPIPE|ETIMEDOUT|ESOCKET|ERR_STREAM_PREMATURE)/.test(code),
  )
  if (statusCode === 401 || statusCode === 403) {
    return { kind: 'denied', error: denied(statusCode) }
  }
  if (
    codes.some((code) => /^(ENOTFOUND|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS_)/.test(code))
  ) {
    return { kind: 'final', error: unreachable(codes, error) }
  }
  if (statusCode !== undefined && (statusCode === 404 || statusCode === 429 || statusCode >= 500)) {
    return { kind: 'again', newSession: statusCode === 404, code: `HTTP_${statusCode}` }
  }
  if (network !== undefined) return { kind: 'again', newSession: true, code: network }
  if (
    /socket hang up|premature close|request timed out|response timeout|invalid response body|link has expired|CloudFetch HTTP error/i.test(
      text,
    )
  ) {
    return { kind: 'again', newSession: true, code: 'CONNECTION_LOST' }
  }
  if (transient.some((pattern) => pattern.test(text))) {
    return { kind: 'again', newSession: true, code: 'SESSION_LOST' }
  }
  if (conflict.test(text)) return { kind: 'again', newSession: false, code: 'WRITE_CONFLICT' }
  return { kind: 'final', error: statementFailed(text, error) }
}

function denied(status: number): SourceError {
  return new SourceError(
    'PERMISSION_DENIED',
    `the warehouse refused our identity (HTTP ${status}); check the credentials and CAN USE on the warehouse`,
  )
}

function unreachable(codes: readonly string[], cause: unknown): SourceError {
  return new SourceError(
    'WORKSPACE_UNREACHABLE',
    `the warehouse cannot be reached (${codes[0]}); check DATABRICKS_HOST and, for a private certificate authority, NODE_EXTRA_CA_CERTS`,
    { cause },
  )
}

function statementFailed(text: string, cause: unknown): SourceError {
  const [, code, advice] = remedies.find(([pattern]) => pattern.test(text)) ?? [
    undefined,
    'STATEMENT_FAILED',
    'run the statement in the SQL editor to see more',
  ]
  // A missing right is found before any row is read: what stands in quotes there is the name of a table.
  const said = code === 'PERMISSION_DENIED' ? firstLine(text) : withoutValues(text)
  return new SourceError(code, `${said} (${advice})`, { cause })
}

function textOf(error: unknown): string {
  // Not all that the driver throws is an Error: its StatusError only looks like one.
  if (typeof error !== 'object' || error === null) return String(error)
  const { response, message } = error as {
    response?: { displayMessage?: string; errorMessage?: string }
    message?: unknown
  }
  return response?.displayMessage ?? response?.errorMessage ?? String(message)
}

/**
 * Services quote the offending value in their messages; names stand in backticks and stay. Values may hold quotes
 * themselves, so all from the first to the last is hidden, and the whole rest where a quote is left open.
 */
function withoutValues(text: string): string {
  return hidden(hidden(firstLine(text), "'"), '"')
}

function hidden(line: string, quote: string): string {
  const first = line.indexOf(quote)
  if (first < 0) return line
  const isOpen = line.split(quote).length % 2 === 0
  const rest = isOpen ? '' : line.slice(line.lastIndexOf(quote) + 1)
  return `${line.slice(0, first)}${quote}…${quote}${rest}`
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 500)
}
