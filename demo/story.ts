import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Parts } from '../src/sync/index.ts'
import { customers } from './load.ts'
import type { TwinProcess } from './twin.ts'

/** Words of the product's command line, run as a process of its own. */
export type Command = (...words: string[]) => Promise<number>

/** A command of the product in the demo's environment, on the project in `root`. */
export function commandIn(root: string, environment: NodeJS.ProcessEnv): Command {
  return (...words) =>
    new Promise((done) => {
      start(root, environment, words).on('exit', (code) => done(code ?? 1))
    })
}

function start(root: string, environment: NodeJS.ProcessEnv, words: readonly string[]) {
  const program = fileURLToPath(new URL('./customerio-jobs.mjs', import.meta.url))
  return spawn(process.execPath, [program, ...words, '--project', root], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

/** What was in Customer.io when the process died; undefined when there was nothing to kill. */
export type Killed = { readonly events: number; readonly of: number } | undefined

/**
 * Runs a command and kills it with SIGKILL as soon as 60 % of the events have arrived. Customer.io answers no batch after
 * the 45th meanwhile, so that there is something left to kill.
 */
export async function killAt60Percent(
  twin: TwinProcess,
  root: string,
  environment: NodeJS.ProcessEnv,
  words: readonly string[],
  of: number,
): Promise<Killed> {
  const before = (await twin.counts()).events
  if (before >= of) return undefined
  await twin.faults([
    {
      door: 'customerio',
      call: 'POST /v1/batch',
      when: { from: 46 },
      fault: { delayMs: 600_000 },
    },
  ])
  const child = start(root, environment, words)
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  while (child.exitCode === null && (await twin.counts()).events < 0.6 * of) {
    await new Promise((done) => setTimeout(done, 20))
  }
  child.kill('SIGKILL')
  await ended
  await twin.faults([])
  return { events: (await twin.counts()).events, of }
}

/** The next night: the customers are built anew as dbt does it. Seven of them moved to Oslo, three are gone. */
export async function rebuildCustomers({ warehouse }: Parts): Promise<void> {
  const [first] = await warehouse.query(
    'SELECT max(customer_id) AS last FROM (SELECT DISTINCT customer_id FROM main.shop.order_lines ORDER BY customer_id LIMIT 3)',
  )
  await warehouse.execute(`CREATE OR REPLACE TABLE main.shop.customers
USING DELTA TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true') AS
SELECT * EXCEPT (city), CASE WHEN customer_id IN ('CG-12520', 'DV-13045', 'SO-20335', 'BH-11710', 'IM-15070', 'HP-14815', 'PK-19075') THEN 'Oslo' ELSE city END AS city
FROM (${customers}) AS built
WHERE customer_id IS NULL OR customer_id > '${String(first?.last)}'`)
}

/** A copy of the project in which one trait has another name. */
export function editedProject(root: string, folder: string): string {
  const copy = join(folder, 'edited-project')
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  for (const name of ['customerio.yml', 'syncs'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
  const file = join(copy, 'syncs', 'customers.yml')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace('    segment: segment\n', '    market: segment\n'))
  return copy
}
