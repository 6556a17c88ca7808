/*
 * Peak memory of the whole path from spooled Arrow to durable outcomes, by how many rows pass through: it must not
 * grow with them. Each size in a process of its own; pages are read from disk, one after the other, as a run reads its
 * spool.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RecordBatchReader, RecordBatchStreamWriter } from 'apache-arrow'
import { nodeOptions } from './node-options.ts'
import { report } from './report.ts'
import { arrowRows, mappingOf } from './rows.ts'
import { isSink, serveSink, startSink } from './sink.ts'
import { median } from './turns.ts'

const pageRows = 20_000
const fewer = 1_000_000
const more = 10_000_000
/** When the garbage is collected is a matter of chance: the medians count. */
const rounds = 3

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-bench-'))
  const page = join(folder, 'page.arrows')
  const sink = await startSink(import.meta.url)
  try {
    writeFileSync(
      page,
      RecordBatchStreamWriter.writeAll([arrowRows(0, pageRows)]).toUint8Array(true),
    )
    const peak = async (rows: number) => {
      const child = fork(new URL(import.meta.url), ['pass', page, sink.url, String(rows)], {
        execArgv: nodeOptions(),
      })
      const [bytes] = await once(child, 'message')
      console.log(`${rows.toLocaleString('en')} rows: ${(bytes / 1e6).toFixed(0)} MB`)
      return bytes as number
    }
    const smalls: number[] = []
    const larges: number[] = []
    for (let round = 0; round < rounds; round++) {
      smalls.push(await peak(fewer))
      larges.push(await peak(more))
    }
    const large = median(larges)
    report([
      {
        what: 'peak memory, 10 M rows against 1 M',
        measured: large / median(smalls),
        unit: '×',
        gate: 1.15,
        reach: 1.05,
        less: true,
      },
      {
        what: 'peak memory, 10 M rows',
        measured: large / 1e6,
        unit: 'MB',
        gate: 450,
        reach: 300,
        less: true,
      },
    ])
  } finally {
    sink.stop()
    rmSync(folder, { recursive: true })
  }
}

/** The product's part, in a process that has done nothing else. */
async function pass(page: string, url: string, rows: number): Promise<void> {
  const { sendRows } = await import('./ours.ts')
  const [first] = RecordBatchReader.from(await readFile(page))
  if (first === undefined) throw new Error('the page has no rows')
  const spool = {
    rows,
    bytes: 0,
    schema: first.schema,
    async *batches() {
      for (let left = rows; left > 0; left -= pageRows) {
        yield* RecordBatchReader.from(await readFile(page))
      }
    },
    remove() {},
  }
  await sendRows({ spool, mapping: mappingOf(first), url, audited: true })
  process.send?.(process.resourceUsage().maxRSS * 1024, () => process.exit())
}

const [, , role, page = '', url = '', rows = ''] = process.argv
if (isSink) serveSink()
else if (role === 'pass') await pass(page, url, Number(rows))
else await main()
