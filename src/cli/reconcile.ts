import type { CommandModule } from 'yargs'
import { reconcileText } from '../ops/index.ts'
import { exitCodeOf, reconcile } from '../sync/index.ts'
import { byHand } from './by-hand.ts'
import { type OneSyncArguments, withOneSync, withSync } from './one-sync.ts'
import { type StopArguments, withStop } from './stop-signal.ts'

type Arguments = OneSyncArguments &
  StopArguments & {
    readonly enqueue: boolean
    readonly 'keys-to': string | undefined
  }

const keysForAPerson = 20

/** `customerio-jobs reconcile <sync>` */
export const reconcileCommand: CommandModule<object, Arguments> = {
  command: 'reconcile <sync>',
  describe: 'compare a source with the ledger and the outcomes, key by key; sends nothing',
  builder: (yargs) =>
    withStop(withSync(yargs))
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
