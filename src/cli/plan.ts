import type { CommandModule } from 'yargs'
import { ConfigError, type ProjectSpec } from '../core/index.ts'
import { changedSyncs, planMarkdown, planText } from '../ops/index.ts'
import { type PlanEnding, plan, planExitCode, schedule } from '../sync/index.ts'
import { type LimitArguments, withLimit } from './limit.ts'
import { given } from './moment.ts'
import { type CommonArguments, projectFor, terminalFor, withCommon, withParts } from './open.ts'
import { type StopArguments, stopSignal, withStop } from './stop-signal.ts'

type Arguments = CommonArguments &
  StopArguments &
  LimitArguments & {
    readonly syncs: string[] | undefined
    readonly all: boolean
    readonly 'changed-since': string | undefined
    readonly values: boolean
    readonly markdown: boolean
    readonly check: boolean
  }

/** `customerio-jobs plan <sync…>`, `customerio-jobs plan --all` and `customerio-jobs plan --changed-since <ref>` */
export const planCommand: CommandModule<object, Arguments> = {
  command: 'plan [syncs..]',
  describe: 'say what a run would do now, and what would stop it; sends nothing',
  builder: (yargs) =>
    withLimit(withStop(withCommon(yargs)))
      .positional('syncs', { type: 'string', array: true, describe: 'names of syncs' })
      .option('all', { type: 'boolean', default: false, describe: 'plan every sync' })
      .option('changed-since', {
        type: 'string',
        describe: 'plan the syncs whose files differ from this commit, branch or tag, as git says',
      })
      .option('values', {
        type: 'boolean',
        default: false,
        describe: 'show values off a terminal too, where they may be kept',
      })
      .option('markdown', {
        type: 'boolean',
        default: false,
        describe: 'print a Markdown table of counts and names of fields only',
      })
      .option('check', {
        type: 'boolean',
        default: false,
        describe: 'end with exit code 8 where a brake or a hold would stop a run',
      }),
  async handler(args) {
    const terminal = terminalFor(args)
    const names = await namesFor(projectFor(args), args)
    const withValues = (terminal.isPerson || args.values) && !args.markdown
    const print = (plans: readonly PlanEnding[]) => {
      if (args.markdown) terminal.out(planMarkdown(plans))
      else if (args.json) terminal.out(JSON.stringify(plans))
      else
        terminal.out(plans.map((one) => planText(one).join('\n')).join('\n\n') || 'no sync to plan')
    }
    if (names.length === 0) return print([])
    const stop = stopSignal(terminal, args['stop-with-stdin'])
    try {
      await withParts(args, terminal, async (parts) => {
        const plans: PlanEnding[] = []
        for (const sync of schedule(parts.project, names)) {
          plans.push(
            ...(await plan(parts, sync, {
              withValues,
              ...given({ limit: args.limit }),
              signal: stop.signal,
            })),
          )
        }
        print(plans)
        if (!withValues && !args.markdown) {
          terminal.note('values are hidden off a terminal; --values shows some')
        }
        process.exitCode = planExitCode(plans, args.check)
      })
    } finally {
      stop.release()
    }
  },
}

/** Exactly one way to say which. */
async function namesFor(project: ProjectSpec, args: Arguments): Promise<readonly string[]> {
  const { syncs = [], all, 'changed-since': ref } = args
  if ([syncs.length > 0, all, ref !== undefined].filter(Boolean).length !== 1) {
    throw new ConfigError(
      'NOTHING_NAMED',
      'name the syncs to plan, or give --all or --changed-since',
    )
  }
  if (ref !== undefined) return changedSyncs(project, ref)
  return all ? project.syncs.map(({ name }) => name) : syncs
}
