import { ConfigError, type ProjectSpec, type SyncSpec } from '../core/index.ts'
import { type Parts, schedule } from '../sync/index.ts'
import { type CommonArguments, terminalFor, withParts } from './open.ts'
import { type StopArguments, stopSignal } from './stop-signal.ts'
import type { Terminal } from './terminal.ts'

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
