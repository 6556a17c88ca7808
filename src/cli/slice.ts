import type { Argv, CommandModule } from 'yargs'
import { failureText, settledText, sliceText } from '../ops/index.ts'
import { eachDestination, exitCodeOf, planSlices, runSlice, settleSlices } from '../sync/index.ts'
import { type ConfirmArguments, withConfirm } from './by-hand.ts'
import { type LimitArguments, withLimit } from './limit.ts'
import { given } from './moment.ts'
import { withOneSync } from './one-sync.ts'
import { type CommonArguments, withCommon } from './open.ts'
import { progressOn } from './progress.ts'
import { type ShareArguments, withShare } from './share.ts'
import { type StopArguments, withStop } from './stop-signal.ts'

type Arguments = CommonArguments &
  StopArguments & { readonly sync: string; readonly destination: string | undefined }

/** `customerio-jobs slice plan|run|settle <sync>` */
export const sliceCommand: CommandModule = {
  command: 'slice',
  describe: 'send one window from several processes at once',
  builder: (yargs) =>
    yargs
      .command(planSlicesCommand)
      .command(runSliceCommand)
      .command(settleSlicesCommand)
      .demandCommand(1, 'name what to do: plan, run or settle'),
  handler: () => {},
}

const planSlicesCommand: CommandModule<
  object,
  Arguments & ConfirmArguments & LimitArguments & { readonly slices: number }
> = {
  command: 'plan <sync>',
  describe: 'open the window, cut it into slices, and print those to run as one line of JSON',
  builder: (yargs) =>
    withLimit(withConfirm(withSync(yargs))).option('slices', {
      type: 'number',
      demandOption: true,
      describe: 'into how many',
    }),
  handler: (args) =>
    withOneSync(args, async ({ parts, sync, terminal, signal }) => {
      const { slices, confirm: confirmed } = args
      const endings = await eachDestination(sync, args.destination, signal, (destination) =>
        planSlices(parts, sync, destination, {
          slices,
          confirmed,
          ...given({ limit: args.limit }),
          signal,
        }),
      )
      for (const ending of endings) {
        if (ending.kind === 'failed') terminal.note(failureText(ending).join('\n'))
      }
      const planned = endings.flatMap((ending) => (ending.kind === 'finished' ? ending.report : []))
      terminal.out(JSON.stringify(planned))
      process.exitCode = exitCodeOf(endings)
    }),
}

const runSliceCommand: CommandModule<
  object,
  Arguments & ShareArguments & { readonly slice: string; readonly window: string | undefined }
> = {
  command: 'run <sync>',
  describe: 'send one slice of the open window',
  builder: (yargs) =>
    withShare(withSync(yargs))
      .option('slice', { type: 'string', demandOption: true, describe: 'which one, as 3/8' })
      .option('window', { type: 'string', describe: 'only if this window is the open one' }),
  handler: (args) =>
    withOneSync(args, async ({ parts, sync, terminal, signal }) => {
      const endings = await eachDestination(sync, args.destination, signal, (destination) =>
        runSlice(parts, sync, destination, {
          slice: args.slice,
          ...given({ share: args.share }),
          ...(args.window === undefined ? {} : { windowId: args.window }),
          signal,
          onProgress: progressOn(terminal),
        }),
      )
      terminal.status('')
      terminal.out(
        args.json ? JSON.stringify(endings) : endings.flatMap((one) => sliceText(one)).join('\n'),
      )
      process.exitCode = exitCodeOf(endings)
    }),
}

const settleSlicesCommand: CommandModule<object, Arguments> = {
  command: 'settle <sync>',
  describe: 'load what the slices wrote down, and close the window if every row is accounted for',
  builder: (yargs) => withSync(yargs),
  handler: (args) =>
    withOneSync(args, async ({ parts, sync, terminal, signal }) => {
      const endings = await eachDestination(sync, args.destination, signal, (destination) =>
        settleSlices(parts, sync, destination, signal),
      )
      terminal.out(
        args.json ? JSON.stringify(endings) : endings.flatMap((one) => settledText(one)).join('\n'),
      )
      process.exitCode = exitCodeOf(endings)
    }),
}

function withSync<T>(yargs: Argv<T>): Argv<T & Arguments> {
  return withStop(withCommon(yargs))
    .positional('sync', { type: 'string', demandOption: true, describe: 'the name of a sync' })
    .option('destination', { type: 'string', describe: 'only this destination' }) as Argv<
    T & Arguments
  >
}
