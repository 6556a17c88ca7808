import type { CommandModule } from 'yargs'
import { ConfigError } from '../core/index.ts'
import { runSummary, whoActs } from '../ops/index.ts'
import { exitCodeOf, runAll, schedule, shareOf } from '../sync/index.ts'
import { type LimitArguments, withLimit } from './limit.ts'
import { durationOf, given } from './moment.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'
import { progressOn } from './progress.ts'
import { type ShareArguments, withShare } from './share.ts'
import { type StopArguments, stopSignal, withStop } from './stop-signal.ts'
import { taskValues } from './task-values.ts'

type Arguments = CommonArguments &
  StopArguments &
  ShareArguments &
  LimitArguments & {
    readonly syncs: string[] | undefined
    readonly all: boolean
    readonly confirm: string[]
    readonly 'give-up': string | undefined
    readonly wait: string | undefined
  }

/** `customerio-jobs run <sync…>` and `customerio-jobs run --all` */
export const runCommand: CommandModule<object, Arguments> = {
  command: 'run [syncs..]',
  describe: 'run syncs: read, send, and write down what became of every row',
  builder: (yargs) =>
    withLimit(withShare(withStop(withCommon(yargs))))
      .positional('syncs', { type: 'string', array: true, describe: 'names of syncs' })
      .option('all', { type: 'boolean', default: false, describe: 'run every sync' })
      .option('confirm', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'go past brakes: the value that they printed',
      })
      .option('give-up', {
        type: 'string',
        describe:
          'a window that cannot be finished, as the error says: the next one looks at its rows',
      })
      .option('wait', {
        type: 'string',
        describe:
          'how long to wait for another run of the same sync: 30s, 10m; default: only for a backfill',
      }),
  async handler(args) {
    const names = args.syncs ?? []
    if ((names.length === 0) !== args.all) {
      throw new ConfigError('NOTHING_NAMED', 'name the syncs to run, or give --all')
    }
    const terminal = terminalFor(args)
    const stop = stopSignal(terminal, args['stop-with-stdin'])
    try {
      await withParts(
        args,
        terminal,
        async (parts) => {
          const endings = await runAll(parts, schedule(parts.project, names), {
            ...given({ waitMs: durationOf('wait', args.wait), limit: args.limit }),
            confirmed: args.confirm,
            ...(args['give-up'] === undefined
              ? {}
              : { giveUp: { windowId: args['give-up'], who: await whoActs(parts) } }),
            signal: stop.signal,
            onProgress: progressOn(terminal),
          })
          for (const [sync, value] of taskValues(endings)) {
            parts.workspace.setTaskValue(sync, value)
          }
          terminal.status('')
          terminal.out(
            args.json
              ? JSON.stringify(endings)
              : runSummary(endings, parts.project.control).join('\n'),
          )
          process.exitCode = exitCodeOf(endings)
        },
        (project) => args.share ?? shareOf(project, schedule(project, names)),
      )
    } finally {
      stop.release()
    }
  },
}
