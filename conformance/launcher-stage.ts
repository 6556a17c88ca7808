import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadProject, readSettings } from '../src/config/index.ts'
import { silentLog, systemClock } from '../src/core/index.ts'
import { setup } from '../src/ops/index.ts'
import { openParts, type Parts } from '../src/sync/index.ts'
import { parseFaultRule, startTwin, type Twin } from '../src/twin/index.ts'
import { type Launched, launch } from './launched.ts'

/** How many rows each sync of the stage sends, in a dozen requests. */
export const rows = 1500

/** How long a token of the workspace holds. */
export const tokenLifetimeMs = 3000

type Environment = Readonly<Record<string, string>>

/** A twin, a project, and launchers that work on it. */
export interface Stage {
  readonly twin: Twin
  readonly parts: Parts
  /** Sets the fault rules in force, each in its short form. */
  faults(...rules: string[]): void
  /** How often a token was asked for so far. */
  readonly tokens: () => number
  /** What no job may show. */
  readonly secrets: readonly string[]
  /** The project's folder as it is deployed, with what was built in it. */
  readonly project: string
  /** Starts the launcher with parameters, in an environment and with trust in the twin. */
  run(words: readonly string[], environment: Environment): Launched
  /** The same for a job of the project, in the environment of the twin unless told. */
  start(words: readonly string[], environment?: Environment): Launched
}

/** Sets a stage for `work`, whose launchers run by the Python at `python`. */
export async function onStage(
  python: string,
  folder: string,
  work: (stage: Stage) => Promise<void>,
): Promise<void> {
  let tokens = 0
  const twin = await startTwin({
    folder: join(folder, 'twin'),
    tokenLifetimeMs,
    onRequest: ({ label }) => {
      if (label === 'POST /oidc/v1/token') tokens++
    },
  })
  const root = writeProject(join(folder, 'project'))
  const parts = openParts({
    project: loadProject(root),
    settings: readSettings(twin.environment),
    environment: twin.environment,
    clock: systemClock,
    log: silentLog,
    ca: twin.ca,
  })
  const { NODE_EXTRA_CA_CERTS: ca = '', DATABRICKS_WAREHOUSE_ID: warehouse = '' } = twin.environment
  const trust = { REQUESTS_CA_BUNDLE: ca, SSL_CERT_FILE: ca }
  const run = (words: readonly string[], environment: Environment) =>
    launch(python, [join(root, 'dist/launcher.py'), ...words], { ...trust, ...environment })
  const stored = JSON.parse(readFileSync(join(folder, 'twin/secrets.json'), 'utf8')) as object
  try {
    await parts.warehouse.execute('CREATE SCHEMA IF NOT EXISTS main.launched')
    await parts.warehouse.execute(
      `CREATE TABLE main.launched.people USING DELTA AS SELECT id, repeat('x', 4000) AS note FROM range(${rows})`,
    )
    await setup(parts.warehouse, parts.project, parts.clock)
    await work({
      twin,
      parts,
      faults: (...rules) => twin.faults.set({ seed: 1, rules: rules.map(parseFaultRule) }),
      tokens: () => tokens,
      secrets: [
        twin.environment.DATABRICKS_CLIENT_SECRET ?? '',
        ...Object.values(stored).flatMap((scope) => Object.values(scope as object).map(String)),
      ],
      project: root,
      run,
      start: (words, environment = twin.environment) =>
        run(
          [
            ...['--entry', join(root, 'dist/job.mjs'), '--project', root],
            ...['--warehouse', warehouse, '--job-run-id', '4711', '--', ...words],
          ],
          environment,
        ),
    })
  } finally {
    await parts.close()
    await twin.close()
  }
}

/** A project of syncs that all send the same table, and what a deployment adds to it. */
function writeProject(root: string): string {
  mkdirSync(join(root, 'syncs'), { recursive: true })
  for (const file of ['dist/job.mjs', 'dist/launcher.py']) cpSync(file, join(root, file))
  writeFileSync(
    join(root, 'customerio.yml'),
    `vars: { control: main.customerio }
destinations:
  us: { region: us, key: secret://customerio/us, requests_per_second: 100 }
  lost: { region: us, key: secret://customerio/lost, requests_per_second: 100 }
message_ids: { key: secret://customerio/ids }
`,
  )
  const names = ['signed_in', 'in_runtime', 'node_killed', 'launcher_killed', 'no_secret']
  for (const name of names) {
    writeFileSync(
      join(root, `syncs/${name}.yml`),
      `sync: ${name}
brakes: { first_run: allow }
source: { table: main.launched.people, key: id, changes: full }
send: { call: identify, to: ${name === 'no_secret' ? 'lost' : 'us'}, person: { id: id }, traits: { note: note }, limits: { attribute_values: warn } }
`,
    )
  }
  return root
}
