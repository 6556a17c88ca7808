/*
 * What writing down one outcome costs: the recorder's column pages against parquetjs-lite's own appendRow, on the same
 * outcomes, in turns within one process. Nothing is uploaded; each way ends with the bytes of finished Parquet files.
 * appendRow gets a twentieth of the rows.
 */
import { PassThrough } from 'node:stream'
import parquet from 'parquetjs-lite'
import { outcomeLog } from '../src/audit/history-tables.ts'
import { createRecorder, type Files } from '../src/audit/index.ts'
import { type BatchOutcome, type MessageBlock, silentLog, systemClock } from '../src/core/index.ts'
import { report } from './report.ts'
import { median, ratioOf } from './turns.ts'

const perBatch = 700
const rows = 500_000

/** Batches as delivery hands them over: runs of about 700 messages out of blocks of 14,000. */
function batches(count: number): BatchOutcome[] {
  const made: BatchOutcome[] = []
  for (let from = 0; from < count; from += 20 * perBatch) {
    const block = blockFrom(from, Math.min(20 * perBatch, count - from))
    for (let start = 0; start < block.count; start += perBatch) {
      made.push({
        runs: [{ block, from: start, to: Math.min(start + perBatch, block.count) }],
        status: 'delivered',
        batch: String(made.length).padStart(26, '0'),
        attempt: 1,
        sentAt: 1_800_000_000_000 + made.length,
      })
    }
  }
  return made
}

function blockFrom(first: number, count: number): MessageBlock {
  const text = (of: (i: number) => string) => {
    const parts = Array.from({ length: count }, (_, i) => of(first + i))
    const offsets = new Uint32Array(count + 1)
    for (const [i, part] of parts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + part.length
    return { bytes: Buffer.from(parts.join(''), 'latin1'), offsets }
  }
  return {
    count,
    bytes: Buffer.alloc(count * 708),
    starts: Uint32Array.from({ length: count }, (_, i) => i * 708),
    ends: Uint32Array.from({ length: count }, (_, i) => i * 708 + 707 - (i % 50)),
    keys: text((i) => `["${1_000_000 + i}"]`),
    ids: text((i) => scattered(i)).bytes,
    identities: text((i) => `person-${i}@example.com`),
    partitions: ['EU'],
    invalid: [],
  }
}

/** 26 characters that compress as badly as a hash does. */
function scattered(i: number): string {
  const high = Math.imul(i + 1, 0x9e3779b1) >>> 0
  const low = Math.imul(high ^ 0x5bd1e995, 0x85ebca6b) >>> 0
  return `01J${high.toString(36).padStart(7, '0')}${low.toString(36).padStart(7, '0')}${(high ^ low).toString(36).padStart(9, '0')}`
    .slice(0, 26)
    .padEnd(26, '0')
}

async function byPages(outcomes: readonly BatchOutcome[], compress: boolean): Promise<number> {
  let bytes = 0
  const files: Files = {
    put: async (_, file) => {
      bytes += file.length
      return 'created'
    },
    list: async () => [],
    delete: async () => {},
  }
  const recorder = createRecorder({
    files,
    folder: '/Volumes/main/customerio/parts',
    windowId: 'customers.eu.000001',
    sync: 'customers',
    destination: 'eu',
    call: 'identify',
    eventName: 'none',
    runId: '0'.repeat(26),
    attempt: 1,
    clock: systemClock,
    log: silentLog,
    keepPayload: false,
    limits: { compress },
  })
  for (const outcome of outcomes) {
    await recorder.ready()
    recorder.outcome(outcome)
  }
  await recorder.close()
  return bytes
}

async function byAppendRow(outcomes: readonly BatchOutcome[]): Promise<number> {
  const fields = outcomeLog.columns
    .filter(({ name }) => name !== 'part')
    .map(({ name, type }) => [
      name,
      {
        type: (
          { STRING: 'UTF8', INT: 'INT32', BIGINT: 'INT64', TIMESTAMP: 'TIMESTAMP_MICROS' } as const
        )[type],
        optional: true,
        statistics: false,
      },
    ])
  const sink = new PassThrough()
  let bytes = 0
  sink.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  const { ParquetWriter, ParquetSchema } = parquet as unknown as {
    ParquetSchema: new (fields: unknown) => unknown
    ParquetWriter: {
      openStream(
        schema: unknown,
        stream: unknown,
        options: unknown,
      ): Promise<{
        appendRow(row: unknown): Promise<void>
        close(): Promise<void>
        setRowGroupSize(rows: number): void
      }>
    }
  }
  const writer = await ParquetWriter.openStream(
    new ParquetSchema(Object.fromEntries(fields)),
    sink,
    {
      useDataPageV2: false,
      pageIndex: false,
      rowGroupSize: 50_000,
    },
  )
  const text = new TextDecoder()
  for (const { runs, status, batch, attempt, sentAt } of outcomes) {
    for (const { block, from, to } of runs) {
      for (let i = from; i < to; i++) {
        await writer.appendRow({
          window_id: 'customers.eu.000001',
          sync: 'customers',
          destination: 'eu',
          partition_value: block.partitions[0],
          message_key: text.decode(
            block.keys.bytes.subarray(block.keys.offsets[i], block.keys.offsets[i + 1]),
          ),
          person: text.decode(
            block.identities.bytes.subarray(
              block.identities.offsets[i],
              block.identities.offsets[i + 1],
            ),
          ),
          message_id: text.decode(block.ids.subarray(i * 26, (i + 1) * 26)),
          call: 'identify',
          event: 'none',
          status,
          batch_id: batch,
          attempt: 1,
          send_attempt: attempt,
          bytes: (block.ends[i] ?? 0) - (block.starts[i] ?? 0),
          sent_at: new Date(sentAt),
          run_id: '0'.repeat(26),
        })
      }
    }
  }
  await writer.close()
  return bytes
}

interface Sample {
  readonly wallUs: number
  readonly cpuUs: number
  readonly bytes: number
}

async function measure(count: number, work: () => Promise<number>): Promise<Sample> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const bytes = await work()
  const wallUs = ((performance.now() - start) * 1000) / count
  const used = process.cpuUsage(cpu)
  return { wallUs, cpuUs: (used.user + used.system) / count, bytes: bytes / count }
}

