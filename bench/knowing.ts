/*
 * What it costs to know: a run with nothing to send over a table of a million rows, and how the time of a run and the
 * control tables grow with the number of past runs. The twin runs as a process of its own; its time is in the numbers.
 *   npm run bench -- knowing            10, 100 and 300 past runs
 *   RUNS=1000 npm run bench -- knowing
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadProject, readSettings } from '../src/config/index.ts'
import { type SyncSpec, silentLog, systemClock } from '../src/core/index.ts'
import { setup } from '../src/ops/index.ts'
import { openParts, type Parts, runWindow } from '../src/sync/index.ts'
import { type Line, report } from './report.ts'
import { median } from './turns.ts'
import { startTwin, type Twin } from './twin.ts'

const million = Number(process.env.ROWS ?? 1_000_000)
const most = Number(process.env.RUNS ?? 300)
const feed = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"

const sync = (name: string, changes: string) => `sync: ${name}
source: { table: main.shop.${name}, key: id, changes: ${changes} }
send: { call: identify, person: { id: id }, columns: { all: true } }
brakes: { first_run: allow }
`
const files = {
  'customerio.yml': `vars: { control: main.customerio }
destinations: { us: { region: us, key: secret://customerio/us, requests_per_second: 1000 } }
message_ids: { key: secret://customerio/ids }
`,
  'syncs/big.yml': sync('big', 'auto'),
  'syncs/small.yml': sync('small', 'auto'),
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'customerio-jobs-bench-'))
  mkdirSync(join(folder, 'syncs'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const twin = await startTwin(join(folder, 'twin'))
  try {
    const parts = await open(folder, twin)
    await parts.warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.shop')
    await build(parts, 'big', million)
    await build(parts, 'small', 100)
    await setup(parts.warehouse, parts.project, parts.clock)
    const lines = [...(await nothingToSend(parts)), ...(await growth(parts, folder))]
    await parts.close()
    report(lines)
  } finally {
    await twin.stop()
    rmSync(folder, { recursive: true })
  }
}

/** A million rows that are known: the feed has nothing, then the feed has one row, then the table is rebuilt. */
async function nothingToSend(parts: Parts): Promise<Line[]> {
  const [big] = parts.project.syncs
  if (big === undefined) throw new Error('there is no sync')
  // Taken over as known: sending a million rows would only measure the twin's Customer.io.
  const known = { kind: 'rebase', only: { look: { kind: 'all' }, send: 'nothing' } } as const
  const asked = await run(parts, big, known).catch((error: Error) => error.message)
  const confirmed = [String(asked).match(/--confirm (\w+)/)?.[1] ?? '']
  const adopted = await seconds(() => run(parts, big, { ...known, confirmed }))
  const quiet = await seconds(() => run(parts, big))
  await parts.warehouse.execute('UPDATE main.shop.big SET name = name WHERE id = 7')
  const touched = await seconds(() => run(parts, big))
  await build(parts, 'big', million)
  const rebuilt = await seconds(() => run(parts, big))
  const what = (text: string, measured: number): Line => ({
    what: `${million.toLocaleString('en-US')} rows, ${text}`,
    measured,
    unit: 's',
  })
  return [
    what('taken over as known', adopted),
    what('no new version', quiet),
    what('one row touched, feed', touched),
    what('rebuilt, nothing changed', rebuilt),
  ]
}

/** Runs in which one row changes, again and again. */
async function growth(parts: Parts, folder: string): Promise<Line[]> {
  const small = parts.project.syncs.find(({ name }) => name === 'small')
  if (small === undefined) throw new Error('there is no sync')
  const lines: Line[] = []
  const lately: number[] = []
  for (let past = 1; past <= most; past++) {
    await parts.warehouse.execute(
      `UPDATE main.shop.small SET name = 'change ${past}' WHERE id = ${past % 100}`,
    )
    lately.push(await seconds(() => run(parts, small)))
    if (lately.length > 9) lately.shift()
    if (![10, 100, 300, 1000].includes(past)) continue
    lines.push({
      what: `a run after ${past} others (median of 9)`,
      measured: median(lately),
      unit: 's',
    })
    lines.push({
      what: `control tables after ${past} runs`,
      measured: bytesOf(join(folder, 'twin', 'lake', 'tables')) / 1e6,
      unit: 'MB',
    })
    console.log(`${past} runs: ${median(lately).toFixed(2)} s`)
  }
  return lines
}

function run(parts: Parts, sync: SyncSpec, options: Parameters<typeof runWindow>[3] = {}) {
  return runWindow(parts, sync, 'us', options)
}

function build(parts: Parts, name: string, rows: number) {
  return parts.warehouse.execute(
    `CREATE OR REPLACE TABLE main.shop.${name} USING DELTA ${feed} AS SELECT id, concat('Person ', id) AS name, concat('p', id, '@example.com') AS email, id % 97 AS visits, CAST(id % 1000 AS DECIMAL(18, 2)) AS spent, DATE '2024-01-01' AS joined, concat('City ', id % 500) AS city FROM range(${rows})`,
  )
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await work()
  return (performance.now() - from) / 1000
}

/** Files of the control schema alone; those of the shop are not ours. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.parentPath.includes('customerio'))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

async function open(folder: string, { environment }: Twin): Promise<Parts> {
  return openParts({
    project: loadProject(folder),
    settings: readSettings(environment),
    environment,
    clock: systemClock,
    log: silentLog,
    ca: await readFile(environment.NODE_EXTRA_CA_CERTS ?? '', 'utf8'),
  })
}

await main()
