/** What one pass over a JSON body tells without parsing it. */
export interface Measure {
  /** Deepest nesting. */
  readonly depth: number
  /** Bytes of each item of the top-level array `batch`, outer white space left out; empty without one. */
  readonly items: readonly number[]
}

const quote = 0x22
const backslash = 0x5c
const name = Buffer.from('batch')

/**
 * Measures a body that is well-formed JSON; of one that is not, it tells something, and the parser will object.
 * Sizes are those of the bytes on the wire, which only the wire knows: parsed values have forgotten their escapes.
 */
export function measure(body: Uint8Array): Measure {
  let items: number[] = []
  let depth = 0
  let deepest = 0
  let inBatch = false
  let isNamed = false
  let start = -1
  let size = 0
  const finish = () => {
    if (start >= 0) items.push(size)
    start = -1
    size = 0
  }
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0x3a) continue
    if (byte === 0x2c) {
      if (inBatch && depth === 2) finish()
      continue
    }
    if (byte === 0x5d || byte === 0x7d) {
      depth--
      if (inBatch && depth === 2) size = i + 1 - start
      if (inBatch && depth === 1) {
        finish()
        inBatch = false
      }
      continue
    }
    const isItem = inBatch && depth === 2
    if (isItem && start < 0) start = i
    if (byte === 0x5b || byte === 0x7b) {
      if (depth === 1 && byte === 0x5b && isNamed) {
        inBatch = true
        items = []
      }
      depth++
      if (depth > deepest) deepest = depth
      continue
    }
    if (byte === quote) {
      const from = i + 1
      i = endOfString(body, from)
      if (depth === 1) isNamed = i - from === name.length && name.equals(body.subarray(from, i))
    }
    if (isItem) size = i + 1 - start
  }
  return { depth: deepest, items }
}

/** Place of the quote that ends the string whose first character stands at `from`. */
function endOfString(body: Uint8Array, from: number): number {
  let i = from
  while (i < body.length && body[i] !== quote) i += body[i] === backslash ? 2 : 1
  return i
}
