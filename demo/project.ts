import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { loadProject } from '../src/config/index.ts'
import { isError, type ProjectSpec, SyncError } from '../src/core/index.ts'
import { secretsOf } from './project-secrets.ts'
import { loadTables, tablesOf } from './project-tables.ts'
import { startTwinProcess, type TwinProcess } from './twin.ts'

/*
 * The demo of anybody's project: its sources, made on a twin from the rows of its tests, and its own syncs run over them by
 * the same commands as in a workspace.
 */

const { values } = parseArgs({
  options: {
    project: { type: 'string', default: '.' },
    yes: { type: 'boolean', default: false },
  },
})
const root = resolve(values.project)
const say = (text = '') => process.stdout.write(`${text}\n`)

async function main(): Promise<number> {
  const project = loadProject(root)
  const { tables, left } = tablesOf(project)
  const syncs = project.syncs.filter(({ name }) => !left.some(({ sync }) => sync === name))
  for (const { sync, because } of left) say(`left out: ${sync}, ${because}`)
  if (syncs.length === 0) {
    say('there is nothing to run')
    return left.length === 0 ? 0 : 2
  }
  say(`starting a twin of Databricks and Customer.io on this machine; nothing leaves it …`)
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-demo-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const twin = await start(folder, project)
  try {
    for (const table of await loadTables(twin, tables))
      say(`made ${table.name} from ${table.rows} rows of the tests`)
    const env = { ...process.env, ...twin.environment, ...secretsOf(project).environment }
    for (const words of [['setup'], ['run', ...syncs.map(({ name }) => name)]]) {
      say(`\n$ customerio-jobs ${words.join(' ')}`)
      const command = fileURLToPath(new URL('./customerio-jobs.mjs', import.meta.url))
      const { status } = spawnSync(process.execPath, [command, ...words, '--project', root], {
        env: { ...env, CUSTOMERIO_JOBS_SPOOL: join(folder, 'spool') },
        stdio: 'inherit',
      })
      if (status !== 0) return status ?? 1
    }
    const { people, events } = await twin.counts()
    say(`\nThe twin's Customer.io has ${people} people and ${events} events now.`)
    await lookAround(twin)
    return 0
  } finally {
    await twin.stop()
  }
}

async function start(folder: string, project: ProjectSpec): Promise<TwinProcess> {
  const data = join(folder, 'twin')
  mkdirSync(data)
  writeFileSync(join(data, 'secrets.json'), JSON.stringify(secretsOf(project).scopes))
  const twin = await startTwinProcess(data, ['--port', '0', '--us-port', '0', '--eu-port', '0'])
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () =>
      twin.stop().finally(() => process.exit(128 + constants.signals[signal])),
    )
  }
  return twin
}

async function lookAround({ page }: TwinProcess): Promise<void> {
  if (process.stdin.isTTY !== true || values.yes) return
  process.stdout.write(`What it has: ${page}\n↵ ends it, and takes the twin away `)
  const lines = createInterface({ input: process.stdin })
  await new Promise<void>((done) => lines.once('line', () => done()).once('close', done))
  lines.close()
}

try {
  if (!existsSync(join(root, 'customerio.yml'))) loadProject(root)
  process.exitCode = await main()
} catch (error) {
  if (!isError(error)) throw error
  process.stderr.write(
    `${error instanceof SyncError ? `error ${error.code}: ` : ''}${error.message}\n`,
  )
  process.exitCode = error instanceof SyncError ? error.exitCode : 1
}
