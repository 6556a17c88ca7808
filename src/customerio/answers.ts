import { type Answer, codesOf, type Verdict } from '../core/index.ts'
import { describeErrors } from './answer-text.ts'
import { retryAfterMs } from './retry-after.ts'

/** What an HTTP answer is judged by. */
export interface HttpAnswer {
  readonly status: number
  readonly retryAfter?: string
  readonly body: string
}

/**
 * What each status means for a batch sent in strict mode. 400 and 401 are documented; 403, 408, 413, 429 and 5xx are
 * read as HTTP defines them; nothing else may happen, so nothing else is tried again.
 */
const verdicts: readonly (readonly [first: number, last: number, Verdict, string])[] = [
  [200, 299, 'delivered', ''],
  [400, 400, 'bisect', 'The destination refused the request'],
  [401, 401, 'unauthorized', 'The destination does not know the key'],
  [403, 403, 'unauthorized', 'The destination does not allow the key'],
  [408, 408, 'retry', 'The destination waited too long for the request'],
  [413, 413, 'split', 'The request is too large for the destination'],
  [429, 429, 'retry', 'The destination asks to slow down'],
  [500, 599, 'retry', 'The destination failed'],
]

/** What the lack of an answer is called, by the codes of its error; the first that matches. */
const failures: readonly (readonly [codes: RegExp, reason: string, text: string])[] = [
  [/TIMEOUT|ETIMEDOUT/, 'timeout', 'No answer in time'],
  [/^ECONNREFUSED$/, 'refused', 'The connection was refused'],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'dns', 'The name of the host could not be resolved'],
  [/CERT|VERIFY|ISSUER|^ERR_TLS|^ERR_SSL|^EPROTO$/, 'tls', 'The TLS connection could not be made'],
  [/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/, 'reset', 'The connection was closed before an answer'],
  [/^(UND_ERR_ABORTED|AbortError)$/, 'aborted', 'The request was cut off'],
]

/** The meaning of an HTTP answer. Its text is ours: status and known words, never a value of the message. */
export function understand({ status, retryAfter, body }: HttpAnswer, now: number): Answer {
  const row = verdicts.find(([first, last]) => status >= first && status <= last)
  const [, , verdict, words] = row ?? [0, 0, 'dead-letter' as const, 'The answer is not expected']
  const waitMs = retryAfterMs(retryAfter, now)
  const detail = verdict === 'delivered' ? '' : describeErrors(body)
  return {
    verdict,
    status,
    reason: `http_${status}`,
    text: detail === '' ? words : `${words} (${detail})`,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  }
}

/** The meaning of no answer: the messages may or may not have been accepted, so they are sent again. */
export function understandFailure(error: unknown): Answer {
  const codes = codesOf(error)
  for (const [pattern, reason, text] of failures) {
    if (codes.some((code) => pattern.test(code))) return { verdict: 'retry', reason, text }
  }
  return { verdict: 'retry', reason: 'network', text: 'The connection failed' }
}
