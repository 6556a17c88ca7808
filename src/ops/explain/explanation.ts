import type { SyncSpec } from '../../core/index.ts'
import type { LastChange } from '../../source/index.ts'
import type { Allowance, Standing } from '../../sync/index.ts'
import type { LedgerFacts, OutcomeFacts, TakenAway } from './history.ts'
import type { KeyNow } from './key-facts.ts'

/** Everything that is known of one key of a sync at one destination. */
export interface KeyFacts {
  readonly sync: string
  readonly destination: string
  /** A value: never to be shown off a terminal. */
  readonly key: string
  readonly standing: Standing
  /** What a run would do with it; absent where a run would fail. */
  readonly now?: KeyNow
  /** How many messages a run sends at most; absent where nothing limits it, or it would fail. */
  readonly allowance?: Allowance
  /** Why a run would fail. */
  readonly failure?: { readonly code: string; readonly message: string }
  readonly ledger?: LedgerFacts
  /** The mapping of the ledger is not the one of today. */
  readonly isOlderMapping: boolean
  /** Newest first. */
  readonly outcomes: readonly OutcomeFacts[]
  /** Syncs that took the same person away at this destination, the last one first. */
  readonly takenAway: readonly TakenAway[]
}

/** The sync file that a key is explained by. */
export type Rules = SyncSpec

/** Why a message may not go, or may not have had the effect that was hoped for. */
export interface Reason {
  /** Stable. */
  readonly code: string
  /** Our own words, without a value of the row. */
  readonly text: string
  /** The mere fact tells what stands in the row: not to be shown off a terminal. */
  readonly tellsValue?: true
}

/** One key at one destination, explained. */
export interface ExplainedKey extends KeyFacts {
  /** What the next run would do with it, and why, in a sentence. */
  readonly next: string
  readonly reasons: readonly Reason[]
}

/** One key of a sync at all its destinations. */
export interface KeyExplanation {
  readonly kind: 'key'
  readonly sync: string
  /** A value: never to be shown off a terminal. */
  readonly key: string
  readonly source: {
    /** Absent for a query. */
    readonly table?: string
    /** What was looked at; absent for a query or view, which was read as it is. */
    readonly version?: number
    readonly committedAt?: Date
    /** Rows that have the key. */
    readonly rows: number
    readonly change: LastChange
  }
  readonly destinations: readonly ExplainedKey[]
}
