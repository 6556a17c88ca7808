import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'

/** The twin as a process of its own, and how to reach it. */
export interface TwinProcess {
  /** The variables a product process needs. */
  readonly environment: Readonly<Record<string, string>>
  /** The certificate authority of its addresses, in PEM. */
  readonly ca: string
  /** The page that shows what Customer.io received. */
  readonly page: string
  /** How much Customer.io has taken. */
  counts(): Promise<{ readonly people: number; readonly events: number }>
  /** Sets the fault rules, in place of those that were there. */
  faults(rules: readonly object[]): Promise<void>
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
    [
      program,
      '--data',
      data,
      '--refuse',
      'Nobody Knows Why',
      '--json',
      '--stop-with-stdin',
      ...more,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const { environment, page, control } = await firstLine(child)
  const ca = await readFile(environment.NODE_EXTRA_CA_CERTS ?? '', 'utf8')
  const dispatcher = new Agent({ connect: { ca } })
  return {
    environment,
    ca,
    page,
    async counts() {
      const { origin, searchParams } = new URL(page)
      const address = new URL('/twin/overview.json', origin)
      address.search = searchParams.toString()
      const { body } = await request(address, { dispatcher })
      return ((await body.json()) as { counts: { people: number; events: number } }).counts
    },
    async faults(rules) {
      const { statusCode, body } = await request(control.address, {
        method: 'PUT',
        headers: { 'x-twin-secret': control.secret },
        body: JSON.stringify(rules),
        dispatcher,
      })
      await body.dump()
      if (statusCode !== 200) throw new Error(`the twin took no faults (${statusCode})`)
    },
    async stop() {
      await dispatcher.close()
      if (child.exitCode !== null) return
      const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.stdin?.end()
      await ended
    },
  }
}

interface Announcement extends Pick<TwinProcess, 'environment' | 'page'> {
  readonly control: { readonly address: string; readonly secret: string }
}

function firstLine(child: ChildProcess): Promise<Announcement> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the twin ended with exit code ${code}`)))
    if (child.stdout === null) return
    createInterface({ input: child.stdout }).once('line', (line) => {
      child.removeAllListeners('exit')
      resolve(JSON.parse(line))
    })
  })
}
