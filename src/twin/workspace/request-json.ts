import type { z } from 'zod'
import { ApiError } from './api-error.ts'

/**
 * The JSON of a request's body, checked.
 *
 * @throws ApiError 400 MALFORMED_REQUEST for what is no JSON, INVALID_PARAMETER_VALUE for another shape.
 */
export function jsonOf<T>(body: Buffer, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    throw new ApiError(
      400,
      'MALFORMED_REQUEST',
      'Invalid JSON given in the body of the request - failed to parse given JSON',
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not what it should be'}`)
}

/** A parameter whose value cannot be. */
export function invalid(message: string): ApiError {
  return new ApiError(400, 'INVALID_PARAMETER_VALUE', message)
}

/** A query parameter that must be there. */
export function required(query: URLSearchParams, name: string): string {
  const value = query.get(name)
  if (value === null || value === '') throw invalid(`Missing required field: ${name}`)
  return value
}

/** A part of a path, percent-decoded. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw invalid(`${part} is not percent-encoded UTF-8`)
  }
}
