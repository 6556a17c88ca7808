/** Keeps the last bytes of an output. */
export interface Tail {
  add(chunk: Buffer): void
  text(): string
  isTruncated(): boolean
}

/** The last `limit` bytes. */
export function createTail(limit: number): Tail {
  let chunks: Buffer[] = []
  let bytes = 0
  let isTruncated = false
  const cut = () => {
    const all = Buffer.concat(chunks)
    isTruncated ||= all.length > limit
    const last = all.subarray(Math.max(0, all.length - limit))
    chunks = [last]
    bytes = last.length
    return last
  }
  return {
    add(chunk) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > 2 * limit) cut()
    },
    text: () => cut().toString(),
    isTruncated: () => isTruncated,
  }
}
