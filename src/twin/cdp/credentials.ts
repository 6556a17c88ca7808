import { createHash } from 'node:crypto'

/**
 * The write key of an `Authorization` header: HTTP Basic, the key as user name and an empty password. Undefined for
 * anything else, a password included.
 */
export function writeKeyOf(authorization: string | undefined): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  return pair.length > 1 && pair.indexOf(':') === pair.length - 1 ? pair.slice(0, -1) : undefined
}

/** Eight characters that tell keys apart without telling the key. */
export function fingerprintOf(key: string | undefined): string {
  return key === undefined ? 'none' : createHash('sha256').update(key).digest('hex').slice(0, 8)
}
