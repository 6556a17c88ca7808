import { createHash } from 'node:crypto'
import { ConfigError } from '../core/index.ts'

/** The first 12 hex digits of the key's SHA-256: tells keys apart in audit and logs without telling the key. */
export function keyFingerprint(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12)
}

/**
 * Throws {@link ConfigError} `KEY_INVALID` for what cannot be a write key: nothing, or text with spaces, line breaks
 * or colons (HTTP Basic splits at the first colon).
 */
export function checkKey(key: string): void {
  if (/^[\x21-\x39\x3b-\x7e]+$/.test(key)) return
  throw new ConfigError(
    'KEY_INVALID',
    'The secret is not a Customer.io write key: it is empty or has spaces, line breaks or colons. Store the API key of the Customer.io API source, and nothing else.',
  )
}
