import type { RecordBatch } from 'apache-arrow'
import {
  type InvalidRow,
  isEventCall,
  type MessageBlock,
  messageIdBytes,
  type TextColumn,
} from '../core/index.ts'
import { bindBody } from './body.ts'
import { columnsOfBatch, required } from './columns.ts'
import { bindAppend, bindAt, bindEvent, bindSubject, type Source } from './envelope.ts'
import { Interner } from './interner.ts'
import { maxPartitions, otherPartition } from './limits.ts'
import { bindIds, idText } from './message-ids.ts'
import { Out } from './out.ts'
import type { Plan } from './plan.ts'
import { type Refusal, refuse, refuseRejected } from './reasons.ts'
import { decodeText } from './texts.ts'
import type { Moment } from './times.ts'
import type { Kind } from './types.ts'

/** What an encoder must know beside its plan. */
export interface EncodeOptions {
  readonly keyColumn: string
  readonly rejectColumn: string
  readonly hashColumn: string
  readonly idKeyColumn?: string
  readonly personColumn?: string
  readonly idSecret: string
  /** What stands before the key in the message id. */
  readonly idParts: readonly string[]
  /** The time of a message id where the message has no time of its own. */
  readonly openedAt: number
  readonly maxMessageBytes: number
  readonly kinds: ReadonlyMap<string, Kind>
  /** False to make no code for the plain members, as where none may be made. Default true. */
  readonly inPlace?: boolean
}

/** Encodes rows `from … to - 1` of a batch. */
export type Encode = (batch: RecordBatch, from?: number, to?: number) => MessageBlock

/**
 * An encoder that writes messages straight from Arrow's buffers. Its working memory is kept from call to call; a
 * block gets memory of its own.
 */
