import { expect, it } from '@jest/globals'
import { controlTables } from '../../src/audit/schema.ts'

/** Columns that may hold an identifier of a person, or what was sent about one. */
const personal = ['message_key', 'person', 'payload', 'identity']

it('no table keeps bounds of what may name a person in its log, where VACUUM does not reach', () => {
  const tables = controlTables
    .map(({ name, columns, clusterBy, properties = {} }) => ({
      name,
      columns: columns.map((column) => column.name).filter((column) => personal.includes(column)),
      // Clustering needs bounds.
      indexed: [...clusterBy, ...(properties['delta.dataSkippingStatsColumns']?.split(',') ?? [])],
      isLimited: 'delta.dataSkippingStatsColumns' in properties,
    }))
    // Holds on single keys are not made.
    .filter(({ name, columns }) => columns.length > 0 && name !== 'holds')
  expect(tables.map(({ name }) => name).sort()).toEqual(['ledger', 'outbox', 'outcome_log'])
  for (const { columns, indexed, isLimited } of tables) {
    expect(isLimited).toBe(true)
    expect(indexed.filter((column) => columns.includes(column))).toEqual([])
  }
})

it('bounds are kept of columns that are there', () => {
  for (const { columns, properties = {} } of controlTables) {
    const listed = properties['delta.dataSkippingStatsColumns']?.split(',') ?? []
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(listed))
  }
})
