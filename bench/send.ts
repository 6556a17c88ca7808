/*
 * Rows per second from Arrow in memory to delivered: this product, without and with an audit on disk, against both SDKs
 * of the vendor and against bodies that were built before. Each way in a process of its own, in turns, to one sink.
 *
 * The SDKs get row objects that were made before their turn, which is in their favour, and fewer rows: their rates are
 * extrapolated.
 */
import { nodeOptions } from './node-options.ts'
import { type Line, report } from './report.ts'
import { isSink, serveSink, startSink } from './sink.ts'
import {
  cpuOf,
  isWay,
  median,
  ratesOf,
  ratioOf,
  serveTurns,
  type Turn,
  takeTurns,
} from './turns.ts'

const rows = {
  ours: 400_000,
  audited: 400_000,
  analytics: 10_000,
  pipelines: 50_000,
  ceiling: 1_000_000,
}

async function main(): Promise<void> {
  const sink = await startSink(import.meta.url)
  let before = await sink.received()
  const bytesPerRow = new Map<string, number>()
  const turns = await takeTurns({
    module: import.meta.url,
    argument: sink.url,
    rows,
    rounds: 7,
    warmUp: 2,
    nodeOptions: { ours: nodeOptions(), audited: nodeOptions() },
    async afterTurn(name, turn) {
      const now = await sink.received()
      bytesPerRow.set(name, (now.bytes - before.bytes) / turn.rows)
      before = now
    },
  })
  sink.stop()
  for (const [name, taken] of Object.entries(turns)) {
    const rate = Math.round(median(ratesOf(taken)) / 1000)
    const cpu = median(cpuOf(taken)).toFixed(2)
    const bytes = bytesPerRow.get(name)?.toFixed(0)
    console.log(`${name.padEnd(10)} ${rate} k rows/s, ${cpu} µs CPU a row, ${bytes} bytes a row`)
    if (!(Number(bytes) > 600)) throw new Error(`${name} did not send whole rows`)
  }
  report(linesOf(turns))
}

function linesOf(turns: Record<keyof typeof rows, Turn[]>): Line[] {
  const rate = (name: keyof typeof rows) => ratesOf(turns[name])
  const against = (a: keyof typeof rows, b: keyof typeof rows) => ratioOf(rate(a), rate(b))
  const cpu = (a: keyof typeof rows, b: keyof typeof rows) =>
    ratioOf(cpuOf(turns[b]), cpuOf(turns[a]))
  return [
    {
      what: 'rows/s against cdp-analytics-node',
      measured: against('ours', 'analytics'),
      unit: '×',
      gate: 40,
      reach: 80,
    },
    { what: '  the same in CPU', measured: cpu('ours', 'analytics'), unit: '×' },
    {
      what: 'rows/s against customerio-node batch',
      measured: against('ours', 'pipelines'),
      unit: '×',
      gate: 6,
      reach: 12,
    },
    { what: '  the same in CPU', measured: cpu('ours', 'pipelines'), unit: '×' },
    {
      what: 'rows/s audited, against cdp-analytics-node without audit',
      measured: against('audited', 'analytics'),
      unit: '×',
      gate: 25,
      reach: 45,
    },
    { what: '  the same in CPU', measured: cpu('audited', 'analytics'), unit: '×' },
    {
      what: 'rows/s audited, against customerio-node without audit',
      measured: against('audited', 'pipelines'),
      unit: '×',
    },
    { what: 'rows/s audited, against not', measured: against('audited', 'ours'), unit: '×' },
    {
      what: 'share of the ceiling, without audit',
      measured: against('ours', 'ceiling'),
      unit: '×',
      gate: 0.18,
      reach: 0.3,
    },
    {
      what: 'share of the ceiling, audited',
      measured: against('audited', 'ceiling'),
      unit: '×',
      gate: 0.09,
      reach: 0.15,
    },
  ]
}

if (isSink) serveSink()
else if (isWay) {
  // Loaded late: the process of an SDK must not have this product's undici in it, which would take over its fetch.
  await serveTurns({
    ours: async (url) => (await import('./ours.ts')).oursTo(url, false),
    audited: async (url) => (await import('./ours.ts')).oursTo(url, true),
    analytics: async (url) => (await import('./sdks.ts')).analyticsTo(url, rows.analytics),
    pipelines: async (url) => (await import('./sdks.ts')).pipelinesTo(url, rows.pipelines),
    ceiling: async (url) => (await import('./ceiling.ts')).ceilingAt(url),
  })
} else await main()