export function createEncode(plan: Plan, options: EncodeOptions): Encode {
  const out = new Out(1 << 16)
  const keys = new Out(1 << 12)
  const identities = new Out(1 << 12)
  const events = new Out(1 << 12)
  const hashes = new Out(1 << 12)
  const people = new Out(1 << 12)
  const names = new Out(256)
  const partitions = new Interner(maxPartitions - 1)
  const event = plan.event !== undefined && 'column' in plan.event ? plan.event : undefined
  // Events are the same in every window, states are not.
  const usesTime = isEventCall(plan.call)

  return (batch, from = 0, to = batch.numRows) => {
    const rows = Math.max(0, to - from)
    const long = new Map<string, number>()
    const onLong = (field: string) => void long.set(field, (long.get(field) ?? 0) + 1)
    const find = columnsOfBatch(batch, options.kinds)
    const source: Source = { column: required(find), from, to }
    const rejects = find(options.rejectColumn)
    const reject = rejects && bindAppend(rejects, names, source)
    const hashColumn = find(options.hashColumn)
    const hash = hashColumn && bindAppend(hashColumn, hashes, source)
    const optional = (name: string | undefined) => (name === undefined ? undefined : find(name))
    const personColumn = optional(options.personColumn)
    const person = personColumn && bindAppend(personColumn, people, source)
    const key = bindAppend(source.column(options.keyColumn), keys, source)
    const idKeyColumn = optional(options.idKeyColumn)
    const idKey = idKeyColumn && bindAppend(idKeyColumn, names, source)
    const subject = bindSubject(plan, source, identities)
    const readEvent = event && bindEvent(event, source, events)
    const moment: Moment = { seconds: 0, nanos: 0 }
    const readAt = plan.at === undefined ? undefined : bindAt(plan.at, source, moment)
    const partition =
      plan.partition === undefined
        ? undefined
        : bindAppend(source.column(plan.partition), names, source)
    const ids = new Uint8Array(rows * messageIdBytes + messageIdBytes)
    const writeId = bindIds(options.idSecret, options.idParts, ids)
    const writeBody = bindBody(
      plan,
      {
        ...source,
        out,
        longValues: plan.longValues ?? 'error',
        onLong,
        inPlace: options.inPlace ?? true,
      },
      { subject, identities, events, moment, ids },
    )

    const starts = new Uint32Array(rows)
    const ends = new Uint32Array(rows)
    const keyOffsets = new Int32Array(rows + 1)
    const identityOffsets = new Int32Array(rows + 1)
    const eventOffsets = new Int32Array(event === undefined ? 0 : rows + 1)
    const hashOffsets = new Int32Array(hash === undefined ? 0 : rows + 1)
    const peopleOffsets = new Int32Array(person === undefined ? 0 : rows + 1)
    const partitionOf = new Uint16Array(partition === undefined ? 0 : rows)
    const invalid: InvalidRow[] = []
    const tooLarge = refuse('message_too_large', String(options.maxMessageBytes))
    let count = 0
    for (const each of [out, keys, identities, events, hashes, people]) each.at = 0

    for (let row = from; row < to; row++) {
      const start = out.at
      const keyStart = keys.at
      const identityStart = identities.at
      const eventStart = events.at
      const hashStart = hashes.at
      const personStart = people.at
      const idStart = count * messageIdBytes
      names.at = 0
      const isRejected = reject?.(row) === true
      const hasHash = hash?.(row) === true
      person?.(row)
      const hasKey = key(row) && keys.at > keyStart
      const badTime = readAt?.(row)
      const ownTime = usesTime && badTime === undefined
      const timeMs = ownTime
        ? moment.seconds * 1000 + Math.floor(moment.nanos / 1e6)
        : options.openedAt
      if (idKey === undefined) writeId(keys.bytes, keyStart, keys.at, timeMs, idStart)
      else {
        const from = names.at
        idKey(row)
        writeId(names.bytes, from, names.at, timeMs, idStart)
        names.at = from
      }
      let refusal: Refusal | undefined
      if (isRejected) refusal = refuseRejected(decodeText(names.written()))
      else if (!hasKey) refusal = refuse('key_missing', options.keyColumn)
      else {
        refusal =
          subject.read(row) ??
          readEvent?.(row) ??
          badTime ??
          writeBody(row, identityStart, eventStart, idStart)
        if (refusal === undefined && out.at - start > options.maxMessageBytes) refusal = tooLarge
      }
      if (refusal !== undefined) {
        const text = decodeText(keys.written(keyStart))
        invalid.push({
          key: text,
          id: idText(ids, idStart),
          ...(hasHash && { hash: decodeText(hashes.written(hashStart)) }),
          ...refusal,
        })
        out.at = start
        keys.at = keyStart
        identities.at = identityStart
        events.at = eventStart
        hashes.at = hashStart
        people.at = personStart
        continue
      }
      starts[count] = start
      ends[count] = out.at
      out.push(0x2c)
      if (partition !== undefined) {
        names.at = 0
        partition(row)
        partitionOf[count] = partitions.indexOf(names.bytes, 0, names.at)
      }
      count++
      keyOffsets[count] = keys.at
      identityOffsets[count] = identities.at
      if (event !== undefined) eventOffsets[count] = events.at
      if (hash !== undefined) hashOffsets[count] = hashes.at
      if (person !== undefined) peopleOffsets[count] = people.at
    }
    return {
      count,
      bytes: out.bytes.slice(0, Math.max(0, out.at - 1)),
      starts: starts.slice(0, count),
      ends: ends.slice(0, count),
      keys: columnOf(keys, keyOffsets, count),
      ids: ids.slice(0, count * messageIdBytes),
      identities: columnOf(identities, identityOffsets, count),
      ...(event !== undefined && { events: columnOf(events, eventOffsets, count) }),
      ...(hash !== undefined && { hashes: columnOf(hashes, hashOffsets, count) }),
      ...(person !== undefined && { people: columnOf(people, peopleOffsets, count) }),
      ...(partition !== undefined && { partition: partitionOf.slice(0, count) }),
      partitions: partition === undefined ? [''] : partitionNames(partitions),
      ...(long.size > 0 && { long }),
      invalid,
    }
  }
}

/** The first `count` texts of working memory, in memory of their own. */
function columnOf(out: Out, offsets: Int32Array, count: number): TextColumn {
  return { bytes: out.bytes.slice(0, out.at), offsets: offsets.slice(0, count + 1) }
}

function partitionNames({ texts }: Interner): string[] {
  return texts.length < maxPartitions - 1 ? [...texts] : [...texts, otherPartition]
}
