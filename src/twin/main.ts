import { fstatSync } from 'node:fs'
import { runCommand } from './command.ts'

const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => asked.abort())
const input = fstatSync(0)
const stdin = input.isFIFO() || input.isSocket() ? process.stdin : undefined

process.exitCode = await runCommand(process.argv.slice(2), {
  // Loaded late: without the optional DuckDB it does not load, and that deserves a sentence of its own.
  start: async (options) => (await import('./start.ts')).startTwin(options),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  stdin,
  stop: asked.signal,
})
// A pipe that is still open would keep the process.
stdin?.destroy()
