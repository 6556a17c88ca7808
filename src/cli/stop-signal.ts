import type { Argv } from 'yargs'
import { RunStopped } from '../core/index.ts'
import type { Terminal } from './terminal.ts'

/** The option of commands that a job starts: a launcher that is killed must not leave a process at work behind. */
export interface StopArguments {
  readonly 'stop-with-stdin': boolean
}

/** Declares {@link StopArguments}. */
export function withStop<T>(yargs: Argv<T>): Argv<T & StopArguments> {
  return yargs.option('stop-with-stdin', {
    type: 'boolean',
    default: false,
    describe: 'stop when the pipe on stdin ends',
  }) as Argv<T & StopArguments>
}

/**
 * Ends the process, with exit code 7, when the pipe on stdin ends: for jobs that a launcher started and that may end
 * anywhere. It does not keep the process alive.
 */
export function endWithStdin(): void {
  process.stdin.on('end', () => process.exit(7)).resume()
  process.stdin.unref()
}

/**
 * A signal that aborts at SIGINT, SIGTERM, or (where `stdinEnds` is set) when the pipe that started us ends: the
 * launcher in Databricks holds that pipe, and its death must not leave a process sending behind. A second SIGINT ends
 * the process at once.
 */
export function stopSignal(
  terminal: Terminal,
  stdinEnds = false,
): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const stop = (why: string) => () => {
    if (controller.signal.aborted) {
      if (why === 'SIGINT') process.exit(130)
      return
    }
    terminal.note(
      `stopping (${why}): finishing what is in flight; press Ctrl-C again to stop at once`,
    )
    controller.abort(
      new RunStopped('the run was asked to stop; the same command goes on where it left off', {
        context: { why },
      }),
    )
  }
  const onInterrupt = stop('SIGINT')
  const onTerminate = stop('SIGTERM')
  const onEnd = stop('stdin ended')
  process.on('SIGINT', onInterrupt)
  process.on('SIGTERM', onTerminate)
  if (stdinEnds) {
    process.stdin.on('end', onEnd)
    process.stdin.resume()
  }
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onInterrupt)
      process.off('SIGTERM', onTerminate)
      process.stdin.off('end', onEnd)
      if (stdinEnds) process.stdin.pause()
    },
  }
}
