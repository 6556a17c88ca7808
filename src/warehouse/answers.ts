import { SourceError } from '../core/index.ts'
import type { HttpAnswer } from './http.ts'

/** The JSON object of an answer; an empty one where it is anything else. */
export function jsonOf(answer: HttpAnswer): Record<string, unknown> {
  try {
    return JSON.parse(answer.body) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** The error of a call that was not taken: a missing right under its own code, whatever was asked for. */
export function refused(answer: HttpAnswer, code: string, message: string): SourceError {
  const said = String(jsonOf(answer).error_code ?? `status ${answer.status}`)
  const denied = answer.status === 401 || answer.status === 403
  return new SourceError(denied ? 'PERMISSION_DENIED' : code, `${message} (${said})`, {
    context: { status: answer.status },
  })
}
