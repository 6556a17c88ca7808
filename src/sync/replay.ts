import type { SyncSpec } from '../core/index.ts'
import { deadLetterStatement, type KeyPick, wholeRange } from '../source/index.ts'
import type { Assessed } from './assess.ts'
import { type ByHand, type Ending, eachDestination, recordAct, runAskedFor } from './by-hand.ts'
import { lookAhead } from './look-ahead.ts'
import type { Parts } from './parts.ts'
import type { RunOptions, RunReport } from './run.ts'

/** Which dead letters: all conditions that are given must hold. */
export type ReplayFilter = Pick<KeyPick, 'run' | 'reason' | 'from' | 'to'>

/** Dead letters of one status and reason. */
export interface DeadLetters {
  readonly status: string
  /** Stable code; empty where none was given. */
  readonly reason: string
  readonly keys: number
  /** … that would go out again, as a state or a deletion. */
  readonly going: number
  /** … that have no row any more. */
  readonly withoutRow: number
}

/** The dead letters of one destination, and what became of them where they were sent. */
export interface Replay {
  readonly sync: string
  readonly destination: string
  readonly found: readonly DeadLetters[]
  /** Absent where nothing was to be sent, or nothing could be. */
  readonly sent?: RunReport
}

/** What a replay may be given beside its parts. */
export interface ReplayOptions extends Pick<RunOptions, 'signal' | 'onProgress' | 'confirmed'> {
  readonly by: ByHand
  readonly filter: ReplayFilter
  /** Only this destination. */
  readonly destination?: string | undefined
  /** False: only counts. */
  readonly send: boolean
}

/**
 * Sends dead letters again, refused ones included: not what was refused then but the row as it is now, so that a mended
 * source is what goes.
 *
 * Nothing older than what was delivered goes out: there is one window at a time for a sync and destination, and this
 * one pins the newest version when it is opened, so everything delivered before was read from that version or an
 * earlier one. Only a source that was itself put back gives older rows, and those are its truth then.
 */
export async function replay(
  parts: Parts,
  sync: SyncSpec,
  { by, filter, destination: one, send, ...options }: ReplayOptions,
): Promise<Ending<Replay>[]> {
  const asked = {
    kind: 'replay' as const,
    only: {
      look: { kind: 'picked' as const, pick: { ...filter, deadLetters: true as const } },
      retryRefused: true as const,
      keys: wholeRange,
    },
  }
  return eachDestination(sync, one, options.signal, async (destination) => {
    const found = await lookAhead(parts, sync, destination, asked, options.signal, (assessed) =>
      deadLettersOf(parts, assessed, options.signal),
    )
    const replayed = { sync: sync.name, destination, found }
    if (!send || !found.some(({ going }) => going > 0)) return replayed
    await recordAct(parts, by, {
      act: 'replay',
      sync: sync.name,
      destination,
      details: { ...filter },
    })
    const sent = await runAskedFor(parts, sync, destination, { ...options, ...asked })
    return { ...replayed, sent }
  })
}

async function deadLettersOf(
  { warehouse }: Parts,
  { query, parameters }: Assessed,
  signal: AbortSignal | undefined,
): Promise<DeadLetters[]> {
  const rows = await warehouse.query(deadLetterStatement(query), parameters, signal)
  return rows.map(({ status, reason, dead, going, without_row }) => ({
    status: String(status),
    reason: String(reason ?? ''),
    keys: Number(dead),
    going: Number(going),
    withoutRow: Number(without_row),
  }))
}
