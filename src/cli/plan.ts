import type { CommandModule } from 'yargs'
import { planText } from '../ops/index.ts'
import { plan, planExitCode, schedule } from '../sync/index.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'
import { type StopArguments, stopSignal, withStop } from './stop-signal.ts'

type Arguments = CommonArguments &
  StopArguments & {
    readonly sync: string
    readonly values: boolean
    readonly check: boolean
  }

/** `customerio-jobs plan <sync>` */
export const planCommand: CommandModule<object, Arguments> = {
  command: 'plan <sync>',
  describe: 'say what a run would do now, and what would stop it; sends nothing',
  builder: (yargs) =>
    withStop(withCommon(yargs))
      .positional('sync', { type: 'string', demandOption: true, describe: 'the name of a sync' })
      .option('values', {
        type: 'boolean',
        default: false,
        describe: 'show values off a terminal too, where they may be kept',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'end with exit code 8 where a brake or a hold would stop a run',
      }),
  async handler(args) {
    const terminal = terminalFor(args)
    const stop = stopSignal(terminal, args['stop-with-stdin'])
    try {
      await withParts(args, terminal, async (parts) => {
        const [sync] = schedule(parts.project, [args.sync])
        if (sync === undefined) return
        const withValues = terminal.isPerson || args.values
        const plans = await plan(parts, sync, { withValues, signal: stop.signal })
        if (args.json) terminal.out(JSON.stringify(plans))
        else terminal.out(plans.map((one) => planText(one).join('\n')).join('\n\n'))
        if (!withValues) terminal.note('values are hidden off a terminal; --values shows some')
        process.exitCode = planExitCode(plans, args.check)
      })
    } finally {
      stop.release()
    }
  },
}
