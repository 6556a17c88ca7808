import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordBatch } from 'apache-arrow'
import { createRecorder, type Recorder } from '../src/audit/index.ts'
import { type MessageBlock, silentLog, systemClock } from '../src/core/index.ts'
import { batchFormat, createClient } from '../src/customerio/index.ts'
import { type Budget, deliver } from '../src/delivery/index.ts'
import type { Mapping } from '../src/mapping/index.ts'
import type { Spool } from '../src/source/index.ts'
import { encodeRows } from '../src/sync/rows.ts'
import { diskFiles } from './disk.ts'
import { arrowRows, mappingOf } from './rows.ts'
import type { Work } from './turns.ts'

/** To see what the code costs by itself: the quota of one destination would cap the rows per second. */
const noBudget: Budget = {
  requestsPerSecond: Infinity,
  take: async () => ({ over() {} }),
  learn() {},
  close() {},
}

/** Writes nothing down. */
export const nowhere: Recorder = {
  outcome() {},
  invalid() {},
  exchange() {},
  ready: async () => {},
  counts: () => ({
    delivered: 0,
    invalid: 0,
    rejected: 0,
    undelivered: 0,
    requests: 0,
    bytes: 0,
  }),
  close: async () => [],
}

/** One delivery. */
export interface SendOptions {
  readonly spool: Spool
  readonly mapping: Mapping
  readonly url: string
  /** One durable row for every message, or none. */
  readonly audited: boolean
}

/**
 * The product's own path from Arrow batches on, with its defaults: encode, pack, send in strict mode, and record. Only
 * the budget is left out. Ends when every row is delivered and, if audited, its outcome is on the disk.
 */
export async function sendRows({ spool, mapping, url, audited }: SendOptions): Promise<void> {
  const folder = mkdtempSync(join(process.env.BENCH_DISK ?? tmpdir(), 'customerio-jobs-bench-'))
  const recorder = audited ? recorderOn(folder) : nowhere
  try {
    const delivered = await deliverAll(url, encodeRows(spool, mapping, recorder), recorder)
    const parts = await recorder.close()
    const recorded = parts
      .filter(({ table }) => table === 'outcomes')
      .reduce((sum, part) => sum + part.rows, 0)
    if (delivered !== spool.rows || (audited && recorded !== spool.rows)) {
      throw new Error(`${spool.rows} rows, ${delivered} delivered, ${recorded} recorded`)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Packs, sends in strict mode and records all messages; gives how many were delivered. */
export async function deliverAll(
  url: string,
  blocks: AsyncIterable<MessageBlock>,
  recorder: Recorder,
): Promise<number> {
  const client = createClient({ region: 'eu', url: `${url}/v1`, key: 'k', clock: systemClock })
  try {
    const { delivered } = await deliver({
      blocks,
      send: client.send,
      format: batchFormat,
      budget: noBudget,
      recorder,
      lanes: 'free',
      clock: systemClock,
      log: silentLog,
      maxFailedPercent: 1,
    })
    return delivered
  } finally {
    await client.close()
  }
}

function recorderOn(folder: string): Recorder {
  return createRecorder({
    files: diskFiles(folder),
    folder: 'parts',
    windowId: 'customers.eu.000012',
    sync: 'customers',
    destination: 'eu',
    call: 'identify',
    runId: '0'.repeat(26),
    attempt: 1,
    clock: systemClock,
    log: silentLog,
    keepPayload: false,
  })
}

/** A spool that is in memory: the rows of a batch over and over, until there were that many. */
export function repeated(batch: RecordBatch, rows: number): Spool {
  return {
    rows,
    bytes: 0,
    schema: batch.schema,
    async *batches() {
      for (let left = rows; left > 0; left -= batch.numRows) {
        yield left < batch.numRows ? batch.slice(0, left) : batch
      }
    },
    remove() {},
  }
}

/** Turns of {@link sendRows} on rows that are in Arrow's memory. */
export async function oursTo(url: string, audited: boolean): Promise<Work> {
  const batch = arrowRows(0, 50_000)
  const mapping = mappingOf(batch)
  return (rows) => sendRows({ spool: repeated(batch, rows), mapping, url, audited })
}
