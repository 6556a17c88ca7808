import type { CommandModule } from 'yargs'
import { setup } from '../ops/index.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'

/** `customerio-jobs setup` */
export const setupCommand: CommandModule<object, CommonArguments> = {
  command: 'setup',
  describe: 'create what is missing of the control schema: volume, tables, views',
  builder: withCommon,
  async handler(args) {
    const terminal = terminalFor(args)
    await withParts(args, terminal, async ({ warehouse, project, clock }) => {
      const done = await setup(warehouse, project, clock)
      terminal.out(
        args.json
          ? JSON.stringify(done)
          : `${done.control} is ready (${done.statements} statements)`,
      )
    })
  },
}
