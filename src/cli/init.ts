import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { readSettings } from '../config/index.ts'
import { ConfigError, type LockSpec, type ProjectSpec, systemClock } from '../core/index.ts'
import { lockOf } from '../ops/index.ts'
import { projectFiles, sampleColumns, sampleTests } from '../project/index.ts'
import { openParts, packageVersion } from '../sync/index.ts'
import { writeBuild } from './build.ts'
import { writeSync } from './new.ts'
import { peers } from './peers.ts'
import { processTerminal, type Terminal } from './terminal.ts'

interface Arguments {
  readonly folder: string
  readonly region: 'us' | 'eu'
  readonly 'from-table': string | undefined
  readonly verbose: boolean
}

/** `customerio-jobs init <folder>` */
export const initCommand: CommandModule<object, Arguments> = {
  command: 'init <folder>',
  describe: 'write a new project: settings, a first sync with its tests, a Databricks bundle, CI',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'made if missing' })
      .option('region', {
        choices: ['us', 'eu'] as const,
        default: 'us' as const,
        describe: 'where the Customer.io workspace lives',
      })
      .option('from-table', {
        type: 'string',
        describe:
          'catalog.schema.table: the first sync is written from its columns as they are now',
      })
      .option('verbose', { type: 'boolean', default: false, describe: 'show every log line' }),
  async handler(args) {
    const terminal = processTerminal(args)
    const root = resolve(args.folder)
    if (existsSync(root) && readdirSync(root).some((name) => name !== '.git')) {
      throw new ConfigError(
        'FOLDER_NOT_EMPTY',
        `${args.folder} has files already; name a new folder, or "customerio-jobs new" adds a sync to a project`,
      )
    }
    const table = args['from-table']
    const first =
      table === undefined
        ? {
            table: '${catalog}.${schema}.customers',
            lock: sample,
            at: ['main', 'crm', 'customers'],
          }
        : { table, lock: await look(table, terminal), at: table.split('.') }
    // A name without its catalog is one of the workspace's own: it has to be filled in.
    const [named = 'customers', schema = 'default', catalog = 'main'] = first.at.toReversed()
    const sync = nameOf(named)
    const name = basename(root)
    const files = projectFiles({
      name,
      region: args.region,
      syncs: [sync],
      catalog,
      schema,
      version: packageVersion,
      peers,
    })
    for (const [path, text] of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const more = table === undefined ? { key: 'customer_id', tests: sampleTests } : {}
    writeSync(root, { name: sync, table: first.table, call: 'identify', ...more }, first.lock)
    writeBuild(root)
    terminal.out(`wrote the project ${name}. Next:

  cd ${args.folder}
  npm install
  npm run demo      # the first sync, on this machine; nothing leaves it
  npm run check     # what CI runs

README.md says how it goes on.`)
  },
}

const sample: LockSpec = { columns: sampleColumns, personal: {} }

/** A table's name as that of a sync. */
function nameOf(table: string): string {
  const name = table.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, '_')
  return /^[a-z]/.test(name) ? name : `sync_${name}`
}

/** The columns of a table, before there is a project. */
async function look(table: string, terminal: Terminal): Promise<LockSpec> {
  const parts = openParts({
    project: noProject,
    settings: readSettings(process.env),
    environment: process.env,
    clock: systemClock,
    log: terminal.log,
  })
  try {
    return await lockOf(parts.warehouse, noProject, { table })
  } finally {
    await parts.close()
  }
}

const noProject: ProjectSpec = {
  root: '.',
  targets: [],
  control: 'none.none',
  idSecret: { kind: 'env', name: 'NONE' },
  destinations: {},
  objectTypes: {},
  piiTags: ['pii'],
  jobs: [],
  syncs: [],
}
