import type { MessageBlock } from '../core/index.ts'

/**
 * A 32-bit hash (FNV-1a, mixed) of the identity of message `i`: chooses a lane. Two identities may share it, so
 * nothing but the lane may rest on it.
 */
export function identityHash({ identities: { bytes, offsets } }: MessageBlock, i: number): number {
  const end = offsets[i + 1] ?? 0
  let hash = 0x811c9dc5
  for (let at = offsets[i] ?? 0; at < end; at++) {
    hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193)
  }
  return (hash ^ (hash >>> 15)) >>> 0
}

/** The exact identity of message `i`, one character a byte: for comparing, never for printing. */
export function identityText({ identities: { bytes, offsets } }: MessageBlock, i: number): string {
  const { buffer, byteOffset } = bytes
  const from = offsets[i] ?? 0
  return Buffer.from(buffer, byteOffset + from, (offsets[i + 1] ?? 0) - from).toString('latin1')
}
