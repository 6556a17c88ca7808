import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Recorder } from '../audit/index.ts'
import { type MessageBlock, SourceError } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import {
  type HashRange,
  partsOf,
  readStatement,
  readToSpool,
  type Spool,
  wholeRange,
} from '../source/index.ts'
import type { Attempt } from './attempt.ts'
import { deletionBlocks } from './deletions.ts'
import type { OpenedWindow } from './opened.ts'
import type { Parts } from './parts.ts'

/** What is read of a window. */
export interface Reading {
  readonly parts: Parts
  readonly opened: OpenedWindow
  readonly attempt: Attempt
  /** Only rows about identities whose hash is in this range. */
  readonly identities?: HashRange
  readonly onRows: (rows: number) => void
  readonly signal?: AbortSignal
}

/** Messages of a window that are still to be made, by the counts of its opening. */
export function messagesToSend({ window: { counts } }: OpenedWindow): number {
  const { rows, nullKeys, duplicateKeys, unchanged, held, ignored } = counts
  return rows - nullKeys - duplicateKeys - unchanged - held - ignored
}

/** All messages of a window: its rows, then what is taken away. Rows that make no message are recorded on the way. */
export async function* messagesOf(reading: Reading): AsyncGenerator<MessageBlock> {
  const { opened, attempt } = reading
  if (messagesToSend(opened) === 0) return
  const long = new Map<string, number>()
  for await (const spool of spools(reading)) {
    for await (const block of encodeRows(spool, opened.mapping, attempt.recorder)) {
      for (const [field, rows] of block.long ?? []) long.set(field, (long.get(field) ?? 0) + rows)
      yield block
    }
  }
  for (const [field, rows] of long) {
    reading.parts.log.warn('values are longer than Customer.io stores', { field, rows })
  }
  yield* deletionBlocks(reading)
}

/** The window's rows, drained to local disk; one part after the other where they need more of it than is allowed. */
async function* spools(reading: Reading): AsyncGenerator<Spool> {
  const { parts, opened, attempt, identities = wholeRange } = reading
  const waiting = [identities]
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const range = next
    let spool: Spool
    try {
      spool = await attempt.time('read', () => readRows(reading, range))
    } catch (error) {
      const smaller = partsOf(range, partsNeeded(error, messagesToSend(opened)))
      if (smaller.length < 2) throw error
      waiting.unshift(...smaller)
      parts.log.info('the rows need more disk than spooling may use; reading them in parts', {
        parts: waiting.length,
      })
      continue
    }
    try {
      yield spool
    } finally {
      spool.remove()
    }
  }
}

/** More parts than this are cut step by step. */
const mostParts = 16

/** In how many parts rows are to be read that did not fit: some more than those that did; 1 for any other error. */
function partsNeeded(error: unknown, rows: number): number {
  if (!(error instanceof SourceError) || error.code !== 'SPOOL_FULL') return 1
  const { rowsThatFit } = error.context
  if (typeof rowsThatFit !== 'number') return 1
  return rowsThatFit < 1
    ? mostParts
    : Math.min(mostParts, Math.ceil((1.2 * rows) / rowsThatFit) + 1)
}

function readRows({ parts, opened, onRows, signal }: Reading, range: HashRange): Promise<Spool> {
  const { window, query, mapping, scope, parameters, resumed } = opened
  return readToSpool({
    warehouse: parts.warehouse,
    pin: scope.pin,
    sql: readStatement(query, mapping.columns, {
      hasDuplicates: window.counts.duplicateKeys > 0,
      ordered: !mapping.oneMessagePerIdentity,
      resumed,
      ...(range === wholeRange ? {} : { identities: range }),
    }),
    parameters,
    name: window.windowId,
    spool: parts.spool,
    clock: parts.clock,
    log: parts.log,
    ...(signal === undefined ? {} : { signal }),
    onRows,
  })
}

/** Rows encoded at a time: small enough that timers and sockets get their turn every few milliseconds. */
const rowsPerBlock = 4096

/** The spooled rows as blocks of messages; rows that make none are recorded on the way. */
export async function* encodeRows(
  spool: Spool,
  mapping: Mapping,
  recorder: Pick<Recorder, 'invalid'>,
): AsyncGenerator<MessageBlock> {
  for await (const batch of spool.batches()) {
    for (let from = 0; from < batch.numRows; from += rowsPerBlock) {
      const block = mapping.encode(batch, from, Math.min(from + rowsPerBlock, batch.numRows))
      if (block.invalid.length > 0) recorder.invalid(block.invalid)
      if (block.count > 0) yield block
      await yieldToOthers()
    }
  }
}
