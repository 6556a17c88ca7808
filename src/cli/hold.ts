import type { CommandModule } from 'yargs'
import { redact } from '../core/index.ts'
import { heldText, hold, release, releasedText } from '../ops/index.ts'
import { oneOrAll } from './one-or-all.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'

type Arguments = CommonArguments & {
  readonly sync: string | undefined
  readonly all: boolean
}

/** `customerio-jobs hold <sync> --why <text>` and `customerio-jobs hold --all --why <text>` */
export const holdCommand: CommandModule<object, Arguments & { readonly why: string }> = {
  command: 'hold [sync]',
  describe: 'keep a sync, or every sync, from sending until it is released',
  builder: (yargs) =>
    withCommon(yargs)
      .positional('sync', { type: 'string', describe: 'the name of a sync' })
      .option('all', { type: 'boolean', default: false, describe: 'hold every sync' })
      .option('why', { type: 'string', demandOption: true, describe: 'the reason, for others' }),
  async handler(args) {
    const sync = oneOrAll('hold', args)
    const terminal = terminalFor(args)
    await withParts(args, terminal, async (parts) => {
      const done = await hold(parts, sync, args.why)
      terminal.out(redact(args.json ? JSON.stringify(done) : heldText(done).join('\n')))
    })
  },
}

/** `customerio-jobs release <sync>` and `customerio-jobs release --all` */
export const releaseCommand: CommandModule<object, Arguments> = {
  command: 'release [sync]',
  describe: 'let go what hold held, or the rest that a canary lets wait',
  builder: (yargs) =>
    withCommon(yargs)
      .positional('sync', { type: 'string', describe: 'the name of a sync' })
      .option('all', { type: 'boolean', default: false, describe: 'end the hold of every sync' }),
  async handler(args) {
    const sync = oneOrAll('release', args)
    const terminal = terminalFor(args)
    await withParts(args, terminal, async (parts) => {
      const done = await release(parts, sync)
      terminal.out(redact(args.json ? JSON.stringify(done) : releasedText(done).join('\n')))
    })
  },
}
