import type { CommandModule } from 'yargs'
import { preview, withoutValues } from '../ops/index.ts'
import { destinationsOf } from '../source/index.ts'
import { schedule } from '../sync/index.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'

type Arguments = CommonArguments & {
  readonly sync: string
  readonly rows: number
  readonly values: boolean
}

/** `customerio-jobs preview <sync>` */
export const previewCommand: CommandModule<object, Arguments> = {
  command: 'preview <sync>',
  describe: 'print what a sync would send for a few rows; sends nothing',
  builder: (yargs) =>
    withCommon(yargs)
      .positional('sync', { type: 'string', demandOption: true, describe: 'the name of a sync' })
      .option('rows', { type: 'number', default: 3, describe: 'how many rows of each destination' })
      .option('values', {
        type: 'boolean',
        default: false,
        describe: 'show values off a terminal too, where they may be kept',
      }),
  async handler(args) {
    const terminal = terminalFor(args)
    await withParts(args, terminal, async (parts) => {
      const [sync] = schedule(parts.project, [args.sync])
      if (sync === undefined) return
      const previews = await preview(parts, sync, destinationsOf(sync.send.to), args.rows)
      const shown = previews.map((one) => ({
        ...one,
        messages: terminal.isPerson || args.values ? one.messages : one.messages.map(withoutValues),
      }))
      if (args.json) {
        terminal.out(JSON.stringify(shown))
        return
      }
      for (const { destination, messages, invalid } of shown) {
        terminal.out(`${sync.name} → ${destination}: ${messages.length} messages, POST /batch`)
        terminal.out(JSON.stringify({ batch: messages }, null, 2))
        for (const { reason, text } of invalid) terminal.out(`not sent: ${reason}  ${text}`)
      }
      if (!terminal.isPerson && !args.values) {
        terminal.note('values are hidden off a terminal; --values shows them')
      }
    })
  },
}
