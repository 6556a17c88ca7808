import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { controlOf } from '../../src/audit/control.ts'
import {
  controlStatements,
  type NewWindow,
  type Windows,
  windowIdOf,
  windowsIn,
} from '../../src/audit/index.ts'
import { controlViews } from '../../src/audit/schema.ts'
import { DuckControl } from './duck-control.ts'

const openedAt = new Date('2026-03-01T10:00:00.123Z')
const counts = {
  rows: 10,
  nullKeys: 1,
  duplicateKeys: 2,
  noRoute: 1,
  unchanged: 3,
  held: 1,
  ignored: 1,
}
const noRows = {
  rows: 0,
  nullKeys: 0,
  duplicateKeys: 0,
  noRoute: 0,
  unchanged: 0,
  held: 0,
  ignored: 0,
}

function aWindow(over: Partial<NewWindow> = {}): NewWindow {
  return {
    sync: 'customers',
    destination: 'eu',
    number: 1,
    kind: 'sync',
    pin: '{"table":"main.gold.customers","version":7}',
    mapping: '{"call":"identify"}',
    mappingHash: 'abc',
    counts: noRows,
    runId: 'run-1',
    openedAt,
    ...over,
  }
}

let control: DuckControl
let windows: Windows

beforeEach(async () => {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  windows = windowsIn(control, 'main.customerio')
})

afterEach(() => control.close())

/** Puts outcomes of window 1 straight into the log. */
async function outcomes(...fates: [id: string, status: string, sentAt: string, window?: number][]) {
  for (const [id, status, sentAt, window = 1] of fates) {
    await control.execute(
      `INSERT INTO \`main\`.\`customerio\`.\`outcome_log\` BY NAME SELECT '${windowIdOf('customers', 'eu', window)}' AS window_id,
       'customers' AS sync, 'eu' AS destination, '["${id}"]' AS message_key, '${id}' AS message_id, 'identify' AS call,
       '${status}' AS status, 1 AS attempt, 1 AS send_attempt, TIMESTAMP '${sentAt}' AS sent_at, 'r' AS run_id, 'p' AS part`,
    )
  }
}

it('sets up the control schema by statements that can be repeated', async () => {
  await windows.open(aWindow())
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
  expect(await windows.findOpen('customers', 'eu')).toBeDefined()
})

it.each(controlViews)('view $name lists the columns of its query, in their order', async (view) => {
  const names = await control.columnNames(view.query(controlOf('main.customerio')))
  expect(view.columns.map(([name]) => name)).toEqual(names)
})

describe('windows', () => {
  it('are numbered from 1 per sync and destination', async () => {
    expect((await windows.standing('customers', 'eu')).next).toBe(1)
    await windows.open(aWindow())
    expect((await windows.standing('customers', 'eu')).next).toBe(2)
    expect((await windows.standing('customers', 'us')).next).toBe(1)
    expect((await windows.standing('orders', 'eu')).next).toBe(1)
  })

  it('are found again as they were opened', async () => {
    expect(await windows.findOpen('customers', 'eu')).toBeUndefined()
    const window = aWindow({ counts, number: 42 })
    const opened = await windows.open(window)
    expect(opened).toEqual({ ...window, windowId: 'customers.eu.000042', state: 'open' })
    expect(await windows.findOpen('customers', 'eu')).toEqual(opened)
    expect(await windows.findOpen('customers', 'us')).toBeUndefined()
  })

  it('that closed last is the newest one that looked at everything new', async () => {
    expect((await windows.standing('customers', 'eu')).lastClosed).toBeUndefined()
    const kinds = ['sync', 'rebase', 'replay', 'backfill', 'sync'] as const
    for (const [i, kind] of kinds.entries()) {
      const { windowId } = await windows.open(aWindow({ number: i + 1, kind }))
      if (i < 4) await windows.close(windowId, openedAt)
    }
    expect((await windows.standing('customers', 'eu')).lastClosed).toMatchObject({
      number: 2,
      kind: 'rebase',
    })
    expect((await windows.standing('customers', 'us')).lastClosed).toBeUndefined()
  })

  it('are opened once, however often the statement is repeated', async () => {
    await windows.open(aWindow())
    await windows.open(aWindow())
    const [row] = await control.query('SELECT count(*) AS n FROM `main`.`customerio`.`windows`')
    expect(row?.n).toBe(1)
  })

  it('belong to the run that opened them: another one is told to come again', async () => {
    await windows.open(aWindow())
    await expect(windows.open(aWindow({ runId: 'run-2', pin: 'other' }))).rejects.toMatchObject({
      code: 'WINDOW_TAKEN',
    })
    expect((await windows.findOpen('customers', 'eu'))?.pin).toBe(aWindow().pin)
  })

  it('keep values with quotes and backslashes as they are', async () => {
    const mapping = `{"event":"it's \\"done\\" \\\\ :name"}`
    expect((await windows.open(aWindow({ mapping }))).mapping).toBe(mapping)
  })
})

