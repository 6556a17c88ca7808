import type { CommandModule } from 'yargs'
import { runSummary } from '../ops/index.ts'
import { exitCodeOf, rebase } from '../sync/index.ts'
import {
  type ByHandArguments,
  byHand,
  type ConfirmArguments,
  withConfirm,
  withWhy,
} from './by-hand.ts'
import { withOneSync } from './one-sync.ts'
import { type CommonArguments, withCommon } from './open.ts'
import { progressOn } from './progress.ts'

type Arguments = CommonArguments &
  ByHandArguments &
  ConfirmArguments & {
    readonly sync: string
    readonly 'to-destination': string | undefined
  }

/** `customerio-jobs rebase <sync>` */
export const rebaseCommand: CommandModule<object, Arguments> = {
  command: 'rebase <sync>',
  describe: 'take the rows of a sync as known under its present mapping, without sending',
  builder: (yargs) =>
    withConfirm(withWhy(withCommon(yargs)))
      .positional('sync', { type: 'string', demandOption: true, describe: 'the name of a sync' })
      .option('to-destination', { type: 'string', describe: 'only this destination' }),
  handler: (args) =>
    withOneSync(args, async ({ parts, sync, terminal, signal }) => {
      const endings = await rebase(parts, sync, {
        by: await byHand(parts, args),
        destination: args['to-destination'],
        confirmed: args.confirm,
        signal,
        onProgress: progressOn(terminal),
      })
      terminal.status('')
      terminal.out(
        args.json ? JSON.stringify(endings) : runSummary(endings, parts.project.control).join('\n'),
      )
      process.exitCode = exitCodeOf(endings)
    }),
}
