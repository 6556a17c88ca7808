import { describe, expect, it } from '@jest/globals'
import { PlainColumn, RunColumn } from '../../src/audit/parquet/columns.ts'
import { encodePart, PartBuilder } from '../../src/audit/parquet/part.ts'
import { readParquet, textColumn } from './support.ts'

function onePlain(texts: readonly (string | null)[]) {
  const column = new PlainColumn()
  const part = new PartBuilder([{ name: 'v', type: 'STRING', column }])
  for (const text of texts) {
    if (text === null) column.nulls(1)
    else column.text(text)
    part.rowsAdded()
  }
  return part
}

describe.each([false, true])('parts, compressed: %p', (compress) => {
  it('read back exactly: NULL, empty text, emoji, a value of 1 MB', async () => {
    const texts = [null, '', 'ä', '😀 grüße', 'x'.repeat(1024 * 1024), null, '"\\\n']
    const file = await encodePart(onePlain(texts).seal(), compress)
    expect((await readParquet(file)).map((row) => row.v)).toEqual(texts)
  })

  it('read back exactly over several row groups', async () => {
    const count = 120_007
    const column = new PlainColumn()
    const status = new RunColumn('STRING')
    const part = new PartBuilder([
      { name: 'k', type: 'STRING', column },
      { name: 's', type: 'STRING', column: status },
    ])
    for (let from = 0; from < count; from += 500) {
      const texts = Array.from({ length: Math.min(500, count - from) }, (_, i) => `k${from + i}`)
      const { bytes, offsets } = textColumn(texts)
      column.slices(bytes, offsets, offsets.subarray(1), 0, texts.length)
      status.push(from % 1500 === 0 ? null : `s${from % 7}`, texts.length)
      part.rowsAdded()
    }
    const sealed = part.seal()
    expect(sealed.groups.map((group) => group.rows)).toEqual([50_000, 50_000, 20_007])
    const rows = await readParquet(await encodePart(sealed, compress))
    expect(rows.map((row) => row.k)).toEqual(Array.from({ length: count }, (_, i) => `k${i}`))
    expect(rows.map((row) => row.s)).toEqual(
      Array.from({ length: count }, (_, i) => {
        const from = i - (i % 500)
        return from % 1500 === 0 ? null : `s${from % 7}`
      }),
    )
  })

  it('may be empty', async () => {
    const file = await encodePart(onePlain([]).seal(), compress)
    expect(await readParquet(file)).toEqual([])
  })
})

describe('run columns', () => {
  it('keep every type exact, beyond what a double can hold', async () => {
    const big = new RunColumn('BIGINT')
    const int = new RunColumn('INT')
    const time = new RunColumn('TIMESTAMP')
    const part = new PartBuilder([
      { name: 'big', type: 'BIGINT', column: big },
      { name: 'int', type: 'INT', column: int },
      { name: 'time', type: 'TIMESTAMP', column: time },
    ])
    for (const value of [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 7, null]) big.push(value, 1)
    for (const value of [0, -1, 2 ** 31 - 1, -(2 ** 31), null]) int.push(value, 1)
    for (const ms of [1_700_000_000_123, 0, -1, 253_402_300_799_999, null]) time.push(ms, 1)
    const file = await encodePart(part.seal(), false)
    expect(await readParquet(file, 'big, int, epoch_us(time) AS us')).toEqual([
      { big: 2n ** 53n + 1n, int: 0, us: 1_700_000_000_123_000n },
      { big: 2n ** 63n - 1n, int: -1, us: 0n },
      { big: -(2n ** 63n), int: 2 ** 31 - 1, us: -1000n },
      { big: 7n, int: -(2 ** 31), us: 253_402_300_799_999_000n },
      { big: null, int: null, us: null },
    ])
  })

  it.each([1, 2, 3, 256, 257, 70_000])('hold %p distinct values', async (distinct) => {
    const column = new RunColumn('STRING')
    const part = new PartBuilder([{ name: 'v', type: 'STRING', column }])
    for (let i = 0; i < distinct * 2; i++) column.push(`v${i % distinct}`, 1)
    const rows = await readParquet(await encodePart(part.seal(), false))
    expect(rows.map((row) => row.v)).toEqual(
      Array.from({ length: distinct * 2 }, (_, i) => `v${i % distinct}`),
    )
  })

  it('take hardly any room for a constant', async () => {
    const column = new RunColumn('STRING')
    const part = new PartBuilder([{ name: 'v', type: 'STRING', column }])
    column.push('the same for all of them', 1_000_000)
    expect((await encodePart(part.seal(), false)).length).toBeLessThan(500)
  })
})

describe('part files', () => {
  it('declare sizes, encodings and offsets that agree with their pages', async () => {
    const column = new PlainColumn()
    const status = new RunColumn('STRING')
    const part = new PartBuilder([
      { name: 'k', type: 'STRING', column },
      { name: 's', type: 'STRING', column: status },
    ])
    for (let i = 0; i < 1000; i++) column.text('the same text again and again')
    status.push('delivered', 1000)
    const file = await encodePart(part.seal(), true)
    const [k, s] = await parquetMetadata(file)
    expect(k).toMatchObject({ compression: 'GZIP', encodings: 'RLE, PLAIN' })
    expect(k?.total_uncompressed_size).toBeGreaterThan(1000 * 29)
    expect(k?.total_compressed_size).toBeLessThan(1000)
    expect(s).toMatchObject({
      compression: 'UNCOMPRESSED',
      encodings: 'RLE, PLAIN, RLE_DICTIONARY',
    })
    expect(s?.dictionary_page_offset).toBeGreaterThan(0n)
    expect(s?.data_page_offset).toBeGreaterThan(s?.dictionary_page_offset as bigint)
  })

  it('are refused when a column is shorter than the others', () => {
    const column = new PlainColumn()
    const part = new PartBuilder([
      { name: 'k', type: 'STRING', column },
      { name: 's', type: 'STRING', column: new RunColumn('STRING') },
    ])
    column.text('x')
    expect(() => part.seal()).toThrow('column s is not as long as the others')
  })

  it('end a row group early when its values are large', () => {
    const part = onePlain(Array.from({ length: 40 }, () => 'x'.repeat(1024 * 1024)))
    expect(part.seal().groups.map((group) => group.rows)).toEqual([16, 16, 8])
  })
})

async function parquetMetadata(file: Uint8Array): Promise<Record<string, unknown>[]> {
  return readParquet(file, '*', 'parquet_metadata')
}