describe('the account', () => {
  it('adds up: rows that made no message are invalid, what nothing explains is pending', async () => {
    await windows.open(aWindow({ counts }))
    await outcomes(
      ['a', 'delivered', '2026-03-01 10:00:01'],
      ['b', 'invalid', '2026-03-01 10:00:01'],
    )
    expect(await windows.account('customers.eu.000001')).toEqual({
      rows: 10,
      delivered: 1,
      invalid: 5,
      rejected: 0,
      undelivered: 0,
      unchanged: 3,
      held: 1,
      ignored: 1,
      pending: -1,
    })
  })

  it('counts a message once, delivered before anything that came later', async () => {
    await windows.open(aWindow({ counts: { ...noRows, rows: 3 } }))
    await outcomes(
      ['a', 'delivered', '2026-03-01 10:00:01'],
      ['a', 'undelivered', '2026-03-01 10:00:09'],
      ['b', 'undelivered', '2026-03-01 10:00:01'],
      ['b', 'rejected', '2026-03-01 10:00:02'],
      ['b', 'undelivered', '2026-03-01 10:00:00'],
    )
    expect(await windows.account('customers.eu.000001')).toMatchObject({
      delivered: 1,
      rejected: 1,
      undelivered: 0,
      pending: 1,
    })
  })

  it('of a window that is not there is an error', async () => {
    await expect(windows.account('customers.eu.000001')).rejects.toMatchObject({
      code: 'WINDOW_MISSING',
    })
  })
})

describe('closing', () => {
  const id = 'customers.eu.000001'

  it('takes a window off the open ones, and can be repeated', async () => {
    await windows.open(aWindow({ counts: { ...noRows, rows: 1 } }))
    await outcomes(['a', 'rejected', '2026-03-01 10:00:01'])
    expect(await windows.close(id, new Date(5000))).toMatchObject({ rejected: 1, pending: 0 })
    await windows.close(id, new Date(9000))
    expect(await windows.findOpen('customers', 'eu')).toBeUndefined()
    const [row] = await control.query(
      'SELECT epoch_ms(`closed_at`) AS ms FROM `main`.`customerio`.`windows`',
    )
    expect(row?.ms).toBe(5000)
  })

  it('is refused while rows are unaccounted for', async () => {
    await windows.open(aWindow({ counts: { ...noRows, rows: 2 } }))
    await outcomes(['a', 'delivered', '2026-03-01 10:00:01'])
    await expect(windows.close(id, new Date())).rejects.toThrow(
      'has 1 of 2 rows without an outcome',
    )
    expect(await windows.findOpen('customers', 'eu')).toBeDefined()
  })

  it('is refused when there are more outcomes than rows', async () => {
    await windows.open(aWindow())
    await outcomes(['a', 'delivered', '2026-03-01 10:00:01'])
    await expect(windows.close(id, new Date())).rejects.toMatchObject({
      code: 'ROWS_UNACCOUNTED',
      context: { window: id, rows: 0, pending: -1 },
    })
  })
})

describe('dead letters', () => {
  const open = async () =>
    (
      await control.query(
        'SELECT `message_id`, `status` FROM `main`.`customerio`.`dead_letters` ORDER BY 1',
      )
    ).map((row) => `${row.message_id} ${row.status}`)

  it('are the keys whose newest outcome is not delivered', async () => {
    await outcomes(
      ['a', 'rejected', '2026-03-01 10:00:01', 1],
      ['a', 'delivered', '2026-03-01 11:00:01', 2],
      ['b', 'delivered', '2026-03-01 10:00:01', 1],
      ['b', 'undelivered', '2026-03-01 11:00:01', 2],
      ['c', 'invalid', '2026-03-01 10:00:01', 1],
      ['c', 'rejected', '2026-03-01 11:00:01', 2],
      ['d', 'delivered', '2026-03-01 10:00:01', 1],
      ['d', 'undelivered', '2026-03-01 10:00:05', 1],
    )
    expect(await open()).toEqual(['b undelivered', 'c rejected'])
  })
})
