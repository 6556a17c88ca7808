import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The twin as a process of its own, and how to reach it. */
export interface TwinProcess {
  /** The variables a product process needs. */
  readonly environment: Readonly<Record<string, string>>
  /** The certificate authority of its addresses, in PEM. */
  readonly ca: string
  /** The page that shows what Customer.io received. */
  readonly page: string
  stop(): Promise<void>
}

/** Starts the twin on a data folder and waits until it answers. */
export async function startTwinProcess(
  data: string,
  more: readonly string[] = [],
): Promise<TwinProcess> {
  const program = fileURLToPath(new URL('./twin.mjs', import.meta.url))
  const child = spawn(
    process.execPath,
    [program, '--data', data, '--json', '--stop-with-stdin', ...more],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const { environment, page } = await firstLine(child)
  return {
    environment,
    ca: await readFile(environment.NODE_EXTRA_CA_CERTS ?? '', 'utf8'),
    page,
    async stop() {
      if (child.exitCode !== null) return
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.stdin?.end()
      await ended
    },
  }
}

function firstLine(child: ChildProcess): Promise<Pick<TwinProcess, 'environment' | 'page'>> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the twin ended with exit code ${code}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).once('line', (line) => {
      child.removeAllListeners('exit')
      resolve(JSON.parse(line))
    })
  })
}
