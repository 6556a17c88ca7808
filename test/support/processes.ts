import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Agent, request } from 'undici'
import { readSettings } from '../../src/config/index.ts'
import { silentLog, systemClock } from '../../src/core/index.ts'
import { setup } from '../../src/ops/index.ts'
import { openParts, type Parts } from '../../src/sync/index.ts'
import { type ProjectFiles, writeProject } from './bench.ts'

export { until } from './until.ts'

/** A file of the build. */
export function bundle(name: string): string {
  return fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))
}

/** How a process ended, and every word of it. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A process of the product while it runs. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** The twin and the product as processes of their own. */
export interface World {
  readonly folder: string
  /** Where the twin keeps what it has. */
  readonly data: string
  readonly environment: Readonly<Record<string, string>>
  /** The parts of a project of these files, in this process, to look and to prepare with. */
  parts(files: ProjectFiles): Promise<Parts>
  /** Starts a bundle. Its stdin is a pipe that stays open until it ends. */
  start(bundleName: string, words: readonly string[], environment?: Record<string, string>): Running
  /** Runs a command of the product on the project of these files to its end. */
  command(project: string, ...words: string[]): Promise<Ended>
  /** Sets the fault rules of the twin: a list in its long form. */
  faults(rules: readonly object[]): Promise<void>
  /** How often each of the fault rules has begun, in their order. */
  fired(): Promise<number[]>
  /** How much Customer.io has taken. */
  counts(): Promise<Readonly<Record<string, number>>>
  /** Most requests that Customer.io got in any 3 s, by its own log. */
  mostInWindow(): Promise<number>
  /** All rows of a list of the twin's page, such as `people`, newest first. */
  list(name: string): Promise<Readonly<Record<string, unknown>>[]>
  /** Kills the twin as `kill -9` does. */
  killTwin(): Promise<void>
  /** Starts it again on its folder and its ports; its fault rules are forgotten. */
  restartTwin(): Promise<void>
  /** Everything that any process has written so far. */
  readonly written: string[]
  /** What must never be written: keys, tokens, the client's secret. */
  secrets(): string[]
  close(): Promise<void>
}

/** Starts the twin as a process, on a folder of its own. */
export async function startWorld(...twinWords: string[]): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'world-'))
  const written: string[] = []
  const data = join(folder, 'twin')
  const launch = (
    bundleName: string,
    words: readonly string[],
    environment: Record<string, string | undefined>,
  ): Running => {
    const child = spawn(process.execPath, [bundle(bundleName), ...words], {
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...environment },
      stdio: 'pipe',
    })
    return { child, ended: endOf(child, written) }
  }
  const startTwin = (ports: readonly string[]) => {
    const [workspace = '0', us = '0', eu = '0'] = ports
    const words = [
      '--data',
      data,
      '--refuse',
      'refuse me',
      '--json',
      '--port',
      workspace,
      '--us-port',
      us,
      '--eu-port',
      eu,
    ]
    return launch('twin.mjs', [...words, ...twinWords], {})
  }
  let twin = startTwin([])
  let said = await firstLine(twin)
  // The twin's own announcement holds its secrets: that is what it is for.
  const forgetAnnouncement = () => {
    const others = written.filter((text) => !text.includes(said.control.secret))
    written.splice(0, written.length, ...others)
  }
  forgetAnnouncement()
  const ca = readFileSync(said.environment.NODE_EXTRA_CA_CERTS ?? '', 'utf8')
  const agent = new Agent({ connect: { ca } })
  const opened: Parts[] = []
  const control = async (method: 'GET' | 'PUT', body?: string) => {
    const answer = await request(said.control.address, {
      method,
      headers: { 'x-twin-secret': said.control.secret },
      dispatcher: agent,
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`the twin's faults: ${text}`)
    return (JSON.parse(text) as { rules: { fired: number }[] }).rules
  }
  const page = async (path: string, query: Record<string, string> = {}) => {
    const address = new URL(said.page)
    address.pathname = path
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
    return (await request(address, { dispatcher: agent })).body.json()
  }
  const world: World = {
    folder,
    data,
    environment: said.environment,
    written,
    async parts(files) {
      const parts = openParts({
        project: writeProject(mkdtempSync(join(folder, 'project-')), files),
        settings: readSettings(said.environment),
        environment: said.environment,
        clock: systemClock,
        log: silentLog,
        ca,
      })
      opened.push(parts)
      await setup(parts.warehouse, parts.project, parts.clock)
      return parts
    },
    start: (bundleName, words, environment = {}) =>
      launch(bundleName, words, { ...said.environment, ...environment }),
    command: (project, ...words) =>
      world.start('customerio-jobs.mjs', [...words, '--project', project]).ended,
    async faults(rules) {
      await control('PUT', JSON.stringify(rules))
    },
    fired: async () => (await control('GET')).map(({ fired }) => fired),
    async counts() {
      return ((await page('/twin/overview.json')) as { counts: Record<string, number> }).counts
    },
    async mostInWindow() {
      return ((await page('/twin/overview.json')) as { mostInWindow: number }).mostInWindow
    },
    async list(name) {
      const limit = 500
      const rows: Record<string, unknown>[] = []
      for (;;) {
        const query = { name, limit: String(limit), offset: String(rows.length) }
        const part = (await page('/twin/list.json', query)) as ListPart
        rows.push(...part.rows)
        if (!part.hasMore) return rows
      }
    },
    async killTwin() {
      twin.child.kill('SIGKILL')
      await twin.ended
    },
    async restartTwin() {
      const { DATABRICKS_HOST, CUSTOMERIO_URL_US, CUSTOMERIO_URL_EU } = said.environment
      const addresses = [DATABRICKS_HOST, CUSTOMERIO_URL_US, CUSTOMERIO_URL_EU]
      twin = startTwin(addresses.map((address) => new URL(address ?? '').port))
      said = await firstLine(twin)
      forgetAnnouncement()
    },
    secrets: () =>
      ['secrets.json', 'identity.json']
        .map((name) => JSON.parse(readFileSync(join(data, name), 'utf8')))
        // The id tells who somebody is, and grants are given to it: that one is no secret.
        .flatMap(({ clientId: _, ...secrets }) => textsOf(secrets))
        .filter((text) => text.length >= 20),
    async close() {
      await Promise.all(opened.map((parts) => parts.close()))
      await agent.close()
      twin.child.kill('SIGTERM')
      await twin.ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
  return world
}

/** Whatever of a text must not be in it: e-mail addresses, bearer tokens, and these secrets. */
export function leaksIn(text: string, secrets: readonly string[]): string[] {
  const patterns = [/\S+@example\.com/g, /eyJ[\w-]{10,}\.[\w-]+/g]
  return [
    ...patterns.flatMap((pattern) => text.match(pattern) ?? []),
    ...secrets.filter((secret) => text.includes(secret)),
  ]
}

interface Announcement {
  readonly environment: Readonly<Record<string, string>>
  readonly page: string
  readonly control: { readonly address: string; readonly secret: string }
}

interface ListPart {
  readonly rows: readonly Record<string, unknown>[]
  readonly hasMore: boolean
}

async function firstLine({ child, ended }: Running): Promise<Announcement> {
  if (child.stdout === null) throw new Error('the twin has no stdout')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve)),
    ended.then(({ code, stderr }) => {
      throw new Error(`the twin ended with exit code ${code}: ${stderr}`)
    }),
  ])
  return JSON.parse(line) as Announcement
}

function endOf(child: ChildProcess, written: string[]): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data
    written.push(String(data))
  })
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data
    written.push(String(data))
  })
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}
