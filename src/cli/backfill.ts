import type { CommandModule } from 'yargs'
import { abandonedText, backfillStepText, backfillText } from '../ops/index.ts'
import { abandonBackfill, backfill, backfillShare, exitCodeOf } from '../sync/index.ts'
import { byHand, type ConfirmArguments, withConfirm } from './by-hand.ts'
import { given, momentOf } from './moment.ts'
import { type OneSyncArguments, withOneSync, withSync } from './one-sync.ts'
import { progressOn } from './progress.ts'

type Arguments = OneSyncArguments &
  ConfirmArguments & {
    readonly from: string | undefined
    readonly to: string | undefined
    readonly 'delivered-by': string | undefined
    readonly mapping: string | undefined
    readonly windows: number | undefined
    readonly share: number
    readonly abandon: boolean
  }

/** `customerio-jobs backfill <sync>` */
export const backfillCommand: CommandModule<object, Arguments> = {
  command: 'backfill <sync>',
  describe: 'send the rows of a sync as they are now, changed or not, beside its runs',
  builder: (yargs) =>
    withConfirm(withSync(yargs))
      .option('from', { type: 'string', describe: 'only keys decided from this moment on' })
      .option('to', { type: 'string', describe: 'only keys decided before this moment' })
      .option('delivered-by', { type: 'string', describe: 'only keys that this run sent' })
      .option('mapping', { type: 'string', describe: 'only keys last sent under this mapping' })
      .option('windows', { type: 'number', describe: 'windows to send it in' })
      .option('share', {
        type: 'number',
        default: backfillShare,
        describe: "the part of the destination's requests that it may spend",
      })
      .option('abandon', {
        type: 'boolean',
        default: false,
        describe: 'give up one that is unfinished',
      }),
  handler: (args) =>
    withOneSync(args, async ({ parts, sync, terminal, signal }) => {
      const by = await byHand(parts, args)
      const destination = args['to-destination']
      if (args.abandon) {
        const given = await abandonBackfill(parts, sync, { by, destination })
        terminal.out(args.json ? JSON.stringify(given) : abandonedText(given).join('\n'))
        process.exitCode = exitCodeOf(given)
        return
      }
      const endings = await backfill(parts, sync, {
        by,
        destination,
        filter: given({
          run: args['delivered-by'],
          mapping: args.mapping,
          from: momentOf('from', args.from),
          to: momentOf('to', args.to),
        }),
        windows: args.windows,
        share: args.share,
        confirmed: args.confirm,
        signal,
        onStep: (step) => terminal.note(backfillStepText(step)),
        onProgress: progressOn(terminal),
      })
      terminal.status('')
      terminal.out(
        args.json
          ? JSON.stringify(endings)
          : backfillText(endings, parts.project.control).join('\n'),
      )
      process.exitCode = exitCodeOf(endings)
    }),
}
