import type { CommandModule } from 'yargs'
import { runProgram } from './program.ts'

/** `customerio-jobs demo` */
export const demoCommand: CommandModule = {
  command: 'demo',
  describe: 'run the syncs of this project on a twin, over the rows of their tests; nothing leaves',
  builder: (yargs) =>
    yargs
      .option('project', { type: 'string', default: '.', describe: 'the folder of customerio.yml' })
      .option('yes', { type: 'boolean', default: false, describe: 'do not wait at the end' }),
  handler: () => runProgram('project-demo', process.argv.slice(3)),
}
