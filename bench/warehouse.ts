/*
 * From a table in the warehouse to delivered, whole processes: this product's read (Arrow pages, spooled) and encoder
 * against the driver's own `iterateChunks` with JSON.stringify, both behind the same packing and sending. Each turn is a
 * process, from its start to its end; the twin's time for the statement is in both.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeOptions } from './node-options.ts'
import { report } from './report.ts'
import { isSink, serveSink, startSink } from './sink.ts'
import { median, ratioOf } from './turns.ts'
import { startTwin } from './twin.ts'
import { fill, iterated, pages, read } from './warehouse-ways.ts'

const rows = 300_000
const rounds = 5
const ways = { fill: () => fill(rows), pages, read, iterated }

type Way = 'pages' | 'read' | 'iterated'

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-bench-'))
  const twin = await startTwin(join(folder, 'twin'))
  const sink = await startSink(import.meta.url)
  try {
    const run = async (name: keyof typeof ways) => {
      const from = performance.now()
      const child = fork(new URL(import.meta.url), ['way', name, sink.url], {
        env: { ...process.env, ...twin.environment },
        execArgv: name === 'iterated' ? [] : nodeOptions(),
      })
      const [code] = await once(child, 'exit')
      if (code !== 0) throw new Error(`${name} ended with exit code ${code}`)
      return (performance.now() - from) / 1000
    }
    await run('fill')
    const seconds: Record<Way, number[]> = { pages: [], read: [], iterated: [] }
    let before = (await sink.received()).bytes
    for (let round = 0; round <= rounds; round++) {
      for (const name of ['pages', 'read', 'iterated'] as const) {
        const took = await run(name)
        const { bytes } = await sink.received()
        if (name !== 'pages' && bytes - before < rows * 600)
          throw new Error(`${name} did not send whole rows`)
        before = bytes
        if (round > 0) seconds[name].push(took)
      }
    }
    for (const [name, taken] of Object.entries(seconds)) {
      console.log(`${name.padEnd(9)} ${median(taken).toFixed(2)} s for ${rows} rows`)
    }
    const without = (taken: readonly number[]) => taken.map((s, i) => s - (seconds.pages[i] ?? 0))
    report([
      {
        what: 'warehouse to delivered against iterateChunks',
        measured: ratioOf(seconds.iterated, seconds.read),
        unit: '×',
        gate: 4,
        reach: 8,
      },
      {
        what: '  the same, both without the time of reading pages alone',
        measured: ratioOf(without(seconds.iterated), without(seconds.read)),
        unit: '×',
      },
    ])
  } finally {
    sink.stop()
    await twin.stop()
    rmSync(folder, { recursive: true })
  }
}

const [, , role, name, url = ''] = process.argv
if (isSink) serveSink()
else if (role === 'way') await ways[name as keyof typeof ways](url)
else await main()
