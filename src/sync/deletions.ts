import type { RecordBatch } from 'apache-arrow'
import type { MessageBlock } from '../core/index.ts'
import { encodeDeletions, type GoneRow } from '../mapping/index.ts'
import { deletionOf, deletionStatement, keyColumn, readToSpool } from '../source/index.ts'
import type { Reading } from './rows.ts'

/** The messages that take away what is gone from the source; none where the sync file leaves it there. */
export async function* deletionBlocks(reading: Reading): AsyncGenerator<MessageBlock> {
  const { parts, opened, attempt, identities, signal } = reading
  const { window, sync, mapping, query, scope, parameters, resumed } = opened
  const kind = deletionOf(sync)
  if (kind === undefined) return
  const spool = await attempt.time('read', () =>
    readToSpool({
      warehouse: parts.warehouse,
      pin: scope.pin,
      sql: deletionStatement(query, {
        resumed,
        ...(identities === undefined ? {} : { identities }),
      }),
      parameters,
      name: `${window.windowId}.gone`,
      spool: parts.spool,
      clock: parts.clock,
      log: parts.log,
      ...(signal === undefined ? {} : { signal }),
    }),
  )
  try {
    const options = {
      sync,
      destination: window.destination,
      window: { number: window.number, openedAt: window.openedAt.getTime() },
      idSecret: await parts.idSecret(),
      traits: mapping.traits,
    }
    for await (const batch of spool.batches()) {
      const block = encodeDeletions(kind, goneRowsOf(batch), options)
      if (block.invalid.length > 0) attempt.recorder.invalid(block.invalid, block.call)
      if (block.count > 0) yield block
    }
  } finally {
    spool.remove()
  }
}

/** The rows of a read of deletions. */
export function goneRowsOf(batch: RecordBatch): GoneRow[] {
  const keys = batch.getChild(keyColumn)
  const identities = batch.getChild('_identity')
  return Array.from({ length: batch.numRows }, (_, i) => ({
    key: String(keys?.get(i)),
    identity: String(identities?.get(i) ?? ''),
  }))
}
