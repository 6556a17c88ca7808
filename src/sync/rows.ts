import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { Recorder } from '../audit/index.ts'
import type { MessageBlock } from '../core/index.ts'
import type { Mapping } from '../mapping/index.ts'
import { readStatement, readToSpool, type Spool } from '../source/index.ts'
import type { Parts } from './parts.ts'
import type { OpenedWindow } from './window.ts'

/** Rows of a window that are still to be read, by the counts of its opening. */
export function rowsToSend({ window: { counts } }: OpenedWindow): number {
  return counts.rows - counts.nullKeys - counts.duplicateKeys - counts.unchanged
}

/** Drains the window's rows to local disk; on a resumed window only those without an outcome yet. */
export function readRows(
  parts: Parts,
  opened: OpenedWindow,
  onRows: (rows: number) => void,
  signal?: AbortSignal,
): Promise<Spool> {
  const { window, query, mapping, pin, parameters, resumed } = opened
  return readToSpool({
    warehouse: parts.warehouse,
    pin,
    sql: readStatement(query, mapping.columns, {
      hasDuplicates: window.counts.duplicateKeys > 0,
      ordered: !mapping.oneMessagePerIdentity,
      resumed,
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
