import type { CommandModule } from 'yargs'
import { runSummary } from '../ops/index.ts'
import { exitCodeOf, rebase } from '../sync/index.ts'
import { byHand, type ConfirmArguments, withConfirm } from './by-hand.ts'
import { type OneSyncArguments, withOneSync, withSync } from './one-sync.ts'
import { progressOn } from './progress.ts'

type Arguments = OneSyncArguments & ConfirmArguments

/** `customerio-jobs rebase <sync>` */
export const rebaseCommand: CommandModule<object, Arguments> = {
  command: 'rebase <sync>',
  describe: 'take the rows of a sync as known under its present mapping, without sending',
  builder: (yargs) => withConfirm(withSync(yargs)),
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
