// Builds the benchmarks, runs them one after the other, and prints what they measured beside what is asked of it.
//   npm run bench                    all of them
//   npm run bench -- send memory     some of them
//   npm run bench -- --write         and keeps the table in bench/results.md
import { fork } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform } from 'node:os'
import { build } from 'esbuild'

const benchmarks = ['send', 'warehouse', 'memory', 'start', 'budget', 'encode', 'audit']
/** Takes minutes: only when it is asked for by name. */
const long = ['knowing']
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const unknown = asked.find((name) => ![...benchmarks, ...long].includes(name))
if (unknown !== undefined)
  throw new Error(
    `there is no benchmark "${unknown}"; there are ${[...benchmarks, ...long].join(', ')}`,
  )

rmSync('bench/dist', { recursive: true, force: true })
await build({
  entryPoints: [...benchmarks, ...long].map((name) => `bench/${name}.ts`),
  outdir: 'bench/dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'warning',
})

const rows = []
for (const name of asked.length > 0 ? asked : benchmarks) {
  console.log(`\n${name}`)
  const before = loadavg()[0]
  const lines = await run(name)
  const load = `${before.toFixed(1)} → ${loadavg()[0].toFixed(1)}`
  rows.push(
    ...lines.map((line) => [
      line.what,
      shown(line, line.measured),
      shown(line, line.gate),
      shown(line, line.reach),
      verdict(line),
      load,
    ]),
  )
}

const heads = ['What', 'Measured', 'Gate', 'Reach', '', 'Load']
const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)))
const table = [heads, widths.map((width) => '-'.repeat(width)), ...rows]
  .map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`)
  .join('\n')
const machine = `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${platform()} ${arch()}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}`
console.log(`\n${table}\n\n${machine}. Load: the machine's average of one minute, before → after.`)
if (process.argv.includes('--write'))
  writeFileSync(
    'bench/results.md',
    `# Results\n\n${machine}. Load is the machine's average of one minute, before → after.\n\n${table}\n`,
  )

function run(name) {
  return new Promise((resolve, reject) => {
    let lines = []
    const child = fork(`bench/dist/${name}.mjs`, [], { execArgv: [] })
    child.on('message', (message) => {
      lines = message.lines
    })
    child.on('exit', (code) =>
      code === 0 ? resolve(lines) : reject(new Error(`${name} ended with exit code ${code}`)),
    )
  })
}

function shown({ unit }, number) {
  if (number === undefined) return ''
  const digits = unit === 'MB' || number >= 100 ? 0 : number >= 10 ? 1 : 2
  return `${number.toFixed(digits)}${unit === undefined ? '' : ` ${unit}`}`
}

function verdict({ measured, gate, reach, less = false }) {
  if (gate === undefined) return ''
  const meets = (limit) => limit !== undefined && (less ? measured <= limit : measured >= limit)
  return meets(reach) ? 'reach' : meets(gate) ? 'gate' : 'NOT MET'
}
