import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { controlStatements, pendingMigrations, windowsIn } from '../../src/audit/index.ts'
import { DuckControl } from './duck-control.ts'

let control: DuckControl
beforeEach(async () => {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
})
afterEach(() => control.close())

describe('the account of a window whose outcomes were summed up', () => {
  it('stays as it was while they go, and after', async () => {
    await control.execute(
      `INSERT INTO \`main\`.\`customerio\`.\`windows\` BY NAME SELECT 'a.eu.000001' AS window_id, 'a' AS sync, 'eu' AS destination,
       1 AS window_number, 'sync' AS kind, 'closed' AS state, '{}' AS pin, 'h' AS mapping_hash, '{}' AS mapping, 12 AS row_count,
       1 AS null_keys, 0 AS duplicate_keys, 0 AS no_route, 1 AS unchanged, 0 AS held, 0 AS ignored, 'r' AS run_id,
       TIMESTAMP '2026-01-01' AS opened_at, 4 AS outcomes_delivered, 3 AS outcomes_invalid, 2 AS outcomes_rejected,
       1 AS outcomes_undelivered, TIMESTAMP '2026-03-01' AS outcomes_summed_at`,
    )
    await control.execute(
      `INSERT INTO \`main\`.\`customerio\`.\`outcome_log\` BY NAME SELECT 'a.eu.000001' AS window_id, 'a' AS sync, 'eu' AS destination,
       '[1]' AS message_key, '1' AS message_id, 'identify' AS call, 'delivered' AS status, 1 AS attempt, 1 AS send_attempt,
       TIMESTAMP '2026-01-01' AS sent_at, 'r' AS run_id, 'p' AS part`,
    )
    const account = {
      rows: 12,
      delivered: 4,
      invalid: 4,
      rejected: 2,
      undelivered: 1,
      unchanged: 1,
      held: 0,
      ignored: 0,
      pending: 0,
    }
    const windows = windowsIn(control, 'main.customerio')
    expect(await windows.account('a.eu.000001')).toEqual(account)
    await control.execute('DELETE FROM `main`.`customerio`.`outcome_log`')
    expect(await windows.account('a.eu.000001')).toEqual(account)
  })
})

describe('pending migrations', () => {
  it('are none in a control schema of this version', async () => {
    const { query } = control
    // DuckDB names the columns of DESCRIBE in its own way.
    const sql = {
      execute: control.execute.bind(control),
      query: async (text: string) =>
        (await query.call(control, text.replace('DESCRIBE TABLE', 'DESCRIBE'))).map((row) => ({
          col_name: row.column_name,
        })),
    }
    expect(await pendingMigrations(sql, 'main.customerio')).toEqual([])
    await control.execute('ALTER TABLE `main`.`customerio`.`windows` DROP COLUMN outcomes_invalid')
    expect(await pendingMigrations(sql, 'main.customerio')).toEqual([
      expect.stringContaining('ADD COLUMNS (\n  `outcomes_invalid` BIGINT'),
    ])
  })
})
