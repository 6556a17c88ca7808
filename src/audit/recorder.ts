import {
  AuditError,
  type BatchOutcome,
  type Clock,
  type Exchange,
  type InvalidRow,
  type Log,
  type OutcomeStatus,
} from '../core/index.ts'
import { partFolder } from './control.ts'
import { type OutcomeContext, OutcomeRows } from './outcome-rows.ts'
import { PartStream } from './part-stream.ts'
import type { Files } from './ports.ts'
import { RequestRows } from './request-rows.ts'
import { type PartSummary, Uploads } from './uploads.ts'

/** How much may be lost to a crash, and how much may wait. */
export interface RecorderLimits {
  /** A part is uploaded when its first row is this old. Default 10 s. */
  readonly partAgeMs: number
  /** … or when it takes this much memory. Default 16 MiB. */
  readonly partBytes: number
  /** … or when it has this many rows. Default 500,000. */
  readonly partRows: number
  /** Sending waits while more than this is not uploaded. Default 64 MiB. */
  readonly maxPendingBytes: number
  /** Sending waits while something older than this is not uploaded. Default 30 s. */
  readonly maxPendingAgeMs: number
  /** Tries of one upload, on top of what `files` repeats by itself. Default 5. */
  readonly uploadTries: number
  /** Pause after the first failed upload; doubles up to 30 s. Default 500 ms. */
  readonly uploadPauseMs: number
  /** Whether parts are compressed: files of about half the size for about 1 µs a row. Default false. */
  readonly compress: boolean
}

/** What a recorder needs to know. */
export interface RecorderSettings extends OutcomeContext {
  readonly files: Files
  /** The volume's folder, see `Control.volume`. */
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<RecorderLimits>
}

/** How much was written down so far. */
export type RecorderCounts = Readonly<Record<OutcomeStatus, number>> & {
  readonly requests: number
  /** Bytes of request bodies. */
  readonly bytes: number
}

/** Writes down what became of every message of a run. One owner, one thread; nothing here waits but the promises. */
export interface Recorder {
  outcome(outcome: BatchOutcome): void
  /** Rows that made no message, of a call other than the sync's own where it is named. */
  invalid(rows: readonly InvalidRow[], call?: string): void
  exchange(exchange: Exchange): void
  /** Resolves when more may be sent; rejects with an AuditError when outcomes cannot be written down any more. */
  ready(): Promise<void>
  counts(): RecorderCounts
  /**
   * Uploads what is left and gives every part of this run. Rejects with an AuditError when that is impossible. May be
   * called again; nothing may be recorded after it.
   */
  close(): Promise<readonly PartSummary[]>
}

const defaults: RecorderLimits = {
  partAgeMs: 10_000,
  partBytes: 16 * 1024 * 1024,
  partRows: 500_000,
  maxPendingBytes: 64 * 1024 * 1024,
  maxPendingAgeMs: 30_000,
  uploadTries: 5,
  uploadPauseMs: 500,
  compress: false,
}

/**
 * Starts recording for one attempt at a window. Parts are named
 * `<folder>/<outcomes|requests>/<sync>/<window>/<attempt>-<seq>.parquet`.
 */
export function createRecorder(settings: RecorderSettings): Recorder {
  const { clock } = settings
  const limits = { ...defaults, ...settings.limits }
  const uploads = new Uploads(settings.files, clock, settings.log, {
    tries: limits.uploadTries,
    pauseMs: limits.uploadPauseMs,
    compress: limits.compress,
  })
  const outcomeRows = new OutcomeRows(settings)
  const requestRows = new RequestRows(settings)
  const stream = (table: 'outcomes' | 'requests', part: OutcomeRows['part']) =>
    new PartStream({
      table,
      part,
      folder: partFolder(settings.folder, table, settings.sync, settings.windowId),
      attempt: settings.attempt,
      clock,
      uploads,
      limits,
    })
  const outcomes = stream('outcomes', outcomeRows.part)
  const requests = stream('requests', requestRows.part)
  const counts = { delivered: 0, invalid: 0, rejected: 0, undelivered: 0, requests: 0, bytes: 0 }
  let closing: Promise<readonly PartSummary[]> | undefined

  const isFull = () => {
    const bytes = uploads.bytes + outcomes.bytes + requests.bytes
    const oldest = Math.min(
      uploads.since ?? Infinity,
      outcomes.since ?? Infinity,
      requests.since ?? Infinity,
    )
    return bytes > limits.maxPendingBytes || clock.now() - oldest > limits.maxPendingAgeMs
  }
  const cut = () => {
    outcomes.cut()
    requests.cut()
  }
  const refuseWhenClosed = () => {
    if (closing === undefined) return
    throw new AuditError('RECORDER_CLOSED', 'an outcome came after the run had ended')
  }
  const close = async () => {
    cut()
    while (uploads.since !== undefined && uploads.failure === undefined) await uploads.settled()
    if (uploads.failure !== undefined) throw uploads.failure
    return uploads.done
  }

  return {
    outcome(outcome) {
      refuseWhenClosed()
      counts[outcome.status] += outcomeRows.append(outcome)
      outcomes.added()
    },
    invalid(rows, call) {
      refuseWhenClosed()
      outcomeRows.appendInvalid(rows, clock.now(), call)
      counts.invalid += rows.length
      outcomes.added()
    },
    exchange(exchange) {
      refuseWhenClosed()
      requestRows.append(exchange)
      counts.requests += 1
      counts.bytes += exchange.bytes
      requests.added()
    },
    async ready() {
      while (uploads.failure === undefined && isFull()) {
        cut()
        await uploads.settled()
      }
      if (uploads.failure !== undefined) throw uploads.failure
    },
    counts: () => ({ ...counts }),
    close: () => (closing ??= close()),
  }
}
