import type { RecordBatch, Schema } from 'apache-arrow'
import {
  blockOf,
  type Entry,
  type InvalidRow,
  isEventCall,
  type MessageBlock,
  messageId,
  type SyncSpec,
  textColumn,
} from '../core/index.ts'
import type { EncodeOptions } from './encode.ts'
import { maxPartitions, otherPartition } from './limits.ts'
import { type CompileOptions, describe, type Mapping, prepare } from './mapping.ts'
import { type PlainMessage, plainMessage, plainTimeMs } from './plain.ts'
import { type Cell, readCell } from './plain-cell.ts'
import { plainText } from './plain-json.ts'
import type { Plan } from './plan.ts'
import { type Refusal, refuse, refuseRejected } from './reasons.ts'

/** As `compile`, with the plain encoder instead of the compiled one: the same bytes, slowly. */
export function compilePlain(sync: SyncSpec, schema: Schema, options: CompileOptions): Mapping {
  const { plan, encodeOptions, warnings } = prepare(sync, schema, options)
  const partitions: string[] = []
  return describe(sync, plan, warnings, (batch, from = 0, to = batch.numRows) =>
    encodePlain(plan, encodeOptions, partitions, batch, from, to),
  )
}

interface PlainEntry extends PlainMessage, Entry {
  readonly hash: string
}

function encodePlain(
  plan: Plan,
  options: EncodeOptions,
  partitions: string[],
  batch: RecordBatch,
  from: number,
  to: number,
): MessageBlock {
  const messages: PlainEntry[] = []
  const hasHashes = batch.schema.fields.some(({ name }) => name === options.hashColumn)
  const partition: number[] = []
  const invalid: InvalidRow[] = []
  for (let i = from; i < to; i++) {
    const row = (column: string): Cell => {
      const index = batch.schema.fields.findIndex(({ name }) => name === column)
      const data = batch.data.children[index]
      return data === undefined ? null : readCell(data, i)
    }
    const text = (column: string) => {
      const cell = row(column)
      return cell === null ? '' : plainText(cell)
    }
    const key = text(options.keyColumn)
    const hash = text(options.hashColumn)
    const timeMs = (isEventCall(plan.call) ? plainTimeMs(plan, row) : undefined) ?? options.openedAt
    const id = messageId(options.idSecret, timeMs, ...options.idParts, key)
    const made = messageOrRefusal(plan, options, row, text, key, id)
    if ('reason' in made) {
      const hasHash = row(options.hashColumn) !== null
      invalid.push({ key, id, ...(hasHash && { hash }), ...made })
      continue
    }
    messages.push({ ...made, key, id, hash })
    if (plan.partition !== undefined) partition.push(indexIn(partitions, text(plan.partition)))
  }
  const byColumn = plan.event !== undefined && 'column' in plan.event
  return {
    ...blockOf(messages),
    ...(byColumn && { events: textColumn(messages.map(({ event = '' }) => event)) }),
    ...(hasHashes && { hashes: textColumn(messages.map(({ hash }) => hash)) }),
    ...(plan.partition !== undefined && { partition: Uint16Array.from(partition) }),
    partitions: plan.partition === undefined ? [''] : [...partitions],
    invalid,
  }
}

function messageOrRefusal(
  plan: Plan,
  { keyColumn, rejectColumn, maxMessageBytes }: EncodeOptions,
  row: (column: string) => Cell,
  text: (column: string) => string,
  key: string,
  id: string,
): ReturnType<typeof plainMessage> | Refusal {
  if (row(rejectColumn) !== null) return refuseRejected(text(rejectColumn))
  if (key === '') return refuse('key_missing', keyColumn)
  const made = plainMessage(plan, row, id)
  return 'json' in made && Buffer.byteLength(made.json) > maxMessageBytes
    ? refuse('message_too_large', String(maxMessageBytes))
    : made
}

function indexIn(partitions: string[], text: string): number {
  const isFull = partitions.length >= maxPartitions - 1
  const name = isFull && !partitions.includes(text) ? otherPartition : text
  const known = partitions.indexOf(name)
  return known >= 0 ? known : partitions.push(name) - 1
}
