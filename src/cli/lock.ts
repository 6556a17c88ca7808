import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { lockFileName, readLock } from '../config/index.ts'
import { ConfigError, type LockSpec } from '../core/index.ts'
import { lockChange, lockChangeText, lockOf } from '../ops/index.ts'
import { schedule } from '../sync/index.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'
import { writeLock } from './write-lock.ts'

type Arguments = CommonArguments & {
  readonly syncs: string[] | undefined
  readonly check: boolean
}

/** `customerio-jobs lock [syncs..]` */
export const lockCommand: CommandModule<object, Arguments> = {
  command: 'lock [syncs..]',
  describe: 'write down the columns of the sources, for a look at the files without a workspace',
  builder: (yargs) =>
    withCommon(yargs)
      .positional('syncs', { type: 'string', array: true, describe: 'names of syncs; all if none' })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'write nothing; exit code 2 where a source differs from its lock',
      }),
  async handler(args) {
    const terminal = terminalFor(args)
    const root = resolve(args.project)
    await withParts(args, terminal, async ({ warehouse, project }) => {
      const before = readLock(root)
      // The built-in sync has the columns of its own table.
      const own = schedule(project, args.syncs ?? []).filter(({ outbox }) => outbox === undefined)
      const now: Record<string, LockSpec> = {}
      for (const sync of own) {
        terminal.status(`looking at the source of ${sync.name}`)
        now[sync.name] = await lockOf(warehouse, project, sync.source.from)
      }
      terminal.status('')
      const changes = own.flatMap(
        ({ name }) => lockChange(name, before[name], now[name] ?? nothing) ?? [],
      )
      const known = new Set(project.syncs.map(({ name }) => name))
      const kept = Object.entries(before).filter(([name]) => known.has(name))
      const lines = changes.map(lockChangeText)
      if (args.json) terminal.out(JSON.stringify(changes))
      else for (const line of lines) terminal.out(line)
      if (args.check) return refuse(lines)
      writeLock(root, { ...Object.fromEntries(kept), ...now })
      if (!args.json)
        terminal.out(`${lockFileName} says how the sources of ${own.length} syncs look`)
    })
  },
}

const nothing: LockSpec = { columns: {}, personal: {} }

function refuse(lines: readonly string[]): void {
  if (lines.length === 0) return
  throw new ConfigError(
    'LOCK_DRIFTED',
    `${lines.length} sources differ from ${lockFileName}; look at what changed, run "customerio-jobs lock" and commit the file`,
  )
}
