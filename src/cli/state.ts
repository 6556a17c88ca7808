import type { CommandModule } from 'yargs'
import { hashedText, movedText } from '../ops/index.ts'
import { exitCodeOf, hashState, moveState } from '../sync/index.ts'
import { type ByHandArguments, byHand, withWhy } from './by-hand.ts'
import { withOneSync } from './one-sync.ts'
import { type CommonArguments, withCommon } from './open.ts'

type MoveArguments = CommonArguments &
  ByHandArguments & { readonly old: string; readonly new: string }

const move: CommandModule<object, MoveArguments> = {
  command: 'mv <old> <new>',
  describe: 'give a renamed sync what is known under its old name',
  builder: (yargs) =>
    withWhy(withCommon(yargs))
      .positional('old', { type: 'string', demandOption: true, describe: 'the name it had' })
      .positional('new', { type: 'string', demandOption: true, describe: 'the name it has now' }),
  handler: (args) =>
    withOneSync({ ...args, sync: args.new }, async ({ parts, sync, terminal, signal }) => {
      const endings = await moveState(parts, args.old, sync, {
        by: await byHand(parts, args),
        signal,
      })
      terminal.out(args.json ? JSON.stringify(endings) : movedText(endings).join('\n'))
      process.exitCode = exitCodeOf(endings)
    }),
}

type HashArguments = CommonArguments & ByHandArguments & { readonly sync: string }

const hash: CommandModule<object, HashArguments> = {
  command: 'hash <sync>',
  describe: 'hash the keys and people that the control tables hold of a sync',
  builder: (yargs) =>
    withWhy(withCommon(yargs)).positional('sync', {
      type: 'string',
      demandOption: true,
      describe: 'the sync',
    }),
  handler: (args) =>
    withOneSync(args, async ({ parts, sync, terminal, signal }) => {
      const endings = await hashState(parts, sync, { by: await byHand(parts, args), signal })
      terminal.out(args.json ? JSON.stringify(endings) : hashedText(endings).join('\n'))
      process.exitCode = exitCodeOf(endings)
    }),
}

/** `customerio-jobs state mv <old> <new>` and `customerio-jobs state hash <sync>` */
export const stateCommand: CommandModule = {
  command: 'state',
  describe: 'what is known of a sync: mv gives it a new name, hash hides whom it is about',
  builder: (yargs) =>
    yargs.command(move).command(hash).demandCommand(1, 'name what to do: mv or hash'),
  handler: () => {},
}
