import { expect, it } from '@jest/globals'
import { fileStats } from '../../../src/twin/delta/stats.ts'
import type { Field } from '../../../src/twin/delta/types.ts'

const field = (name: string): Field => ({ name, type: 'string', nullable: true, metadata: {} })
const leaf = (text: string) =>
  new Map([
    ['min', text],
    ['max', text],
    ['null_count', '0'],
  ])
const fields = [field('id'), field('Name')]
const columns = new Map([
  ['"id"', leaf('a')],
  ['"Name"', leaf('b')],
])
const stats = (properties?: Record<string, string>) =>
  JSON.parse(fileStats(3, fields, columns, properties))

it('are bounds of every column, or of those alone that the table lists', () => {
  expect(stats()).toMatchObject({ minValues: { id: 'a', Name: 'b' } })
  for (const listed of ['name', ' `Name` , other']) {
    expect(stats({ 'delta.dataSkippingStatsColumns': listed })).toEqual({
      numRecords: 3,
      minValues: { Name: 'b' },
      maxValues: { Name: 'b' },
      nullCount: { Name: 0 },
    })
  }
})
