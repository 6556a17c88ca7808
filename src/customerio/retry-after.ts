/** The longest wait that is honoured, in milliseconds. */
export const maxRetryAfterMs = 300_000

/**
 * Milliseconds that a `Retry-After` header asks for, as seconds or as an HTTP date, from 0 to
 * {@link maxRetryAfterMs}; undefined when it is absent or says nothing usable.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? ''
  const ms = /^\d+$/.test(text)
    ? Number(text) * 1000
    : /^[A-Za-z]{3,9}, /.test(text)
      ? Date.parse(text) - now
      : Number.NaN
  return Number.isNaN(ms) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, ms))
}
