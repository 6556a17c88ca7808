import { describe, expect, it } from '@jest/globals'
import {
  createRecorder,
  type Files,
  type Recorder,
  type RecorderSettings,
} from '../../src/audit/index.ts'
import { type BatchOutcome, type Exchange, SourceError, silentLog } from '../../src/core/index.ts'
import {
  blockOf,
  HandClock,
  readParquet,
  someMessages,
  type TestMessage,
  turns,
} from './support.ts'

/** A volume in memory, whose uploads fail, hang or arrive as the test says. */
class Volume implements Files {
  readonly puts: string[] = []
  readonly kept = new Map<string, Uint8Array>()
  /** Errors for the next puts, in order; `null` lets one through. */
  errors: (Error | null)[] = []
  gate: Promise<void> = Promise.resolve()

  async put(path: string, bytes: Uint8Array) {
    this.puts.push(path)
    await this.gate
    const error = this.errors.shift()
    if (error) throw error
    if (this.kept.has(path)) return 'exists' as const
    this.kept.set(path, bytes)
    return 'created' as const
  }

  async list() {
    return [...this.kept].map(([path, bytes]) => ({ path, bytes: bytes.length }))
  }

  async delete(path: string) {
    this.kept.delete(path)
  }

  async rows(): Promise<Record<string, unknown>[]> {
    const rows = []
    for (const [path, bytes] of this.kept) {
      if (path.includes('/outcomes/')) rows.push(...(await readParquet(bytes)))
    }
    return rows
  }
}

const folder = '/Volumes/main/customerio/parts'
const outcomesFolder = `${folder}/outcomes/customers/customers.eu.000001`
const requestsFolder = `${folder}/requests/customers/customers.eu.000001`

function setUp(over: Partial<RecorderSettings> = {}) {
  const clock = new HandClock()
  const files = new Volume()
  const recorder = createRecorder({
    files,
    folder,
    windowId: 'customers.eu.000001',
    sync: 'customers',
    destination: 'eu',
    call: 'identify',
    runId: 'run-1',
    attempt: 3,
    clock,
    log: silentLog,
    keepPayload: false,
    ...over,
  })
  return { clock, files, recorder }
}

function delivered(count: number, from = 0): BatchOutcome {
  const block = blockOf(someMessages(count, from))
  return {
    runs: [{ block, from: 0, to: count }],
    status: 'delivered',
    batch: 'batch-1',
    attempt: 1,
    sentAt: 1_800_000_000_123,
  }
}

const anExchange: Exchange = {
  batch: 'batch-1',
  attempt: 2,
  status: 200,
  partition: 'EU',
  startedAt: 1_800_000_000_000,
  durationMs: 12.4,
  waitMs: 0.6,
  bytes: 4711,
  messages: 2,
  answer: '',
}

