import type { CommandModule } from 'yargs'
import { redact } from '../core/index.ts'
import { listSyncs, listText } from '../ops/index.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'

/** `customerio-jobs list` */
export const listCommand: CommandModule<object, CommonArguments> = {
  command: 'list',
  describe: 'show every sync: its state, last run, freshness and dead letters',
  builder: withCommon,
  async handler(args) {
    const terminal = terminalFor(args)
    await withParts(args, terminal, async (parts) => {
      const listed = await listSyncs(parts)
      const colours = terminal.isPerson && (process.env.NO_COLOR ?? '') === ''
      const text = args.json
        ? JSON.stringify(listed)
        : listText(listed, { now: parts.clock.now(), colours }).join('\n')
      // Who holds a sync may be an address; a person at a terminal may see whom to ask.
      terminal.out(terminal.isPerson ? text : redact(text))
    })
  },
}
