import type { CommandModule } from 'yargs'
import { runProgram } from './program.ts'

/** `customerio-jobs guide [number]` */
export const guideCommand: CommandModule = {
  command: 'guide [number]',
  describe: 'walk through a guide of docs/guides on a twin of its own; --yes waits for nobody',
  builder: (yargs) =>
    yargs
      .positional('number', { type: 'string', describe: '00 to 12; without one, lists them' })
      .option('yes', { type: 'boolean', default: false, describe: 'do not wait between steps' }),
  handler: () => runProgram('guide', process.argv.slice(3)),
}
