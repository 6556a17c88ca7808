import type { MessageBlock, TextColumn } from './words.ts'

/** One finished message and what stands beside it in a block. */
export interface Entry {
  readonly json: string
  readonly key: string
  readonly id: string
  readonly identity: string
}

/** The columns of a block that every message has, from values of their own: for where speed is of no account. */
export function blockOf(
  entries: readonly Entry[],
): Pick<MessageBlock, 'count' | 'bytes' | 'starts' | 'ends' | 'keys' | 'ids' | 'identities'> {
  const lengths = entries.map(({ json }) => Buffer.byteLength(json))
  const starts = new Uint32Array(entries.length)
  for (let i = 1; i < starts.length; i++) {
    starts[i] = (starts[i - 1] ?? 0) + (lengths[i - 1] ?? 0) + 1
  }
  return {
    count: entries.length,
    bytes: Buffer.from(entries.map(({ json }) => json).join(',')),
    starts,
    ends: starts.map((start, i) => start + (lengths[i] ?? 0)),
    keys: textColumn(entries.map(({ key }) => key)),
    ids: Buffer.from(entries.map(({ id }) => id).join('')),
    identities: textColumn(entries.map(({ identity }) => identity)),
  }
}

/** Texts laid end to end. */
export function textColumn(texts: readonly string[]): TextColumn {
  const offsets = new Int32Array(texts.length + 1)
  texts.forEach((text, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + Buffer.byteLength(text)
  })
  return { bytes: Buffer.from(texts.join('')), offsets }
}
