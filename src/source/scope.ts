import { SourceError, type SyncSpec } from '../core/index.ts'
import type { Hashed } from './hashed.ts'
import type { Pin } from './pin.ts'
import type { HashedColumns } from './row-hash.ts'

/** Where a window looks for rows that may have to be sent. What it finds there is compared with the ledger. */
export type Look =
  /** Every row. */
  | { readonly kind: 'all' }
  /** Keys of the change feed, from this version up to the pinned one. */
  | { readonly kind: 'feed'; readonly from: number }
  /** Rows whose `column` has reached `from` (as text; absent at first), less `lagMs`, and those without a value. */
  | {
      readonly kind: 'cursor'
      readonly column: string
      readonly from?: string
      readonly lagMs: number
    }
  /** Keys that were sent or refused before, chosen by hand. */
  | { readonly kind: 'picked'; readonly pick: KeyPick }

/** Which keys a backfill or a replay is about: all conditions that are given must hold. Never a key itself. */
export interface KeyPick {
  /** Keys with an outcome of this run. */
  readonly run?: string
  /** Keys that were last sent under this mapping. */
  readonly mapping?: string
  /** Keys whose newest outcome is not `delivered`. */
  readonly deadLetters?: true
  /** … with this reason code. */
  readonly reason?: string
  /** Keys decided from this moment on, in ms since the epoch. */
  readonly from?: number
  /** … and before this one. */
  readonly to?: number
}

/** A range of hashes, by their first four hexadecimal digits: `from` is in it, `to` is not. */
export interface HashRange {
  readonly from: string
  readonly to: string
}

/**
 * The part of a window that may be sent; the rest waits for the next one. Whatever is about one person stays together, so
 * that its order holds, and another window draws other ones.
 */
export interface WindowLimit {
  /** Rows at most; more only where one person alone has more. */
  readonly rows: number
  /** Whose limit it is: of the target, of whoever started the run, or of a mapping under which nothing was sent before. */
  readonly by: 'target' | 'run' | 'canary'
  /** When a canary ends by itself, in ms since the epoch. */
  readonly until?: number
  /** Hexadecimal digits: rows whose place (see `placeOf`) is not below them wait. */
  readonly below: string
}

/**
 * What a window covers, for ever the same, whoever works on it: stands in `windows.pin`. Rows and ledger are both
 * pinned, so that counts, reads, slices and later attempts put every row into the same class.
 */
export interface Scope {
  /** What the sync file said when the window was opened: an edit in between changes later windows only. */
  readonly sync: Pick<SyncSpec, 'source' | 'send' | 'onDelete'>
  readonly pin: Pin
  /** Version of the ledger that rows are compared with. */
  readonly ledgerVersion: number
  readonly look: Look
  /** What to send of rows that are equal to what was delivered: nothing, or (`all`) everything. Default `changed`. */
  readonly send?: 'changed' | 'all' | 'nothing'
  /** Refused rows are sent although they did not change. */
  readonly retryRefused?: true
  /** Only keys whose hash is in this range. */
  readonly keys?: HashRange
  /** Set where rows wait for the next window: this one does not move the checkpoint then. */
  readonly limit?: WindowLimit
  /** The backfill that the window is a part of: the act it began with, and which of how many parts this is, from 1. */
  readonly backfill?: { readonly act: string; readonly part: number; readonly of: number }
  /** Set where what is written down names rows, and people too unless something is taken away, by keyed hashes alone. */
  readonly hashed?: Hashed
  /** The mappings, other than the window's own, that keys of the ledger were sent under. */
  readonly earlier: readonly HashedColumns[]
  /** Rows given up before this moment are not tried again by themselves, in ms since the epoch. */
  readonly giveUpBefore: number
  /** How far the source is accounted for when the window is closed, where a cursor says so. */
  readonly cursor?: string
  /** Version of the tombstones when the window was opened; absent where there were none. Attempts go by newer ones. */
  readonly erased?: number
  /** Events before this moment count as known, in ms since the epoch. */
  readonly since?: number
}

/** Reads what a window's pin says. Throws a SourceError where another version of this program wrote it. */
export function readScope(text: string): Scope {
  const value = JSON.parse(text) as Partial<Scope>
  if (value.pin !== undefined && value.sync !== undefined && value.look !== undefined) {
    return value as Scope
  }
  throw new SourceError(
    'SCOPE_UNKNOWN',
    'the open window was written by a version of customerio-jobs that this one does not follow; finish it with that version',
  )
}

/** One of `count` ranges of about the same size that together hold every hash. Number from 1. */
export function hashRange(number: number, count: number): HashRange {
  const edge = (n: number) =>
    n === count
      ? 'g'
      : Math.floor((n * 65536) / count)
          .toString(16)
          .padStart(4, '0')
  return { from: edge(number - 1), to: edge(number) }
}

/** Cuts a range into so many parts of about the same size; fewer where it has no more digits. */
export function partsOf({ from, to }: HashRange, count: number): HashRange[] {
  const low = Number.parseInt(from, 16)
  const high = to === 'g' ? 65536 : Number.parseInt(to, 16)
  const edges = Array.from({ length: count + 1 }, (_, i) =>
    Math.floor(low + ((high - low) * i) / count),
  )
  const text = (edge: number) => (edge === 65536 ? 'g' : edge.toString(16).padStart(4, '0'))
  return edges
    .slice(1)
    .map((end, i) => ({ from: text(edges[i] ?? low), to: text(end) }))
    .filter((part) => part.from !== part.to)
}

/** Every hash. */
export const wholeRange: HashRange = { from: '0000', to: 'g' }

/** True in SQL where the hash of `text` is in the range: four digits make 65,536 parts, enough for slices and chunks. */
export function inRange(text: string, { from, to }: HashRange): string {
  const digits = `substring(sha2(${text}, 256), 1, 4)`
  if (!/^[0-9a-f]{4}$/.test(from) || !/^([0-9a-f]{4}|g)$/.test(to)) {
    throw new SourceError(
      'RANGE_INVALID',
      'a range of hashes is two texts of four hexadecimal digits',
    )
  }
  return `${digits} >= '${from}' AND ${digits} < '${to}'`
}
