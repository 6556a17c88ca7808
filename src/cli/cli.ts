import yargs from 'yargs'
import { codesOf, isError, redact, SyncError } from '../core/index.ts'
import { packageVersion } from '../sync/index.ts'
import { backfillCommand } from './backfill.ts'
import { buildCommand } from './build.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { eraseCommand } from './erase.ts'
import { explainCommand } from './explain.ts'
import { guideCommand } from './guide.ts'
import { holdCommand, releaseCommand } from './hold.ts'
import { initCommand } from './init.ts'
import { listCommand } from './list.ts'
import { lockCommand } from './lock.ts'
import { maintainCommand } from './maintain.ts'
import { newCommand } from './new.ts'
import { planCommand } from './plan.ts'
import { previewCommand } from './preview.ts'
import { rebaseCommand } from './rebase.ts'
import { reconcileCommand } from './reconcile.ts'
import { replayCommand } from './replay.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { setupCommand } from './setup.ts'
import { sliceCommand } from './slice.ts'
import { stateCommand } from './state.ts'
import { testCommand } from './test.ts'
import { twinCommand } from './twin.ts'
import { validateCommand } from './validate.ts'

/**
 * Runs one command line and sets the process's exit code: 0 done, 1 unexpected, 2 files or settings, 3 Databricks,
 * 4 Customer.io, 5 audit, 6 too many failed, 7 stopped before the end.
 */
export async function runCli(argv: readonly string[]): Promise<void> {
  outliveReaders()
  const cli = yargs([...argv])
    .scriptName('customerio-jobs')
    .usage('$0 <command>\n\nDelta tables from Databricks into Customer.io.')
    .command(initCommand)
    .command(newCommand)
    .command(lockCommand)
    .command(validateCommand)
    .command(testCommand)
    .command(buildCommand)
    .command(setupCommand)
    .command(doctorCommand)
    .command(previewCommand)
    .command(planCommand)
    .command(runCommand)
    .command(sliceCommand)
    .command(backfillCommand)
    .command(replayCommand)
    .command(reconcileCommand)
    .command(rebaseCommand)
    .command(reportCommand)
    .command(explainCommand)
    .command(listCommand)
    .command(holdCommand)
    .command(releaseCommand)
    .command(stateCommand)
    .command(eraseCommand)
    .command(maintainCommand)
    .command(demoCommand)
    .command(twinCommand)
    .command(guideCommand)
    .demandCommand(1, 'name a command')
    .strict()
    .recommendCommands()
    .version(packageVersion)
    .wrap(100)
    .fail((message, error, usage) => {
      if (error !== undefined && error !== null) throw error
      usage.showHelp((text) => process.stderr.write(`${text}\n`))
      throw new UsageError(message)
    })
  try {
    await cli.parseAsync()
  } catch (error) {
    process.exitCode = report(error, argv.includes('--verbose'))
  }
}

/** Whoever read our lines may be gone (a killed launcher, `| head`): that must not end a run in the middle. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.off('error', unlessNobodyReads).on('error', unlessNobodyReads)
  }
}

function unlessNobodyReads(error: Error): void {
  if (!codesOf(error).includes('EPIPE')) throw error
}

/** The command line itself is wrong. */
class UsageError extends Error {}

function report(error: unknown, verbose: boolean): number {
  const write = (text: string) => process.stderr.write(`${redact(text)}\n`)
  if (error instanceof SyncError) {
    write(`error ${error.code}: ${error.message}`)
    return error.exitCode
  }
  if (error instanceof UsageError) {
    write(`\n${error.message}`)
    return 2
  }
  const text = isError(error)
    ? verbose
      ? (error.stack ?? error.message)
      : error.message
    : String(error)
  write(`unexpected error: ${text}`)
  return 1
}