/** Whether a promise has settled by now, and how. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  let state = 'pending'
  promise.then(
    () => (state = 'resolved'),
    (error: { code?: string }) => (state = `rejected ${error.code}`),
  )
  await turns()
  return state
}

const cause = (recorder: Recorder) => recorder.close().catch((error: Error) => error)

describe('what is written down', () => {
  it('has every column of an outcome', async () => {
    const { files, recorder } = setUp({ keepPayload: true })
    const block = blockOf(
      someMessages(3).map((message, i) => ({ ...message, partition: i === 0 ? 1 : 0 })),
      ['EU', 'US'],
    )
    recorder.outcome({
      runs: [{ block, from: 0, to: 2 }],
      status: 'rejected',
      reason: 'rejected_400',
      text: 'traits must be an object',
      batch: 'batch-1',
      attempt: 2,
      sentAt: 1_800_000_000_123,
    })
    await recorder.close()
    const rows = await files.rows()
    expect(rows).toHaveLength(2)
    expect(rows[0]).toEqual({
      window_id: 'customers.eu.000001',
      sync: 'customers',
      destination: 'eu',
      partition_value: 'US',
      message_key: '["0"]',
      person: 'p0',
      message_id: '00000000000000000000000000',
      call: 'identify',
      event: null,
      status: 'rejected',
      reason: 'rejected_400',
      reason_text: 'traits must be an object',
      batch_id: 'batch-1',
      attempt: 3,
      send_attempt: 2,
      bytes: 33,
      row_hash: null,
      sent_at: new Date(1_800_000_000_123),
      payload: '{"type":"identify","userId":"p0"}',
      run_id: 'run-1',
    })
    expect(rows[1]).toMatchObject({ partition_value: 'EU', message_key: '["1"]' })
  })

  it('keeps no payload unless that is asked for', async () => {
    const { files, recorder } = setUp()
    recorder.outcome(delivered(1))
    await recorder.close()
    expect(await files.rows()).toMatchObject([{ payload: null, bytes: 33 }])
  })

  it('names the one partition of a block that has one', async () => {
    const { files, recorder } = setUp()
    const block = blockOf(someMessages(1), ['EU'])
    recorder.outcome({ ...delivered(1), runs: [{ block, from: 0, to: 1 }] })
    await recorder.close()
    expect(await files.rows()).toMatchObject([{ partition_value: 'EU' }])
  })

  it('takes event names from the sync file or, message by message, from the block', async () => {
    const fixed = setUp({ call: 'track', eventName: 'Order Completed' })
    fixed.recorder.outcome(delivered(1))
    await fixed.recorder.close()
    expect(await fixed.files.rows()).toMatchObject([{ event: 'Order Completed' }])

    const varying = setUp({ call: 'track' })
    const messages = someMessages(2).map((message, i) => ({ ...message, event: `E${i}` }))
    varying.recorder.outcome({
      ...delivered(2),
      runs: [{ block: blockOf(messages), from: 0, to: 2 }],
    })
    await varying.recorder.close()
    expect(await varying.files.rows()).toMatchObject([{ event: 'E0' }, { event: 'E1' }])
  })

  it('has the hash of each source row, NULL where it has none', async () => {
    const { files, recorder } = setUp()
    const hashed = ['a', undefined, undefined, 'b', 'c'].map((hash, i) => ({
      ...someMessages(1, i)[0],
      ...(hash === undefined ? {} : { hash }),
    })) as TestMessage[]
    recorder.outcome({ ...delivered(5), runs: [{ block: blockOf(hashed), from: 0, to: 4 }] })
    recorder.outcome(delivered(1, 9))
    recorder.invalid([
      { key: '["x"]', id: 'X', hash: 'd', reason: 'r', text: 't' },
      { key: '["y"]', id: 'Y', hash: '', reason: 'r', text: 't' },
      { key: '["z"]', id: 'Z', reason: 'r', text: 't' },
    ])
    await recorder.close()
    const found = (await files.rows()).map(({ message_key, row_hash }) => [message_key, row_hash])
    expect(found).toEqual([
      ['["0"]', 'a'],
      ['["1"]', null],
      ['["2"]', null],
      ['["3"]', 'b'],
      ['["9"]', null],
      ['["x"]', 'd'],
      ['["y"]', null],
      ['["z"]', null],
    ])
  })

  it.each([
    ['states its event', { call: 'track', eventName: 'Order Completed' }],
    ['has none', { call: 'identify' }],
  ])('has a call of its own, with its own events, in a sync that %s', async (_, over) => {
    const { files, recorder } = setUp(over)
    const named = someMessages(2).map((message, i) => ({ ...message, event: `E${i}` }))
    const of = (block: ReturnType<typeof blockOf>) => ({
      ...delivered(2),
      runs: [{ block, from: 0, to: block.count }],
    })
    recorder.outcome(of(blockOf(named, [], 'delete')))
    recorder.outcome(of(blockOf(someMessages(1), [], 'clear')))
    recorder.outcome(of(blockOf(someMessages(1))))
    recorder.invalid([{ key: 'k', id: 'i', reason: 'r', text: 't' }], 'suppress')
    await recorder.close()
    const own = { call: over.call, event: 'eventName' in over ? over.eventName : null }
    expect((await files.rows()).map(({ call, event }) => ({ call, event }))).toEqual([
      { call: 'delete', event: 'E0' },
      { call: 'delete', event: 'E1' },
      { call: 'clear', event: null },
      own,
      { call: 'suppress', event: null },
    ])
  })

  it('has rows that made no message, with our words for why', async () => {
    const { files, recorder } = setUp({ keepPayload: true })
    recorder.invalid([
      { key: '["ä"]', id: 'A'.repeat(26), reason: 'value_not_finite', text: 'total is NaN' },
      { key: '["b"]', id: 'B'.repeat(26), reason: 'text_broken', text: 'name' },
    ])
    recorder.invalid([])
    await recorder.close()
    expect(await files.rows()).toMatchObject([
      {
        message_key: '["ä"]',
        message_id: 'A'.repeat(26),
        status: 'invalid',
        reason: 'value_not_finite',
        reason_text: 'total is NaN',
        person: null,
        bytes: null,
        payload: null,
        batch_id: null,
        send_attempt: 0,
        sent_at: new Date(1_800_000_000_000),
      },
      { message_key: '["b"]', reason: 'text_broken' },
    ])
  })

  it('has every exchange', async () => {
    const { files, recorder } = setUp()
    recorder.exchange(anExchange)
    const { status: _, ...lost } = anExchange
    recorder.exchange({ ...lost, reason: 'reset', answer: 'words' })
    await recorder.close()
    const file = files.kept.get(`${requestsFolder}/000003-000001.parquet`)
    expect(await readParquet(file ?? new Uint8Array())).toMatchObject([
      {
        window_id: 'customers.eu.000001',
        batch_id: 'batch-1',
        attempt: 3,
        send_attempt: 2,
        http_status: 200,
        reason: null,
        started_at: new Date(1_800_000_000_000),
        duration_ms: 12,
        wait_ms: 1,
        bytes: 4711,
        messages: 2,
        answer: null,
      },
      { http_status: null, reason: 'reset', answer: 'words' },
    ])
  })

  it('is counted', async () => {
    const { recorder } = setUp()
    recorder.outcome(delivered(3))
    recorder.outcome({ ...delivered(2, 3), status: 'undelivered', batch: '' })
    recorder.invalid([{ key: 'k', id: 'i', reason: 'r', text: 't' }])
    recorder.exchange(anExchange)
    recorder.exchange(anExchange)
    expect(recorder.counts()).toEqual({
      delivered: 3,
      invalid: 1,
      rejected: 0,
      undelivered: 2,
      requests: 2,
      bytes: 9422,
    })
    await recorder.close()
  })
})

describe('parts', () => {
  it('are named by attempt and sequence, and none is empty', async () => {
    const { clock, files, recorder } = setUp()
    recorder.outcome(delivered(2))
    await clock.pass(10_000)
    recorder.outcome(delivered(1, 2))
    const parts = await recorder.close()
    expect(parts).toEqual([
      {
        table: 'outcomes',
        path: `${outcomesFolder}/000003-000001.parquet`,
        rows: 2,
        bytes: files.kept.get(`${outcomesFolder}/000003-000001.parquet`)?.length,
      },
      {
        table: 'outcomes',
        path: `${outcomesFolder}/000003-000002.parquet`,
        rows: 1,
        bytes: files.kept.get(`${outcomesFolder}/000003-000002.parquet`)?.length,
      },
    ])
    expect(files.puts).toHaveLength(2)
  })

  it('are uploaded 10 s after their first row, without anybody asking', async () => {
    const { clock, files, recorder } = setUp()
    recorder.outcome(delivered(1))
    await clock.pass(6_000)
    recorder.outcome(delivered(1, 1))
    await clock.pass(3_999)
    expect(files.puts).toEqual([])
    await clock.pass(1)
    expect(files.puts).toHaveLength(1)
    expect(await files.rows()).toHaveLength(2)
    await clock.pass(60_000)
    expect(files.puts).toHaveLength(1)
    await recorder.close()
  })

  it('are uploaded as soon as they are large or have many rows', async () => {
    const large = setUp({ limits: { partBytes: 5_000 } })
    for (let i = 0; i < 10; i++) large.recorder.outcome(delivered(20, i * 20))
    await turns()
    expect(large.files.puts.length).toBeGreaterThan(1)
    expect((await large.recorder.close()).reduce((sum, part) => sum + part.rows, 0)).toBe(200)

    const many = setUp({ limits: { partRows: 30 } })
    for (let i = 0; i < 4; i++) many.recorder.outcome(delivered(20, i * 20))
    expect((await many.recorder.close()).map((part) => part.rows)).toEqual([40, 40])
  })

  it('can be compressed', async () => {
    const plain = setUp()
    const zipped = setUp({ limits: { compress: true } })
    for (const { recorder } of [plain, zipped]) {
      recorder.outcome(delivered(1000))
      await recorder.close()
    }
    expect(await zipped.files.rows()).toEqual(await plain.files.rows())
    const [size, zippedSize] = [plain, zipped].map(
      ({ files }) => [...files.kept.values()][0]?.length,
    )
    expect(zippedSize).toBeLessThan((size ?? 0) / 2)
  })

  it('are not made when nothing happened, and no timer is left', async () => {
    const idle = setUp()
    expect(await idle.recorder.close()).toEqual([])
    expect(idle.files.puts).toEqual([])
    const busy = setUp()
    busy.recorder.outcome(delivered(1))
    await busy.recorder.close()
    expect(busy.clock.sleepers).toBe(0)
  })
})

describe('sending waits', () => {
  it('while more than the limit is not uploaded', async () => {
    const { files, recorder } = setUp({ limits: { maxPendingBytes: 10_000 } })
    let open = () => {}
    files.gate = new Promise((resolve) => {
      open = resolve
    })
    recorder.outcome(delivered(10))
    expect(await stateOf(recorder.ready())).toBe('resolved')
    recorder.outcome(delivered(500, 10))
    const ready = recorder.ready()
    expect(await stateOf(ready)).toBe('pending')
    open()
    expect(await stateOf(ready)).toBe('resolved')
    expect(await files.rows()).toHaveLength(510)
    await recorder.close()
  })

  it('while something older than 30 s is not uploaded', async () => {
    const { clock, files, recorder } = setUp()
    let open = () => {}
    files.gate = new Promise((resolve) => {
      open = resolve
    })
    recorder.outcome(delivered(1))
    await clock.pass(30_000)
    expect(await stateOf(recorder.ready())).toBe('resolved')
    await clock.pass(1)
    const ready = recorder.ready()
    expect(await stateOf(ready)).toBe('pending')
    open()
    expect(await stateOf(ready)).toBe('resolved')
    await recorder.close()
  })
})

describe('an upload that fails', () => {
  const lost = new SourceError('HTTP_503', 'try again', { disposition: 'retry' })

  it('is tried again after growing pauses', async () => {
    const { clock, files, recorder } = setUp()
    files.errors = [lost, new Error('reset'), null]
    recorder.outcome(delivered(1))
    const closed = recorder.close()
    expect(await stateOf(closed)).toBe('pending')
    await clock.pass(500)
    expect(files.puts).toHaveLength(2)
    await clock.pass(999)
    expect(files.puts).toHaveLength(2)
    await clock.pass(1)
    expect((await closed).map((part) => part.rows)).toEqual([1])
    expect(await files.rows()).toHaveLength(1)
  })

  it('is done when the part turns out to be there already', async () => {
    const { clock, files, recorder } = setUp()
    const put = files.put.bind(files)
    files.put = async (path, bytes) => {
      const answer = await put(path, bytes)
      if (files.puts.length === 1) throw new Error('the reply was lost')
      return answer
    }
    recorder.outcome(delivered(1))
    const closed = recorder.close()
    await turns()
    await clock.pass(500)
    expect(await closed).toHaveLength(1)
    expect(await files.rows()).toHaveLength(1)
  })

  it('ends the run when the workspace refuses it: nothing more may be sent', async () => {
    const { files, recorder } = setUp()
    const denied = new SourceError('PERMISSION_DENIED', 'no')
    files.errors = [denied]
    recorder.outcome(delivered(1))
    const closed = cause(recorder)
    expect(await closed).toMatchObject({ code: 'UPLOAD_FAILED', exitCode: 5, cause: denied })
    expect(await stateOf(recorder.ready())).toBe('rejected UPLOAD_FAILED')
    expect(files.puts).toHaveLength(1)
  })

  it('ends the run when no try gets through', async () => {
    const { clock, files, recorder } = setUp({ limits: { uploadTries: 3 } })
    files.errors = [lost, lost, lost, lost]
    recorder.outcome(delivered(1))
    recorder.exchange(anExchange)
    await clock.pass(10_000)
    await clock.pass(500)
    expect(await stateOf(recorder.ready())).toBe('resolved')
    await clock.pass(1_000)
    expect(await stateOf(recorder.ready())).toBe('rejected UPLOAD_FAILED')
    expect(files.puts).toHaveLength(3)
    await expect(recorder.close()).rejects.toMatchObject({ code: 'UPLOAD_FAILED' })
    expect(files.puts).toHaveLength(3)
  })

  it('lets go who was waiting for it', async () => {
    const { files, recorder } = setUp({ limits: { maxPendingBytes: 10 } })
    files.errors = [new SourceError('PERMISSION_DENIED', 'no')]
    recorder.outcome(delivered(100))
    expect(await stateOf(recorder.ready())).toBe('rejected UPLOAD_FAILED')
  })
})

describe('a closed recorder', () => {
  it('gives the same parts again, and takes nothing more', async () => {
    const { recorder } = setUp()
    recorder.outcome(delivered(1))
    expect(await recorder.close()).toBe(await recorder.close())
    expect(() => recorder.outcome(delivered(1))).toThrow('after the run had ended')
    expect(() => recorder.invalid([])).toThrow('after the run had ended')
    expect(() => recorder.exchange(anExchange)).toThrow('after the run had ended')
  })
})
