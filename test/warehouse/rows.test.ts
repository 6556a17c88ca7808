import { describe, expect, it } from '@jest/globals'
import {
  Bool,
  DateDay,
  Decimal,
  Field,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow'
import type { ArrowPage } from '../../src/warehouse/index.ts'
import { toRows } from '../../src/warehouse/rows.ts'

function pageOf(columns: Record<string, Vector>): ArrowPage {
  const table = new Table(columns)
  const bytes = RecordBatchStreamWriter.writeAll(table).toUint8Array(true)
  return { messages: [bytes], rows: table.numRows }
}

describe('small results as rows', () => {
  it('give integers exactly: as number where that is exact, else as bigint', () => {
    const page = pageOf({
      n: vectorFromArray([1n, 9007199254740993n, null], new Int64()),
      i: vectorFromArray([1, -2, null], new Int32()),
      b: vectorFromArray([true, false, null], new Bool()),
    })
    expect(toRows([page])).toEqual([
      { n: 1, i: 1, b: true },
      { n: 9007199254740993n, i: -2, b: false },
      { n: null, i: null, b: null },
    ])
  })

  it('give times as Date, days as text', () => {
    const page = pageOf({
      at: vectorFromArray([new Date('1969-12-31T23:59:59.123Z')], new TimestampMicrosecond('UTC')),
      day: vectorFromArray([new Date('2020-02-29')], new DateDay()),
    })
    expect(toRows([page])).toEqual([
      { at: new Date('1969-12-31T23:59:59.123Z'), day: '2020-02-29' },
    ])
  })

  it('give decimals as exact text', () => {
    const type = new Decimal(2, 38, 128)
    const words = (value: bigint) =>
      Array.from({ length: 4 }, (_, i) =>
        Number((BigInt.asUintN(128, value) >> BigInt(32 * i)) & 0xffffffffn),
      )
    const values = [12345n, -5n, 0n, -(10n ** 30n)]
    const data = makeData({
      type,
      length: values.length,
      nullCount: 0,
      data: Uint32Array.from(values.flatMap(words)),
    })
    const schema = new Schema([new Field('d', type)])
    const batch = new RecordBatch(
      schema,
      makeData({ type: new Struct(schema.fields), length: values.length, children: [data] }),
    )
    const bytes = RecordBatchStreamWriter.writeAll(new Table([batch])).toUint8Array(true)
    expect(toRows([{ messages: [bytes], rows: 4 }]).map(({ d }) => d)).toEqual([
      '123.45',
      '-0.05',
      '0.00',
      '-10000000000000000000000000000.00',
    ])
  })

  it('give lists and structs as arrays and objects', () => {
    const list = new List(new Field('item', new Int64(), true))
    const struct = new Struct([new Field('city', new Utf8(), true)])
    const page = pageOf({
      l: vectorFromArray([[1n, null], null], list),
      s: vectorFromArray([{ city: 'Oslo' }, null], struct),
    })
    expect(toRows([page])).toEqual([
      { l: [1, null], s: { city: 'Oslo' } },
      { l: null, s: null },
    ])
  })

  it('are empty for a schema alone', () => {
    const page = pageOf({ a: vectorFromArray([1], new Int32()) })
    expect(toRows([])).toEqual([])
    expect(toRows([page, page])).toHaveLength(2)
  })
})