const all = batches(rows)
const few = all.slice(0, Math.ceil(all.length / 20))
const fewRows = few.reduce((sum, { runs }) => sum + (runs[0]?.to ?? 0) - (runs[0]?.from ?? 0), 0)
const ways: Record<string, () => Promise<Sample>> = {
  'column pages': () => measure(rows, () => byPages(all, false)),
  'column pages, gzip': () => measure(rows, () => byPages(all, true)),
  appendRow: () => measure(fewRows, () => byAppendRow(few)),
}
const samples = new Map<string, Sample[]>(Object.keys(ways).map((name) => [name, []]))
for (let round = 0; round < 6; round++) {
  for (const [name, way] of Object.entries(ways)) {
    const sample = await way()
    if (round > 0) samples.get(name)?.push(sample) // the first round warms up
  }
}
for (const [name, taken] of samples) {
  const of = (what: keyof Sample) => median(taken.map((sample) => sample[what])).toFixed(2)
  console.log(
    `${name.padEnd(20)} ${of('wallUs')} µs/row wall  ${of('cpuUs')} µs/row CPU  ${of('bytes')} bytes/row`,
  )
}
const cpu = (name: string) => (samples.get(name) ?? []).map(({ cpuUs }) => cpuUs)
report([
  {
    what: 'audit of a row against appendRow, in CPU',
    measured: ratioOf(cpu('appendRow'), cpu('column pages')),
    unit: '×',
  },
])
