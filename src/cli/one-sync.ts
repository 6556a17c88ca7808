import type { Argv } from 'yargs'
import { ConfigError, type ProjectSpec, type SyncSpec } from '../core/index.ts'
import { type Parts, schedule } from '../sync/index.ts'
import { type ByHandArguments, withWhy } from './by-hand.ts'
import { type CommonArguments, terminalFor, withCommon, withParts } from './open.ts'
import { type StopArguments, stopSignal } from './stop-signal.ts'
import type { Terminal } from './terminal.ts'

/** Options of a command that does something by hand to one sync. */
export type OneSyncArguments = CommonArguments &
  ByHandArguments & {
    readonly sync: string
    readonly 'to-destination': string | undefined
  }

/** Declares {@link OneSyncArguments}. */
export function withSync<T>(yargs: Argv<T>): Argv<T & OneSyncArguments> {
  return withWhy(withCommon(yargs))
    .positional('sync', { type: 'string', demandOption: true, describe: 'the name of a sync' })
    .option('to-destination', { type: 'string', describe: 'only this destination' }) as Argv<
    T & OneSyncArguments
  >
}

/** What a command on one sync works with. */
export interface OneSync {
  readonly parts: Parts
  readonly sync: SyncSpec
  readonly terminal: Terminal
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal
}

/** Opens everything for the sync that a command names, with a share of every budget (default: all of it). Throws ConfigError SYNC_UNKNOWN. */
export async function withOneSync(
  args: CommonArguments & Partial<StopArguments> & { readonly sync: string },
  work: (one: OneSync) => Promise<void>,
  shareFor?: (project: ProjectSpec) => number,
): Promise<void> {
  const terminal = terminalFor(args)
  const stop = stopSignal(terminal, args['stop-with-stdin'])
  try {
    await withParts(
      args,
      terminal,
      async (parts) => {
        const [sync] = schedule(parts.project, [args.sync])
        if (sync === undefined) throw new ConfigError('NOTHING_NAMED', 'name a sync')
        await work({ parts, sync, terminal, signal: stop.signal })
      },
      shareFor,
    )
  } finally {
    stop.release()
  }
}
