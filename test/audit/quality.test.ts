import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { controlStatements, qualityIn } from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'

let control: DuckControl
beforeEach(async () => {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
})
afterEach(() => control.close())

it('what checks found is written down once each time they are made', async () => {
  const checked = {
    windowId: 'customers.eu.000001',
    sync: 'customers',
    destination: 'eu',
    checkedAt: new Date('2026-02-01T10:00:00Z'),
    results: [
      { name: 'not_null:email', passed: false, failedRows: 3, text: '3 rows have no email' },
      { name: 'fresh:loaded_at', passed: true, text: 'an hour old' },
    ],
  }
  const quality = qualityIn(control, 'main.customerio')
  await quality.record(checked)
  await quality.record(checked)
  const rows = () =>
    control.query(
      'SELECT * FROM `main`.`customerio`.`quality` ORDER BY `checked_at`, `check_name` DESC',
    )
  expect(await rows()).toEqual([
    {
      window_id: 'customers.eu.000001',
      sync: 'customers',
      destination: 'eu',
      check_name: 'not_null:email',
      passed: 0,
      failed_rows: 3,
      details: '3 rows have no email',
      checked_at: checked.checkedAt,
    },
    expect.objectContaining({ check_name: 'fresh:loaded_at', passed: 1, failed_rows: null }),
  ])
  await quality.record({ ...checked, checkedAt: new Date('2026-02-01T11:00:00Z') })
  expect(await rows()).toHaveLength(4)
})
