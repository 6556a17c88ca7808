import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Int32, RecordBatchStreamWriter, Table, vectorFromArray } from 'apache-arrow'
import { SourceError, silentLog } from '../../src/core/index.ts'
import { pinTable, readToSpool } from '../../src/source/index.ts'
import type { Warehouse } from '../../src/warehouse/index.ts'
import { VirtualClock } from '../delivery/virtual-clock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-test-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const bytes = RecordBatchStreamWriter.writeAll(
  new Table({ n: vectorFromArray([1, 2], new Int32()) }),
).toUint8Array(true)
const broken = new SourceError('READ_BROKEN', 'broken', { disposition: 'retry' })

/** A warehouse whose reads break off so many times, and whose version 12 has these times, one after the other. */
function aWarehouse(breaks: number, times: readonly number[] = [7]): Warehouse & { reads: number } {
  let asked = 0
  return {
    reads: 0,
    query: async (sql) => {
      if (sql.startsWith('DESCRIBE DETAIL')) return [{ format: 'delta' }]
      const time = times[Math.min(asked++, times.length - 1)] ?? 0
      return [{ version: 12, timestamp: new Date(time) }]
    },
    execute: () => Promise.reject(new Error('not asked for')),
    async *read() {
      this.reads++
      yield { messages: [bytes], rows: 2 }
      if (this.reads <= breaks) throw broken
    },
    close: async () => {},
  }
}

const pin = { table: '`t`', version: 12, committedAt: 7, snapshot: false }
const read = (warehouse: Warehouse, signal?: AbortSignal) =>
  readToSpool({
    warehouse,
    pin,
    sql: 'SELECT',
    parameters: {},
    name: 'w',
    spool: { folder, limitBytes: 1e6 },
    clock: new VirtualClock(),
    log: silentLog,
    ...(signal === undefined ? {} : { signal }),
  })

describe('a read', () => {
  it('that breaks off is started again from its first row, and counts each row once', async () => {
    const warehouse = aWarehouse(3)
    expect((await read(warehouse)).rows).toBe(2)
    expect(warehouse.reads).toBe(4)
  })

  it('is given up after ten times', async () => {
    const warehouse = aWarehouse(99)
    await expect(read(warehouse)).rejects.toBe(broken)
    expect(warehouse.reads).toBe(10)
  })

  it('of a table that became another one in between is refused', async () => {
    await expect(read(aWarehouse(1, [7, 8]))).rejects.toMatchObject({ code: 'SOURCE_REPLACED' })
  })

  it('ends with the reason of the signal', async () => {
    const stop = new Error('stop')
    await expect(read(aWarehouse(99), AbortSignal.abort(stop))).rejects.toBe(stop)
  })
})

describe('a pin', () => {
  it('is the newest version of a Delta table, with its time', async () => {
    expect(await pinTable(aWarehouse(0), 'main.gold.t')).toEqual({
      table: '`main`.`gold`.`t`',
      version: 12,
      committedAt: 7,
      snapshot: false,
    })
  })

  it('is not made of a view, and a missing table is an error', async () => {
    const failing = (error: SourceError): Warehouse => ({
      ...aWarehouse(0),
      query: () => Promise.reject(error),
    })
    const view = new SourceError('STATEMENT_FAILED', '[EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE] …')
    expect(await pinTable(failing(view), 'v')).toBeUndefined()
    const missing = new SourceError('TABLE_MISSING', '[TABLE_OR_VIEW_NOT_FOUND] …')
    await expect(pinTable(failing(missing), 'v')).rejects.toBe(missing)
  })
})
