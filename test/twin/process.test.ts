import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { ask, clientOf } from './http/doors.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twin-process-'))
  const banner = [
    "import { createRequire as r } from 'node:module'",
    "import { fileURLToPath as f } from 'node:url'",
    'const require = r(import.meta.url)',
    "const __bundleFolder = f(new URL('.', import.meta.url))",
  ].join(';')
  await promisify(execFile)(resolve('node_modules/.bin/esbuild'), [
    'twin=src/twin/main.ts',
    '--bundle',
    '--splitting',
    '--format=esm',
    '--platform=node',
    '--target=node20.19',
    `--outdir=${join(folder, 'bare')}`,
    '--out-extension:.js=.mjs',
    '--external:@duckdb/*',
    '--external:lz4-napi',
    '--external:@databricks/databricks-sql-kernel-*',
    `--banner:js=${banner};`,
    '--define:__dirname=__bundleFolder',
    '--log-level=error',
  ])
  // `bare` finds no node_modules on its way up; `whole` finds those of the repository.
  await cp(join(folder, 'bare'), join(folder, 'whole'), { recursive: true })
  await symlink(resolve('node_modules'), join(folder, 'whole', 'node_modules'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const ports = ['--port', '0', '--us-port', '0', '--eu-port', '0']
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts the program of one of the two places over one data folder. */
function start(place: 'bare' | 'whole', ...line: string[]) {
  const program = join(folder, place, 'twin.mjs')
  const args = [program, '--data', join(folder, 'data'), ...ports, '--json', ...line]
  const child = spawn(process.execPath, args, { cwd: folder })
  children.push(child)
  const exit = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const announced = new Promise<Announced>((resolve, reject) => {
    child.stdout.once('data', (said: Buffer) => resolve(JSON.parse(said.toString())))
    child.once('exit', (code) => reject(new Error(`the twin ended with ${code}`)))
  })
  announced.catch(() => {})
  return { child, exit, announced }
}

interface Announced {
  readonly environment: Record<string, string>
  readonly control: { readonly address: string; readonly secret: string }
}

async function controlStatus({ environment, control }: Announced): Promise<number> {
  const ca = await readFile(environment.NODE_EXTRA_CA_CERTS ?? '', 'utf8')
  const headers = { 'x-twin-secret': control.secret }
  return (await ask(clientOf(ca), control.address, { headers })).status
}

it('says how to install DuckDB when it is missing', async () => {
  const { child, exit } = start('bare')
  const [code, errors, output] = await Promise.all([exit, text(child.stderr), text(child.stdout)])

  expect(code).toBe(1)
  expect(errors).toMatch(/^DUCKDB_MISSING: .*npm install --save-dev @duckdb\/node-api.*\n$/)
  expect(output).toBe('')
})

it('goes on after kill -9, with the same identity, and stops on SIGTERM', async () => {
  const first = start('whole')
  const before = await first.announced
  first.child.kill('SIGKILL')
  await first.exit

  const second = start('whole')
  const after = await second.announced

  expect(await controlStatus(after)).toBe(200)
  for (const name of ['DATABRICKS_CLIENT_SECRET', 'DATABRICKS_WAREHOUSE_ID']) {
    expect(after.environment[name]).toBe(before.environment[name])
  }
  second.child.kill('SIGTERM')
  expect(await second.exit).toBe(0)
})

it('stops when the pipe on its standard input ends', async () => {
  const { child, exit, announced } = start('whole', '--stop-with-stdin')
  await announced
  child.stdin.end()

  expect(await exit).toBe(0)
})
