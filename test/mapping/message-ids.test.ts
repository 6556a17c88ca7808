import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { messageId } from '../../src/core/index.ts'
import { bindIds, idText } from '../../src/mapping/message-ids.ts'

describe('bindIds', () => {
  it('writes the ids that core makes, for keys of any length in any order', () => {
    const ids = new Uint8Array(52)
    const write = bindIds('secret', ['state', 'people', 'eu', '7'], ids)
    const keys = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constant('k'.repeat(3000)),
    )
    fc.assert(
      fc.property(keys, fc.integer({ min: -5, max: 2 ** 47 }), (key, timeMs) => {
        const bytes = Buffer.from(`..${key}`)
        write(bytes, 2, bytes.length, timeMs, 26)
        expect(idText(ids, 26)).toBe(messageId('secret', timeMs, 'state', 'people', 'eu', '7', key))
      }),
    )
  })

  it('takes prefixes that are longer than its buffer', () => {
    const ids = new Uint8Array(26)
    const long = 'x'.repeat(2000)
    bindIds('secret', [long], ids)(Buffer.from('key'), 0, 3, 1, 0)
    expect(idText(ids, 0)).toBe(messageId('secret', 1, long, 'key'))
  })
})
