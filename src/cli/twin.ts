import type { CommandModule } from 'yargs'
import { runProgram } from './program.ts'

/** `customerio-jobs twin` */
export const twinCommand: CommandModule = {
  command: 'twin',
  describe: 'start the local stand-ins for Databricks and Customer.io (twin --help says more)',
  builder: (yargs) => yargs.strict(false).help(false),
  handler: () => runProgram('twin', process.argv.slice(3)),
}
