/*
 * From starting the job bundle to its first request at Customer.io: the process itself, a session at the twin's
 * warehouse, planning the window, counting and reading a small table. The twin's own time for the statements is in it.
 * Measures what was built: run `npm run build` first.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { loadProject, readSettings } from '../src/config/index.ts'
import { silentLog, systemClock } from '../src/core/index.ts'
import { openParts } from '../src/sync/index.ts'
import { report } from './report.ts'
import { median } from './turns.ts'
import { startTwin } from './twin.ts'

const rounds = 5
const rows = 100

const files = {
  'customerio.yml': `vars: { control: main.customerio }
destinations: { us: { region: us, key: secret://customerio/us } }
message_ids: { key: secret://customerio/ids }
`,
  'syncs/people.yml': `sync: people
source: { table: main.shop.people, key: id, changes: full }
send: { call: identify, person: { id: id }, traits: { email: email, round: round } }
`,
}

async function main(): Promise<void> {
  if (!existsSync('dist/job.mjs')) throw new Error('there is no build: npm run build')
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-bench-'))
  mkdirSync(join(folder, 'syncs'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const customerio = await firstRequests()
  const twin = await startTwin(join(folder, 'twin'))
  try {
    const { environment } = twin
    const env = { ...process.env, ...environment, CUSTOMERIO_URL_US: customerio.url }
    const parts = openParts({
      project: loadProject(folder),
      settings: readSettings(env),
      environment: env,
      clock: systemClock,
      log: silentLog,
      ca: await readFile(environment.NODE_EXTRA_CA_CERTS ?? '', 'utf8'),
    })
    await parts.warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.shop')
    await ended(start('customerio-jobs.mjs', ['setup', '--project', folder], env))
    const seconds: number[] = []
    for (let round = 0; round <= rounds; round++) {
      await parts.warehouse.execute(
        `CREATE OR REPLACE TABLE main.shop.people USING DELTA AS SELECT id, concat('p', id, '@example.com') AS email, ${round} AS round FROM range(${rows})`,
      )
      const first = customerio.next()
      const from = performance.now()
      const job = start('job.mjs', ['run', 'people', '--project', folder], env)
      seconds.push(((await Promise.race([first, failed(job)])) - from) / 1000)
      await ended(job)
    }
    await parts.close()
    console.log(
      `seconds: ${seconds.map((one) => one.toFixed(2)).join(', ')} (the first opens the first window)`,
    )
    report([
      {
        what: 'job bundle start to first request',
        measured: median(seconds.slice(1)),
        unit: 's',
        gate: 1.5,
        reach: 0.8,
        less: true,
      },
    ])
  } finally {
    await twin.stop()
    customerio.close()
    rmSync(folder, { recursive: true })
  }
}

function start(bundle: string, words: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [resolve('dist', bundle), ...words], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
}

async function ended(child: ChildProcess): Promise<void> {
  const code = child.exitCode ?? (await once(child, 'exit'))[0]
  if (code !== 0) throw new Error(`a process ended with exit code ${code}`)
}

async function failed(child: ChildProcess): Promise<never> {
  await ended(child)
  throw new Error('the job ended without a request')
}

/** Customer.io, as far as time is concerned: says when a request's head arrives, and takes everything. */
async function firstRequests() {
  let arrived = (_: number) => {}
  const server = createServer((request, response) => {
    arrived(performance.now())
    request.resume().on('end', () => response.end('{}'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    next: () =>
      new Promise<number>((resolve) => {
        arrived = resolve
      }),
    close: () => server.close(),
  }
}

await main()
