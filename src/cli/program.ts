import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Runs a program of the package in a process of its own, so that nothing of it is ever part of a job, with our terminal;
 * its exit code becomes ours.
 */
export async function runProgram(name: string, words: readonly string[]): Promise<void> {
  const program = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url))
  const child = spawn(process.execPath, [program, ...words], { stdio: 'inherit' })
  process.on('SIGTERM', (signal) => child.kill(signal))
  // Ctrl-C reaches the child by itself; we only must not go first.
  process.on('SIGINT', () => {})
  process.exitCode = await new Promise<number>((resolve) => {
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
