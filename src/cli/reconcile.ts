import type { CommandModule } from 'yargs'
import { reconcileText } from '../ops/index.ts'
import { exitCodeOf, reconcile } from '../sync/index.ts'
import { type ByHandArguments, byHand, withWhy } from './by-hand.ts'
import { withOneSync } from './one-sync.ts'
import { type CommonArguments, withCommon } from './open.ts'
import { type StopArguments, withStop } from './stop-signal.ts'

type Arguments = CommonArguments &
  ByHandArguments &
  StopArguments & {
    readonly sync: string
    readonly 'to-destination': string | undefined
    readonly enqueue: boolean
    readonly 'keys-to': string | undefined
  }

const keysForAPerson = 20

/** `customerio-jobs reconcile <sync>` */
export const reconcileCommand: CommandModule<object, Arguments> = {
  command: 'reconcile <sync>',
  describe: 'compare a source with the ledger and the outcomes, key by key; sends nothing',
  builder: (yargs) =>
    withStop(withWhy(withCommon(yargs)))
      .positional('sync', { type: 'string', demandOption: true, describe: 'the name of a sync' })
      .option('to-destination', { type: 'string', describe: 'only this destination' })
      .option('enqueue', {
        type: 'boolean',
        default: false,
        describe: 'make the next run take up what does not agree',
      })
      .option('keys-to', {
        type: 'string',
        describe: 'write the keys to this table of the control schema: reconcile…',
      }),
  handler: (args) =>
    withOneSync(args, async ({ parts, sync, terminal, signal }) => {
      const endings = await reconcile(parts, sync, {
        by: await byHand(parts, args),
        destination: args['to-destination'],
        enqueue: args.enqueue,
        keysTo: args['keys-to'],
        sampleKeys: terminal.isPerson ? keysForAPerson : 0,
        signal,
      })
      terminal.out(args.json ? JSON.stringify(endings) : reconcileText(endings).join('\n'))
      process.exitCode = exitCodeOf(endings)
    }),
}
