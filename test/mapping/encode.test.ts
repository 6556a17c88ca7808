import { describe, expect, it } from '@jest/globals'
import { Int64, Utf8 } from 'apache-arrow'
import { compile } from '../../src/mapping/index.ts'
import { compilePlain } from '../../src/mapping/plain-mapping.ts'
import { batchOf } from './support/arrow.ts'
import { aSync, col, messages, options, texts } from './support/spec.ts'

describe('encode', () => {
  it('writes an identify message per row', () => {
    const batch = batchOf([
      { name: '_key', type: new Utf8(), values: ['[1]', '[2]'] },
      { name: 'id', type: new Int64(), values: [1n, 9007199254740993n] },
      { name: 'email', type: new Utf8(), values: ['a@example.com', 'x"y\n\\'] },
    ])
    const sync = aSync({ call: 'identify', person: { id: 'id' }, traits: { email: col('email') } })
    const block = compile(sync, batch.schema, options).encode(batch)
    expect(messages(block)).toMatchObject([
      { type: 'identify', userId: '1', traits: { email: 'a@example.com' } },
      { type: 'identify', userId: '9007199254740993', traits: { email: 'x"y\n\\' } },
    ])
    expect(texts(block)).toEqual(texts(compilePlain(sync, batch.schema, options).encode(batch)))
  })
})
