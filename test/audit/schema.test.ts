import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import { controlOf } from '../../src/audit/control.ts'
import { controlDocs, controlStatements } from '../../src/audit/index.ts'
import { controlTables, controlViews } from '../../src/audit/schema.ts'

describe('control statements', () => {
  it('read as Databricks SQL', () => {
    const [schema, volume, windows] = controlStatements('main.customerio')
    expect(schema).toBe(
      "CREATE SCHEMA IF NOT EXISTS `main`.`customerio` COMMENT 'State and audit of customerio-jobs'",
    )
    expect(volume).toMatch(/^CREATE VOLUME IF NOT EXISTS `main`\.`customerio`\.`parts` COMMENT '/)
    expect(windows).toMatch(/^CREATE TABLE IF NOT EXISTS `main`\.`customerio`\.`windows` \(\n/)
    expect(windows).toContain("\n  `window_id` STRING NOT NULL COMMENT 'Window: ")
    expect(windows).toContain('\nUSING DELTA\nCLUSTER BY (`sync`, `destination`)\nCOMMENT ')
  })

  it('create every table and view of the design that is true today', () => {
    const names = controlStatements('main.customerio').map(
      (statement) =>
        /^CREATE (?:OR REPLACE )?(?:TABLE IF NOT EXISTS|VIEW) `main`.`customerio`.`(\w+)`/.exec(
          statement,
        )?.[1],
    )
    expect(names.filter((name) => name !== undefined)).toEqual([
      'windows',
      'runs',
      'outcome_log',
      'requests',
      'ledger',
      'checkpoints',
      'mappings',
      'acts',
      'holds',
      'receipts',
      'erased',
      'quality',
      'outbox',
      'outcomes',
      'dead_letters',
      'account',
      'inventory',
    ])
  })

  it('set table properties where there are any', () => {
    const ledger = controlStatements('main.customerio').find((text) => text.includes('`ledger`'))
    expect(ledger).toMatch(
      /TBLPROPERTIES \('delta.autoOptimize.autoCompact' = 'true', 'delta.enableChangeDataFeed' = 'true', 'delta.dataSkippingStatsColumns' = '[a-z_,]+'\)$/,
    )
  })
})

describe('tables and views', () => {
  it.each(controlTables)(
    '$name names each column once, clusters by its own columns, four at most',
    (table) => {
      const names = table.columns.map((column) => column.name)
      expect(new Set(names).size).toBe(names.length)
      expect(names).toEqual(expect.arrayContaining([...table.clusterBy]))
      expect(table.clusterBy.length).toBeLessThanOrEqual(4)
    },
  )

  it('name no column by a word that SQL keeps for itself', () => {
    const reserved = [
      'at',
      'window',
      'partition',
      'rows',
      'row',
      'order',
      'key',
      'table',
      'user',
      'end',
    ]
    const names = [...controlTables, ...controlViews].flatMap((of) =>
      of.columns.map((column) => ('name' in column ? column.name : column[0])),
    )
    expect(names.filter((name) => reserved.includes(name))).toEqual([])
  })

  it('explain every column of every view', () => {
    const unexplained = controlViews.flatMap((view) =>
      view.columns.filter(([, comment]) => comment === ''),
    )
    expect(unexplained).toEqual([])
  })
})

describe('the control schema', () => {
  it('has its volume under the same names', () => {
    expect(controlOf('main.customerio').volume).toBe('/Volumes/main/customerio/parts')
  })

  it.each(['main', 'a.b.c', ''])('cannot be %p', (control) => {
    expect(() => controlOf(control)).toThrow(/catalog and a schema|not a table name/)
  })

  it.each(['`my catalog`.x', 'main.`..`', 'main.`a/b`'])(
    '%p cannot stand in a volume path',
    (control) => {
      expect(() => controlOf(control)).toThrow('cannot stand in a volume path')
    },
  )
})

it('docs/tables.md is up to date', async () => {
  const page = await readFile(new URL('../../docs/tables.md', import.meta.url), 'utf8')
  expect(page).toBe(controlDocs())
})
