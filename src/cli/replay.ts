import type { CommandModule } from 'yargs'
import { replayText } from '../ops/index.ts'
import { exitCodeOf, replay, shareOf } from '../sync/index.ts'
import { byHand, type ConfirmArguments, withConfirm } from './by-hand.ts'
import { given, momentOf } from './moment.ts'
import { type OneSyncArguments, withOneSync, withSync } from './one-sync.ts'
import { progressOn } from './progress.ts'
import { type ShareArguments, withShare } from './share.ts'
import { type StopArguments, withStop } from './stop-signal.ts'

type Arguments = OneSyncArguments &
  ConfirmArguments &
  ShareArguments &
  StopArguments & {
    readonly run: string | undefined
    readonly reason: string | undefined
    readonly from: string | undefined
    readonly to: string | undefined
    readonly send: boolean
  }

/** `customerio-jobs replay <sync>` */
export const replayCommand: CommandModule<object, Arguments> = {
  command: 'replay <sync>',
  describe: 'count the dead letters of a sync by reason; --send sends their rows as they are now',
  builder: (yargs) =>
    withShare(withStop(withConfirm(withSync(yargs))))
      .option('run', { type: 'string', describe: 'only those of this run' })
      .option('reason', { type: 'string', describe: 'only those with this reason code' })
      .option('from', { type: 'string', describe: 'only those from this moment on' })
      .option('to', { type: 'string', describe: 'only those before this moment' })
      .option('send', { type: 'boolean', default: false, describe: 'send them' }),
  handler: (args) =>
    withOneSync(
      args,
      async ({ parts, sync, terminal, signal }) => {
        const endings = await replay(parts, sync, {
          by: await byHand(parts, args),
          filter: given({
            run: args.run,
            reason: args.reason,
            from: momentOf('from', args.from),
            to: momentOf('to', args.to),
          }),
          destination: args['to-destination'],
          send: args.send,
          confirmed: args.confirm,
          signal,
          onProgress: progressOn(terminal),
        })
        terminal.status('')
        terminal.out(
          args.json
            ? JSON.stringify(endings)
            : replayText(endings, parts.project.control).join('\n'),
        )
        process.exitCode = exitCodeOf(endings)
      },
      (project) => args.share ?? shareOf(project, [{ name: args.sync }]),
    ),
}
