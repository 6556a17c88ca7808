import { hash } from 'node:crypto'
import { messageIdBytes, writeIdHash, writeIdTime } from '../core/index.ts'
import { Out } from './out.ts'

/** Writes the id of the message with this key and time at `at`; the bytes of core's `messageId`, without its strings. */
export type WriteId = (
  key: Uint8Array,
  from: number,
  to: number,
  timeMs: number,
  at: number,
) => void

/** A writer of ids into `ids`, for the parts that stand before the key. */
export function bindIds(secret: string, parts: readonly string[], ids: Uint8Array): WriteId {
  const input = new Out(512)
  const prefix = Buffer.from(`${[secret, ...parts].join('\0')}\0`)
  input.reserve(prefix.length)
  input.bytes.set(prefix)
  // Keys have few lengths, and a view costs as much as a fifth of the hash.
  let views: Uint8Array[] = []
  const digest = new Uint8Array(10)
  const time = new Uint8Array(10)
  let lastTime = Number.NaN
  return (key, from, to, timeMs, at) => {
    const length = prefix.length + to - from
    input.at = prefix.length
    const before = input.bytes
    input.reserve(to - from)
    if (input.bytes !== before) views = []
    const { bytes } = input
    for (let i = from; i < to; i++) bytes[prefix.length + i - from] = key[i] ?? 0
    views[to - from] ??= bytes.subarray(0, length)
    const binary = hash('sha256', views[to - from] ?? bytes, 'binary')
    for (let i = 0; i < 10; i++) digest[i] = binary.charCodeAt(i)
    if (timeMs !== lastTime) writeIdTime(time, 0, timeMs)
    lastTime = timeMs
    for (let i = 0; i < 10; i++) ids[at + i] = time[i] ?? 0
    writeIdHash(ids, at + 10, digest)
  }
}

/** The id at `at` as text. */
export function idText(ids: Uint8Array, at: number): string {
  return Buffer.from(ids.buffer, ids.byteOffset + at, messageIdBytes).toString('latin1')
}
