import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { types } from '../../../src/twin/thrift/message.ts'
import { DoorRig } from './door-rig.ts'

const { TOperationState, TStatusCode } = types
const minuteMs = 60_000
/** Long enough to still run when the test stops it. */
const endless =
  'SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range * b.range = -1'

let rig: DoorRig
beforeEach(async () => {
  rig = await DoorRig.start()
})
afterEach(() => rig.close())

describe('statements', () => {
  it('answer at once without direct results, and tell their end by status', async () => {
    const { operationHandle, directResults } = await rig.execute(
      await rig.open(),
      'SELECT 1 AS one',
    )
    expect(directResults).toBe(null)
    expect(operationHandle.hasResultSet).toBe(true)
    expect(await rig.ended(operationHandle)).toMatchObject({
      operationState: TOperationState.FINISHED_STATE,
      hasResultSet: true,
    })
  })

  it('that outlast the wait are answered as running', async () => {
    const session = await rig.open()
    const pending = rig.execute(session, endless, { getDirectResults: { maxRows: 10 } })
    await new Promise(setImmediate)
    rig.clock.move(10_000)
    const { operationHandle, directResults } = await pending
    expect(directResults.operationStatus.operationState).toBe(TOperationState.RUNNING_STATE)
    expect(directResults.resultSetMetadata).toBe(null)
    await rig.call('CancelOperation', { operationHandle })
    expect((await rig.status(operationHandle)).operationState).toBe(TOperationState.CANCELED_STATE)
  })

  it.each([
    ['the request', { queryTimeout: 5 }, {}],
    ['the session', {}, { STATEMENT_TIMEOUT: '5' }],
  ])('stop at the time limit of %s', async (_, request, settings) => {
    const { operationHandle } = await rig.execute(await rig.open(settings), endless, request)
    rig.clock.move(4_999)
    expect((await rig.status(operationHandle)).operationState).toBe(TOperationState.RUNNING_STATE)
    rig.clock.move(1)
    const reply = await rig.ended(operationHandle)
    expect(reply.operationState).toBe(TOperationState.TIMEDOUT_STATE)
    expect(reply.displayMessage).toContain('5 seconds')
  })

  it('page exactly, in order, forward only', async () => {
    const { operationHandle } = await rig.execute(await rig.open(), 'FROM range(2500)')
    const pages: [offset: number, rows: number, more: boolean][] = []
    for (let more = true; more; ) {
      const reply = await rig.fetchNext(operationHandle, pages.length === 0 ? 700 : 100_000)
      more = reply.hasMoreRows
      pages.push([reply.results.startRowOffset, reply.results.arrowBatches[0].rowCount, more])
    }
    expect(pages).toEqual([
      [0, 700, true],
      [700, 1000, true],
      [1700, 800, false],
    ])
    const again = await rig.call('FetchResults', { operationHandle, maxRows: 10, orientation: 4 })
    expect(again.status.sqlState).toBe('HY106')
  })

  it('give every connection back when closed, cancelled or failed', async () => {
    const session = await rig.open()
    for (const end of ['CloseOperation', 'CancelOperation']) {
      const { operationHandle } = await rig.execute(session, 'FROM range(1000000)')
      await rig.ended(operationHandle)
      await rig.call(end, { operationHandle })
      await new Promise(setImmediate)
      expect(rig.engine.lent()).toBe(0)
    }
    await rig.ended((await rig.execute(session, 'SELEKT')).operationHandle)
    expect(rig.engine.lent()).toBe(0)
  })

  it('fail by fault without reaching the engine', async () => {
    const { operationHandle } = await rig.execute(await rig.open(), 'SELECT 1', {}, 'sql-error')
    expect(await rig.ended(operationHandle)).toMatchObject({
      operationState: TOperationState.ERROR_STATE,
      sqlState: 'XX000',
    })
  })

  it('that fail halfway end their fetch with an error, not with fewer rows', async () => {
    const sql = "SELECT IF(range = 1990000, error('boom'), range) AS c FROM range(2000000)"
    const { operationHandle } = await rig.execute(await rig.open(), sql)
    expect((await rig.ended(operationHandle)).operationState).toBe(TOperationState.FINISHED_STATE)
    let reply = await rig.fetchNext(operationHandle)
    while (reply.hasMoreRows) reply = await rig.fetchNext(operationHandle)
    expect(reply.status.statusCode).toBe(TStatusCode.ERROR_STATUS)
    expect(reply.status.displayMessage).toContain('failed while its rows were being read')
  })

  it('left alone for twenty minutes are gone with 404, others stay', async () => {
    const session = await rig.open()
    const old = (await rig.execute(session, 'FROM range(5000)')).operationHandle
    await rig.ended(old)
    rig.clock.move(15 * minuteMs)
    const young = (await rig.execute(session, 'FROM range(5000)')).operationHandle
    rig.clock.move(6 * minuteMs)
    await expect(rig.fetchNext(old)).rejects.toThrow('HTTP 404')
    expect((await rig.fetchNext(young)).status.statusCode).toBe(TStatusCode.SUCCESS_STATUS)
  })

  it('evicted by fault are gone with 404, closed ones are an invalid handle', async () => {
    const session = await rig.open()
    const evicted = (await rig.execute(session, 'FROM range(5000)')).operationHandle
    await expect(rig.fetchNext(evicted, 10, 'evict-operation')).rejects.toThrow('HTTP 404')
    await expect(rig.fetchNext(evicted)).rejects.toThrow('HTTP 404')
    const closed = (await rig.execute(session, 'FROM range(5000)')).operationHandle
    await rig.call('CloseOperation', { operationHandle: closed })
    expect((await rig.fetchNext(closed)).status.errorMessage).toMatch(
      /^Invalid OperationHandle: OperationHandle \[opType=EXECUTE_STATEMENT, /,
    )
  })

  it.each([
    ['rows that are not Arrow', { canReadArrowResult: false }],
    [
      'ordinal parameters',
      { parameters: [{ ordinal: 1, type: 'INT', value: { stringValue: '1' } }] },
    ],
  ])('refuse %s', async (_, more) => {
    const reply = await rig.execute(await rig.open(), 'SELECT 1', more)
    expect(reply.status).toMatchObject({ statusCode: TStatusCode.ERROR_STATUS, sqlState: '0A000' })
  })
})
