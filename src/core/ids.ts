import { createHash, randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** Byte values of Crockford's base32 alphabet, by 5-bit value. */
const digits = Uint8Array.from(alphabet, (c) => c.charCodeAt(0))

/** Bytes of a message id. */
export const messageIdBytes = 26

/** Writes the ten time characters of an ULID for `timeMs` (0 … 2^48-1, clamped) at `at`. */
export function writeIdTime(into: Uint8Array, at: number, timeMs: number): void {
  let rest = Math.min(Math.max(0, Math.floor(timeMs)), 2 ** 48 - 1)
  for (let i = 9; i >= 0; i--) {
    into[at + i] = digits[rest % 32] ?? 48
    rest = Math.floor(rest / 32)
  }
}

/** Writes the sixteen characters made of the first 80 bits of `hash`, starting at `from`, at `at`. */
export function writeIdHash(into: Uint8Array, at: number, hash: Uint8Array, from = 0): void {
  for (let half = 0; half < 2; half++) {
    const h = from + half * 5
    const a = hash[h] ?? 0
    const b = hash[h + 1] ?? 0
    const c = hash[h + 2] ?? 0
    const d = hash[h + 3] ?? 0
    const e = hash[h + 4] ?? 0
    const o = at + half * 8
    into[o] = digits[a >> 3] ?? 48
    into[o + 1] = digits[((a & 7) << 2) | (b >> 6)] ?? 48
    into[o + 2] = digits[(b >> 1) & 31] ?? 48
    into[o + 3] = digits[((b & 1) << 4) | (c >> 4)] ?? 48
    into[o + 4] = digits[((c & 15) << 1) | (d >> 7)] ?? 48
    into[o + 5] = digits[(d >> 2) & 31] ?? 48
    into[o + 6] = digits[((d & 3) << 3) | (e >> 5)] ?? 48
    into[o + 7] = digits[e & 31] ?? 48
  }
}

/**
 * A message id: 26 characters shaped like an ULID, the same for the same secret, parts and time, and telling
 * nothing about the parts without the secret (SHA-256 over secret and parts, cut to 80 bits). Customer.io ignores
 * a repeated event id only when it is ULID-shaped.
 */
export function messageId(secret: string, timeMs: number, ...parts: readonly string[]): string {
  const hash = createHash('sha256').update(secret)
  for (const part of parts) hash.update('\0').update(part)
  const into = new Uint8Array(messageIdBytes)
  writeIdTime(into, 0, timeMs)
  writeIdHash(into, 10, hash.digest())
  return Buffer.from(into).toString('latin1')
}

/** A new random ULID for things that happen once: runs, requests. */
export function newId(timeMs: number): string {
  const into = new Uint8Array(messageIdBytes)
  writeIdTime(into, 0, timeMs)
  writeIdHash(into, 10, randomBytes(10))
  return Buffer.from(into).toString('latin1')
}
