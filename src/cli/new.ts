import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { lockFileName, readLock } from '../config/index.ts'
import { ConfigError, type LockSpec } from '../core/index.ts'
import { lockOf } from '../ops/index.ts'
import { type NewSync, syncText } from '../project/index.ts'
import { given } from './moment.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'
import { writeLock } from './write-lock.ts'

type Arguments = CommonArguments & {
  readonly sync: string
  readonly table: string
  readonly key: string | undefined
  readonly call: 'identify' | 'track'
}

/** `customerio-jobs new <sync> --table <table>` */
export const newCommand: CommandModule<object, Arguments> = {
  command: 'new <sync>',
  describe: 'write a sync file for a table, from its columns as they are now',
  builder: (yargs) =>
    withCommon(yargs)
      .positional('sync', { type: 'string', demandOption: true, describe: 'the name of the sync' })
      .option('table', {
        type: 'string',
        demandOption: true,
        describe: 'catalog.schema.table',
      })
      .option('key', {
        type: 'string',
        describe: 'the column that names a row; guessed if left out',
      })
      .option('call', {
        choices: ['identify', 'track'] as const,
        default: 'identify' as const,
        describe: 'what a row becomes: a person, or an event',
      }),
  async handler(args) {
    const terminal = terminalFor(args)
    const root = resolve(args.project)
    await withParts(args, terminal, async ({ warehouse, project }) => {
      const table = args.table
      const lock = await lockOf(warehouse, project, { table })
      const sync = { name: args.sync, table, call: args.call, ...given({ key: args.key }) }
      const path = writeSync(root, sync, lock)
      terminal.out(
        `wrote ${path} and ${lockFileName}; look at what is marked as a guess, and give it to a job in customerio.yml`,
      )
    })
  },
}

/** Writes a sync file and its lock. Throws ConfigError FILE_EXISTS rather than write over a file. */
export function writeSync(
  root: string,
  sync: Omit<NewSync, 'columns' | 'personal'>,
  lock: LockSpec,
): string {
  const path = join('syncs', `${sync.name}.yml`)
  if (existsSync(join(root, path))) {
    throw new ConfigError(
      'FILE_EXISTS',
      `${path} is there already; take another name, or remove it`,
    )
  }
  const text = syncText({ ...sync, ...lock })
  mkdirSync(join(root, 'syncs'), { recursive: true })
  writeFileSync(join(root, path), text)
  writeLock(root, { ...readLock(root), [sync.name]: lock })
  return path
}
