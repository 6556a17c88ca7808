import type { CommandModule } from 'yargs'
import { erase, erasedExitCode, erasedText } from '../ops/index.ts'
import {
  type ByHandArguments,
  byHand,
  type ConfirmArguments,
  withConfirm,
  withWhy,
} from './by-hand.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'
import { type StopArguments, stopSignal, withStop } from './stop-signal.ts'

type Arguments = CommonArguments &
  ByHandArguments &
  ConfirmArguments &
  StopArguments & { readonly plan: boolean }

/** `customerio-jobs erase` */
export const eraseCommand: CommandModule<object, Arguments> = {
  command: 'erase',
  describe: 'forget the people whom the table of requests names, here and at Customer.io',
  builder: (yargs) =>
    withStop(withConfirm(withWhy(withCommon(yargs)))).option('plan', {
      type: 'boolean',
      default: false,
      describe: 'count requests only',
    }),
  async handler(args) {
    const terminal = terminalFor(args)
    const stop = stopSignal(terminal, args['stop-with-stdin'])
    try {
      await withParts(args, terminal, async (parts) => {
        const done = await erase(parts, {
          by: await byHand(parts, args),
          plan: args.plan,
          confirmed: args.confirm,
          signal: stop.signal,
          onStep: (step) => terminal.status(step),
        })
        terminal.status('')
        terminal.out(args.json ? JSON.stringify(done) : erasedText(done).join('\n'))
        process.exitCode = erasedExitCode(done)
      })
    } finally {
      stop.release()
    }
  },
}
