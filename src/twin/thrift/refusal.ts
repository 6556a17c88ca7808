import type { DoorResponse } from '../http/contract.ts'
import { SqlError } from '../sql/contract.ts'
import { types } from './message.ts'

/** Ends a call with an HTTP status instead of a Thrift reply. */
export class HttpRefusal extends Error {
  readonly response: DoorResponse

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'HttpRefusal'
    this.response = {
      status,
      // The service repeats the reason in a header, where its drivers look for it.
      headers: { 'x-thriftserver-error-message': `${code}: ${message}` },
      body: { error_code: code, message },
    }
  }
}

/** A handle that names nothing (any more): Thrift ERROR_STATUS in the words of the service. */
export function invalidHandle(kind: 'Session' | 'Operation', id: string): SqlError {
  const detail = kind === 'Session' ? id : `opType=EXECUTE_STATEMENT, getHandleIdentifier()=${id}`
  return new SqlError(`Invalid ${kind}Handle: ${kind}Handle [${detail}]`, 'HY000')
}

/** Thrift's "all well". */
export const success = { statusCode: types.TStatusCode.SUCCESS_STATUS }

/** A failed call as a Thrift status. */
export function failure(error: unknown): {
  statusCode: number
  sqlState: string
  errorMessage: string
  displayMessage: string
} {
  const { message, sqlState } = asSqlError(error)
  return {
    statusCode: types.TStatusCode.ERROR_STATUS,
    sqlState,
    errorMessage: message,
    displayMessage: message,
  }
}

/** Any error as an SQL error; what did not come from the engine on purpose is an internal error (XX000). */
export function asSqlError(error: unknown): SqlError {
  if (error instanceof SqlError) return error
  const message = (error as { message?: unknown } | null)?.message
  return new SqlError(`[INTERNAL_ERROR] ${String(message ?? error)}`, 'XX000')
}
