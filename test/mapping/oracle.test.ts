import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { MessageBlock } from '../../src/core/index.ts'
import { compile } from '../../src/mapping/index.ts'
import { compilePlain } from '../../src/mapping/plain-mapping.ts'
import { cases } from './support/arbitrary.ts'
import { batchOf } from './support/arrow.ts'
import { options, texts } from './support/spec.ts'

/** A block as plain values, so that two of them compare by content. */
function readable(block: MessageBlock) {
  const column = ({ bytes, offsets }: { bytes: Uint8Array; offsets: ArrayLike<number> }) =>
    Array.from({ length: offsets.length - 1 }, (_, i) =>
      Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])).toString(),
    )
  return {
    count: block.count,
    texts: texts(block),
    bytes: Buffer.from(block.bytes).toString(),
    keys: column(block.keys),
    ids: Buffer.from(block.ids).toString(),
    identities: column(block.identities),
    events: block.events && column(block.events),
    hashes: block.hashes && column(block.hashes),
    partition: block.partition && Array.from(block.partition),
    partitions: block.partitions,
    invalid: block.invalid,
  }
}

describe('the compiled encoder', () => {
  it('makes of any sync, schema and data the very bytes, ids and refusals that the plain one makes', () => {
    fc.assert(
      fc.property(cases, ({ sync, columns, around, throughIpc }) => {
        const batch = batchOf(columns, { around, throughIpc })
        const fast = compile(sync, batch.schema, options)
        const plain = compilePlain(sync, batch.schema, options)
        expect(fast.text).toBe(plain.text)
        const made = readable(fast.encode(batch))
        expect(made).toEqual(readable(plain.encode(batch)))
        for (const text of made.texts) JSON.parse(text)
        // In two pieces it is the same, except that a block knows the partitions so far.
        const middle = Math.floor(batch.numRows / 2)
        expect(fast.hashColumns).toEqual(plain.hashColumns)
        const pieces = [fast.encode(batch, 0, middle), fast.encode(batch, middle)]
        expect(pieces.flatMap(texts)).toEqual(made.texts)
        expect(pieces.flatMap(({ invalid }) => invalid)).toEqual(made.invalid)
      }),
      { numRuns: 200 },
    )
  })
})
