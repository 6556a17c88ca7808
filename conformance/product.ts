import { join } from 'node:path'
import { loadShop } from '../demo/load.ts'
import { preview, readReport, setup, validateAgainstSources } from '../src/ops/index.ts'
import { type Parts, type RunEnding, runAll } from '../src/sync/index.ts'
import { type FaultRule, parseFaultRule } from '../src/twin/index.ts'
import { dmlStatements } from './dml.ts'
import { liveThroughNights } from './nights.ts'
import { type Recorded, recording } from './recorder.ts'
import { withTwin } from './twin.ts'

/** A batch that meets a 503 and one whose connection breaks after it was taken: not every outcome is alike. */
const rules: FaultRule[] = [
  'customerio:POST /v1/batch:status=503,nth=3',
  'customerio:POST /v1/batch:reset=after,nth=6',
].map(parseFaultRule)

const control = 'main.customerio'
const tables = [
  'windows',
  'runs',
  'outcome_log',
  'requests',
  'ledger',
  'checkpoints',
  'mappings',
  'acts',
  'holds',
  'receipts',
  'erased',
  'quality',
]
const views = ['outcomes', 'dead_letters', 'account', 'inventory']

/**
 * Lets the product do all it does on a fresh twin: load, set up, look, run, be stopped in the middle, go on, run
 * again, report; then reads everything it left. Gives every statement that it sent.
 */
export async function recordProduct(folder: string): Promise<Recorded[]> {
  return withTwin(
    folder,
    async (parts) => {
      const { warehouse, recorded } = recording(parts.warehouse, {
        lake: join(folder, 'lake'),
        copies: join(folder, 'copies'),
      })
      for (const statement of dmlStatements) await warehouse.execute(statement)
      await work({ ...parts, warehouse })
      return recorded
    },
    { faults: { seed: 1, rules } },
  )
}

async function work(parts: Parts): Promise<void> {
  const { warehouse, project, clock } = parts
  // Twice where doing it again must change nothing.
  await loadShop(parts)
  await setup(warehouse, project, clock)
  await setup(warehouse, project, clock)
  await validateAgainstSources(warehouse, project)
  for (const sync of project.syncs) await preview(parts, sync, ['us'], 3)
  expectFailed(await runUntil(parts, 1000), 'RUN_STOPPED')
  expectFinished(await runAll(parts, project.syncs))
  await loadShop(parts)
  expectFinished(await runAll(parts, project.syncs))
  await liveThroughNights(parts)
  await readReport(warehouse, control)
  for (const name of [...tables, ...views]) {
    await warehouse.query(`SELECT * FROM \`main\`.\`customerio\`.\`${name}\``)
  }
  await warehouse.query('SELECT * FROM `main`.`shop`.`customers` VERSION AS OF 0')
  await warehouse.query("SELECT * FROM table_changes('main.shop.customers', 0, 1)")
  await warehouse.query("SELECT * FROM table_changes('main.shop.order_lines', 1)")
  for (let version = 0; version <= 11; version++) {
    await warehouse.query(`SELECT * FROM main.dml.people VERSION AS OF ${version}`)
  }
  await warehouse.query("SELECT * FROM table_changes('main.dml.people', 0)")
  for (const name of [
    'totals',
    'rounded',
    'scalars',
    'bytes',
    'far_times',
    'nested',
    'nested_null',
  ]) {
    await warehouse.query(`SELECT * FROM main.dml.${name}`)
  }
}

/** A run that is asked to stop when so many orders are decided. */
async function runUntil(parts: Parts, done: number): Promise<RunEnding[]> {
  const stop = new AbortController()
  return runAll(parts, parts.project.syncs, {
    signal: stop.signal,
    onProgress(progress) {
      const isEnough =
        progress.sync === 'orders' && progress.step === 'send' && progress.done >= done
      if (isEnough) stop.abort()
    },
  })
}

function expectFinished(endings: readonly RunEnding[]): void {
  const other = endings.find(({ kind }) => kind !== 'finished')
  if (other !== undefined) throw new Error(`a run did not finish: ${JSON.stringify(other)}`)
}

function expectFailed(endings: readonly RunEnding[], code: string): void {
  if (endings.some((ending) => ending.kind === 'failed' && ending.code === code)) return
  throw new Error(`no run was stopped: ${JSON.stringify(endings)}`)
}
