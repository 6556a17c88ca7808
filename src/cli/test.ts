import type { CommandModule } from 'yargs'
import { runTests } from '../mapping/index.ts'
import { type CommonArguments, projectFor, terminalFor, withCommon } from './open.ts'

/** `customerio-jobs test` */
export const testCommand: CommandModule<object, CommonArguments> = {
  command: 'test',
  describe: 'run the tests of every sync file, offline',
  builder: withCommon,
  handler(args) {
    const terminal = terminalFor(args)
    const results = projectFor(args).syncs.flatMap((sync) =>
      runTests(sync).map((result) => ({ sync: sync.name, file: sync.file, ...result })),
    )
    const failed = results.filter((result) => !result.passed)
    if (failed.length > 0) process.exitCode = 1
    if (args.json) {
      terminal.out(JSON.stringify(results))
      return
    }
    for (const result of results) {
      terminal.out(`${result.passed ? 'ok  ' : 'FAIL'} ${result.sync}: ${result.name}`)
      if (!result.passed) for (const line of result.differences) terminal.out(`       ${line}`)
    }
    terminal.out(`${results.length - failed.length} passed, ${failed.length} failed`)
  },
}
