import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Ended } from '../../guides/index.ts'

/** A process that runs commands of the product one after the other. */
export interface Shell {
  command(words: readonly string[]): Promise<Ended>
  close(): Promise<void>
}

/** Starts one with an environment. It never runs two commands at a time. */
export async function startShell(environment: Readonly<Record<string, string>>): Promise<Shell> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  // Where its packages are found.
  const folder = mkdtempSync(join(root, 'node_modules/.shell-'))
  const program = join(folder, 'shell.mjs')
  await build({
    entryPoints: [join(root, 'test/support/shell-entry.ts')],
    outfile: program,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
  })
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async command(words) {
      child.stdin.write(`${JSON.stringify(words)}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`the shell is gone; it was asked for ${words.join(' ')}`)
      return JSON.parse(value) as Ended
    },
    async close() {
      child.stdin.end()
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
