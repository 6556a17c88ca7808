import { describe, expect, it } from '@jest/globals'
import { migrateStatements } from '../../src/audit/index.ts'
import { controlTables } from '../../src/audit/schema.ts'
import { firstTables } from './first-version.ts'

const namesOf = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name)
const existing = Object.fromEntries(
  Object.entries(firstTables).map(([table, columns]) => [table, namesOf(columns)]),
)

describe('the control tables', () => {
  it('still have every column of the first version, of the same type, in the same places', () => {
    for (const [name, columns] of Object.entries(firstTables)) {
      const now = controlTables.find((table) => table.name === name)?.columns ?? []
      expect([
        name,
        now.slice(0, columns.length).map(({ name, type, required }) => ({ name, type, required })),
      ]).toEqual([name, columns])
    }
  })

  it('have got only columns that may be NULL since', () => {
    const added = controlTables.flatMap((table) =>
      table.columns.slice(firstTables[table.name]?.length ?? table.columns.length),
    )
    expect(added.length).toBeGreaterThan(0)
    expect(added.filter(({ required }) => required)).toEqual([])
  })
})

describe('migrating', () => {
  it('adds the columns that came since the first version, one statement a table', () => {
    const statements = migrateStatements('main.customerio', existing)
    expect(statements).toEqual([
      `ALTER TABLE \`main\`.\`customerio\`.\`windows\` ADD COLUMNS (
  \`outcomes_delivered\` BIGINT COMMENT 'Messages delivered, summed up before their outcomes went',
  \`outcomes_invalid\` BIGINT COMMENT 'Rows that made no message, summed up likewise',
  \`outcomes_rejected\` BIGINT COMMENT 'Messages refused, summed up likewise',
  \`outcomes_undelivered\` BIGINT COMMENT 'Messages given up, summed up likewise',
  \`outcomes_summed_at\` TIMESTAMP COMMENT 'When they were summed up: maintain removes old outcomes'
)`,
      `ALTER TABLE \`main\`.\`customerio\`.\`runs\` ADD COLUMNS (
  \`slice\` STRING COMMENT 'Slice of the window that it worked on, as 3/8; NULL for all of it'
)`,
      `ALTER TABLE \`main\`.\`customerio\`.\`ledger\` ADD COLUMNS (
  \`window_number\` BIGINT COMMENT 'Number of that window: a lower one never replaces it',
  \`call\` STRING COMMENT 'Customer.io call of that message: tells a deletion from a state',
  \`delivered_at\` TIMESTAMP COMMENT 'When a message of the key was last delivered; NULL if never'
)`,
      `ALTER TABLE \`main\`.\`customerio\`.\`checkpoints\` ADD COLUMNS (
  \`lease_id\` STRING COMMENT 'Taking that the epoch belongs to; NULL when nobody holds it',
  \`window_number\` BIGINT COMMENT 'Number of that window: the position never goes back'
)`,
      `ALTER TABLE \`main\`.\`customerio\`.\`mappings\` ADD COLUMNS (
  \`row_columns\` STRING COMMENT 'Columns of the row hash, as JSON array',
  \`fields\` STRING COMMENT 'Every column that leaves, as JSON array; see inventory'
)`,
      `ALTER TABLE \`main\`.\`customerio\`.\`receipts\` ADD COLUMNS (
  \`requested_by\` STRING COMMENT 'Who asked, as the request table says; e-mail addresses blotted out',
  \`actor\` STRING COMMENT 'Identity that did it'
)`,
    ])
  })

  it('does nothing to tables of this version, to those of a later one, and to those that are not there', () => {
    const current = Object.fromEntries(
      controlTables.map(({ name, columns }) => [
        name,
        [...namesOf(columns).map((column) => column.toUpperCase()), 'from_the_future'],
      ]),
    )
    expect(migrateStatements('main.customerio', current)).toEqual([])
    expect(migrateStatements('main.customerio', {})).toEqual([])
  })
})
