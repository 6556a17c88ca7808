import type { DoorResponse } from '../http/index.ts'

/** A refusal in the words of the workspace: `{ error_code, message }` under an HTTP status. */
export class ApiError extends Error {
  readonly status: number
  readonly errorCode: string | number
  readonly headers: Readonly<Record<string, string>>
  /** Machine-readable reason, sent as `details`. */
  readonly reason: string | undefined

  constructor(
    status: number,
    errorCode: string | number,
    message: string,
    more: { readonly headers?: Readonly<Record<string, string>>; readonly reason?: string } = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.errorCode = errorCode
    this.headers = more.headers ?? {}
    this.reason = more.reason
  }

  response(): DoorResponse {
    const details = this.reason && [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: this.reason },
    ]
    return {
      status: this.status,
      headers: this.headers,
      body: { error_code: this.errorCode, message: this.message, ...(details && { details }) },
    }
  }
}

/** An argument the API does not take. */
export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BAD_REQUEST', message)
}

/** Runs a handler; an {@link ApiError} it throws becomes the answer. */
export async function answering(
  handler: () => DoorResponse | Promise<DoorResponse>,
): Promise<DoorResponse> {
  try {
    return await handler()
  } catch (error) {
    if (error instanceof ApiError) return error.response()
    throw error
  }
}
