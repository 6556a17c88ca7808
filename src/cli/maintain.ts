import type { CommandModule } from 'yargs'
import { daysOf, maintain, maintainedText, retentionDefaults } from '../ops/index.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'

type Arguments = CommonArguments & {
  readonly 'dry-run': boolean
  readonly vacuum: boolean
  readonly 'keep-outcomes': string
  readonly 'keep-requests': string
  readonly 'keep-runs': string
  readonly 'keep-payloads': string
  readonly 'keep-outbox': string
}

/** `customerio-jobs maintain` */
export const maintainCommand: CommandModule<object, Arguments> = {
  command: 'maintain',
  describe: 'keep the control schema small: old rows, loaded parts, small files; safe beside runs',
  builder: (yargs) =>
    withCommon(yargs)
      .option('dry-run', { type: 'boolean', default: false, describe: 'count only' })
      .option('vacuum', {
        type: 'boolean',
        default: false,
        describe: 'run VACUUM too: removed rows leave the storage, earlier versions go',
      })
      .option('keep-outcomes', {
        type: 'string',
        default: `${retentionDefaults.outcome_log}d`,
        describe: 'days that outcomes are kept after their window was closed',
      })
      .option('keep-requests', {
        type: 'string',
        default: `${retentionDefaults.requests}d`,
        describe: 'the same for single HTTP requests',
      })
      .option('keep-runs', {
        type: 'string',
        default: `${retentionDefaults.runs}d`,
        describe: 'the same for runs',
      })
      .option('keep-payloads', {
        type: 'string',
        default: `${retentionDefaults.payloads}d`,
        describe: 'days after which what keep_payload kept of a message is emptied',
      })
      .option('keep-outbox', {
        type: 'string',
        default: `${retentionDefaults.outbox}d`,
        describe: 'days that rows of the outbox are kept once they were decided on',
      }),
  async handler(args) {
    const keep = {
      ...retentionDefaults,
      outcome_log: daysOf('keep-outcomes', args['keep-outcomes']),
      requests: daysOf('keep-requests', args['keep-requests']),
      runs: daysOf('keep-runs', args['keep-runs']),
      payloads: daysOf('keep-payloads', args['keep-payloads'], 1),
      outbox: daysOf('keep-outbox', args['keep-outbox']),
    }
    const terminal = terminalFor(args)
    await withParts(args, terminal, async (parts) => {
      const done = await maintain(parts, {
        keep,
        dryRun: args['dry-run'],
        vacuum: args.vacuum,
        onStep: (step) => terminal.status(step),
      })
      terminal.status('')
      terminal.out(args.json ? JSON.stringify(done) : maintainedText(done).join('\n'))
    })
  },
}
