import { RecordBatchReader } from 'apache-arrow'
import type { Json, SyncSpec } from '../core/index.ts'
import { previewStatement, sourceSchema, sqlTypes } from '../source/index.ts'
import type { Parts } from '../sync/index.ts'
import { compileForLook } from './validate.ts'

/** What a sync would send for a few rows. */
export interface Preview {
  readonly sync: string
  readonly destination: string
  /** Exactly the messages of the request body, but for their ids. */
  readonly messages: readonly Json[]
  /** Rows that would not be sent, with the reason. */
  readonly invalid: readonly { readonly reason: string; readonly text: string }[]
}

/** Reads up to `rows` rows of each destination and encodes them. Sends nothing and writes nothing. */
export async function preview(
  parts: Pick<Parts, 'warehouse' | 'project'>,
  sync: SyncSpec,
  destinations: readonly string[],
  rows: number,
  signal?: AbortSignal,
): Promise<Preview[]> {
  const { warehouse } = parts
  const mapping = await compileForLook(parts, sync, signal)
  const types = sqlTypes(await sourceSchema(warehouse, sync.source.from, signal))
  const previews: Preview[] = []
  for (const destination of destinations) {
    const sql = previewStatement(sync, types, mapping.columns, rows)
    const messages: Json[] = []
    const invalid: { reason: string; text: string }[] = []
    for await (const page of warehouse.read(sql, { destination }, signal)) {
      for (const batch of RecordBatchReader.from(page.messages)) {
        if (batch.numRows === 0) continue
        const block = mapping.encode(batch)
        messages.push(...(JSON.parse(`[${Buffer.from(block.bytes).toString('utf8')}]`) as Json[]))
        invalid.push(...block.invalid.map(({ reason, text }) => ({ reason, text })))
      }
    }
    previews.push({ sync: sync.name, destination, messages, invalid })
  }
  return previews
}

/**
 * The same message with every value replaced by its type: what may be shown off a terminal, where output is kept.
 */
export function withoutValues(message: Json): Json {
  if (message === null) return null
  if (Array.isArray(message)) return message.slice(0, 1).map(withoutValues)
  if (typeof message === 'object') {
    return Object.fromEntries(
      Object.entries(message).map(([key, value]) => [
        key,
        key === 'type' || key === 'event' ? value : withoutValues(value as Json),
      ]),
    )
  }
  return `<${typeof message}>`
}
