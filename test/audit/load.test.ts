import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  controlStatements,
  createRecorder,
  type LoadSettings,
  loadWindow,
  type Sql,
  windowsIn,
} from '../../src/audit/index.ts'
import { type Exchange, silentLog } from '../../src/core/index.ts'
import { DuckControl } from './duck-control.ts'
import { blockOf, HandClock, someMessages } from './support.ts'

const windowId = 'customers.eu.000001'
const folder = '/Volumes/main/customerio/parts'
const anExchange: Exchange = {
  batch: 'b',
  attempt: 1,
  status: 200,
  partition: 'EU',
  startedAt: 1_800_000_000_000,
  durationMs: 1,
  waitMs: 0,
  bytes: 10,
  messages: 1,
  answer: '',
}

let control: DuckControl

beforeEach(async () => {
  control = await DuckControl.open()
  for (const statement of controlStatements('main.customerio')) await control.execute(statement)
})

afterEach(() => control.close())

const settings = (over: Partial<LoadSettings> = {}): LoadSettings => ({
  sql: control,
  files: control,
  control: 'main.customerio',
  sync: 'customers',
  windowId,
  ...over,
})

/** Sends `count` messages in one attempt and gives the parts it left. */
async function attempt(number: number, count: number, status: 'delivered' | 'undelivered') {
  const recorder = createRecorder({
    files: control,
    folder,
    windowId,
    sync: 'customers',
    destination: 'eu',
    call: 'identify',
    runId: `run-${number}`,
    attempt: number,
    clock: new HandClock(),
    log: silentLog,
    keepPayload: false,
  })
  const block = blockOf(someMessages(count))
  const run = { block, from: 0, to: count }
  recorder.outcome({ runs: [run], status, batch: 'b', attempt: 1, sentAt: 1_800_000_000_000 })
  recorder.exchange(anExchange)
  return recorder.close()
}

const read = (what: string) =>
  control.query(`SELECT ${what.replaceAll('@', '`main`.`customerio`')}`)

describe('loading a window', () => {
  it('brings outcomes and requests into the control tables, each with its part', async () => {
    const parts = await attempt(1, 3, 'delivered')
    expect(await loadWindow(settings({ parts }))).toEqual({ outcomes: 3, requests: 1 })
    expect(
      await read('`message_key`, `part`, epoch_ms(`sent_at`) AS ms FROM @.`outcomes` ORDER BY 1'),
    ).toEqual(
      ['0', '1', '2'].map((key) => ({
        message_key: `["${key}"]`,
        part: `dbfs:${folder}/outcomes/customers/${windowId}/000001-000001.parquet`,
        ms: 1_800_000_000_000,
      })),
    )
    expect(await read('`batch_id`, `http_status` FROM @.`requests`')).toEqual([
      { batch_id: 'b', http_status: 200 },
    ])
  })

  it('can be repeated', async () => {
    const parts = await attempt(1, 3, 'delivered')
    await loadWindow(settings({ parts }))
    expect(await loadWindow(settings({ parts }))).toEqual({ outcomes: 3, requests: 1 })
  })

  it('is fine when nothing was written', async () => {
    expect(await loadWindow(settings())).toEqual({ outcomes: 0, requests: 0 })
    expect(control.statements.filter((sql) => sql.startsWith('COPY'))).toEqual([])
  })

  it('takes up what a dead run left behind, and the account adds up over all attempts', async () => {
    await attempt(1, 3, 'undelivered')
    const parts = await attempt(2, 2, 'delivered')
    const none = { nullKeys: 0, duplicateKeys: 0, noRoute: 0, unchanged: 0, held: 0, ignored: 0 }
    const windows = windowsIn(control, 'main.customerio')
    await windows.open({
      sync: 'customers',
      destination: 'eu',
      number: 1,
      kind: 'sync',
      pin: '{}',
      mapping: '{}',
      mappingHash: 'h',
      counts: { ...none, rows: 3 },
      runId: 'run-1',
      openedAt: new Date(0),
    })
    expect(await loadWindow(settings({ parts }))).toEqual({ outcomes: 5, requests: 2 })
    expect(await windows.account(windowId)).toMatchObject({
      delivered: 2,
      undelivered: 1,
      pending: 0,
    })
  })

  it('casts every column', async () => {
    await attempt(1, 1, 'delivered')
    await loadWindow(settings())
    const [copy] = control.statements.filter((sql) => sql.startsWith('COPY'))
    expect(copy).toBe(`COPY INTO \`main\`.\`customerio\`.\`outcome_log\`
FROM (SELECT CAST(\`window_id\` AS STRING) AS \`window_id\`, CAST(\`sync\` AS STRING) AS \`sync\`, CAST(\`destination\` AS STRING) AS \`destination\`, CAST(\`partition_value\` AS STRING) AS \`partition_value\`, CAST(\`message_key\` AS STRING) AS \`message_key\`, CAST(\`person\` AS STRING) AS \`person\`, CAST(\`message_id\` AS STRING) AS \`message_id\`, CAST(\`call\` AS STRING) AS \`call\`, CAST(\`event\` AS STRING) AS \`event\`, CAST(\`status\` AS STRING) AS \`status\`, CAST(\`reason\` AS STRING) AS \`reason\`, CAST(\`reason_text\` AS STRING) AS \`reason_text\`, CAST(\`batch_id\` AS STRING) AS \`batch_id\`, CAST(\`attempt\` AS INT) AS \`attempt\`, CAST(\`send_attempt\` AS INT) AS \`send_attempt\`, CAST(\`bytes\` AS INT) AS \`bytes\`, CAST(\`row_hash\` AS STRING) AS \`row_hash\`, CAST(\`sent_at\` AS TIMESTAMP) AS \`sent_at\`, CAST(\`payload\` AS STRING) AS \`payload\`, CAST(\`run_id\` AS STRING) AS \`run_id\`, _metadata.file_path AS \`part\`
FROM '${folder}/outcomes/customers/${windowId}/')
FILEFORMAT = PARQUET`)
  })
})

describe('a load that is short', () => {
  /** A warehouse whose answer about what is loaded is changed. */
  const telling = (change: (rows: Readonly<Record<string, unknown>>[]) => typeof rows): Sql => ({
    execute: (sql, params) => control.execute(sql, params),
    query: async (sql, params) => change(await control.query(sql, params)),
  })

  it('is an error: rows missing', async () => {
    const parts = await attempt(1, 3, 'delivered')
    const sql = telling((rows) => rows.map((row) => ({ ...row, loaded: 2 })))
    await expect(loadWindow(settings({ sql, parts }))).rejects.toThrow('2 of 3 rows of /Volumes')
  })

  it('is an error: a part missing that another run left', async () => {
    await attempt(1, 3, 'delivered')
    const sql = telling(() => [])
    await expect(loadWindow(settings({ sql }))).rejects.toMatchObject({
      code: 'PART_NOT_LOADED',
      context: { loaded: 0 },
    })
  })

  it('is an error: a part of ours is gone from the volume', async () => {
    const parts = await attempt(1, 3, 'delivered')
    await control.delete(parts[0]?.path ?? '')
    await expect(loadWindow(settings({ parts }))).rejects.toThrow('0 of 3 rows')
  })

  it('is an error: rows loaded twice', async () => {
    const parts = await attempt(1, 3, 'delivered')
    const sql = telling((rows) => rows.map((row) => ({ ...row, loaded: 6 })))
    await expect(loadWindow(settings({ sql, parts }))).rejects.toThrow('6 of 3 rows')
  })
})
