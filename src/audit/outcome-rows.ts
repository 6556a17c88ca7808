import {
  type BatchOutcome,
  type InvalidRow,
  type MessageBlock,
  type MessageRun,
  messageIdBytes,
  type TextColumn,
} from '../core/index.ts'
import { outcomeLog } from './history-tables.ts'
import { type PartValue, PlainColumn } from './parquet/columns.ts'
import type { PartBuilder } from './parquet/part.ts'
import { type PartRows, partRows } from './part-rows.ts'

/** What every outcome of a run has in common. */
export interface OutcomeContext {
  readonly windowId: string
  readonly sync: string
  readonly destination: string
  readonly runId: string
  /** The attempt at the window. */
  readonly attempt: number
  /** The sync's own Customer.io call; a block that makes another one says so. */
  readonly call: string
  /** The event's name where the sync file states it; otherwise, and for calls not the sync's own, blocks bring it. */
  readonly eventName?: string
  /** Whether the messages themselves are written down. */
  readonly keepPayload: boolean
}

/** Turns outcomes into rows of `outcome_log`: whole runs of messages at a time, byte for byte, no row objects. */
export class OutcomeRows {
  readonly #key = new PlainColumn()
  readonly #person = new PlainColumn()
  readonly #messageId = new PlainColumn()
  readonly #bytes = new PlainColumn()
  readonly #rowHash = new PlainColumn()
  readonly #event: PlainColumn | undefined
  readonly #payload: PlainColumn | undefined
  readonly #call: string
  readonly #eventName: string | undefined
  readonly #common: Readonly<Record<string, PartValue>>
  readonly #rows: PartRows

  constructor(context: OutcomeContext) {
    this.#call = context.call
    this.#eventName = context.eventName
    this.#event = context.eventName === undefined ? new PlainColumn() : undefined
    this.#payload = context.keepPayload ? new PlainColumn() : undefined
    this.#common = {
      window_id: context.windowId,
      sync: context.sync,
      destination: context.destination,
      run_id: context.runId,
      attempt: context.attempt,
      payload: null,
    }
    this.#rows = partRows(outcomeLog, {
      message_key: this.#key,
      person: this.#person,
      message_id: this.#messageId,
      bytes: this.#bytes,
      row_hash: this.#rowHash,
      event: this.#event,
      payload: this.#payload,
    })
  }

  get part(): PartBuilder {
    return this.#rows.part
  }

  /** Appends the outcome of the messages of a batch and gives their number. */
  append(outcome: BatchOutcome): number {
    let count = 0
    for (const run of outcome.runs) {
      this.#appendRun(run)
      count += run.to - run.from
    }
    this.#repeat(count, {
      status: outcome.status,
      reason: outcome.reason ?? null,
      reason_text: outcome.text ?? null,
      batch_id: outcome.batch === '' ? null : outcome.batch,
      send_attempt: outcome.attempt,
      sent_at: outcome.sentAt,
    })
    return count
  }

  /** Appends rows that made no message, found at `foundAt` (ms since the epoch), of a call other than the sync's own. */
  appendInvalid(rows: readonly InvalidRow[], foundAt: number, call?: string): void {
    for (const row of rows) {
      this.#key.text(row.key)
      this.#messageId.text(row.id)
      if (row.hash) this.#rowHash.text(row.hash)
      else this.#rowHash.nulls(1)
      this.#rows.repeat({ reason: row.reason, reason_text: row.text }, 1)
    }
    for (const column of [this.#person, this.#bytes, this.#payload]) column?.nulls(rows.length)
    this.#appendCall(call, undefined, 0, rows.length)
    this.#repeat(rows.length, {
      status: 'invalid',
      partition_value: null,
      batch_id: null,
      send_attempt: 0,
      sent_at: foundAt,
    })
  }

  #appendRun({ block, from, to }: MessageRun): void {
    const { keys, hashes } = block
    const people = block.people ?? block.identities
    this.#key.slices(keys.bytes, keys.offsets, keys.offsets.subarray(1), from, to)
    this.#person.slices(people.bytes, people.offsets, people.offsets.subarray(1), from, to)
    this.#messageId.fixed(block.ids, messageIdBytes, from, to)
    this.#bytes.lengths(block.starts, block.ends, from, to)
    this.#payload?.slices(block.bytes, block.starts, block.ends, from, to)
    if (hashes === undefined) this.#rowHash.nulls(to - from)
    else this.#appendHashes(hashes, from, to)
    if (block.calls === undefined) this.#appendCall(block.call, block.events, from, to)
    else this.#appendCalls(block.calls, block.events, from, to)
    this.#appendPartitions(block, from, to)
  }

  /** Stretches of hashes as they are; an empty one is NULL. */
  #appendHashes({ bytes, offsets }: TextColumn, from: number, to: number): void {
    const ends = offsets.subarray(1)
    const isEmpty = (i: number) => offsets[i] === ends[i]
    for (let start = from, i = from + 1; start < to; i++) {
      if (i < to && isEmpty(i) === isEmpty(start)) continue
      if (isEmpty(start)) this.#rowHash.nulls(i - start)
      else this.#rowHash.slices(bytes, offsets, ends, start, i)
      start = i
    }
  }

  /** The call of a block, if it is not the sync's own, and its events: the name that the sync file states is not theirs. */
  #appendCall(call: string | undefined, events: TextColumn | undefined, from: number, to: number) {
    this.#rows.repeat({ call: call ?? this.#call }, to - from)
    if (this.#event === undefined) {
      if (call === undefined) this.#rows.repeat({ event: this.#eventName ?? null }, to - from)
      else for (let i = from; i < to; i++) this.#rows.repeat({ event: textAt(events, i) }, 1)
    } else if (events === undefined) this.#event.nulls(to - from)
    else this.#event.slices(events.bytes, events.offsets, events.offsets.subarray(1), from, to)
  }

  /** Calls and events message by message; only the outbox mixes them, so speed is of no account. */
  #appendCalls(calls: TextColumn, events: TextColumn | undefined, from: number, to: number) {
    for (let i = from; i < to; i++) {
      const event = textAt(events, i) || null
      this.#rows.repeat({ call: textAt(calls, i) }, 1)
      if (this.#event === undefined) this.#rows.repeat({ event }, 1)
      else if (event === null) this.#event.nulls(1)
      else this.#event.text(event)
    }
  }

  #appendPartitions(block: MessageBlock, from: number, to: number): void {
    const name = (i: number) => block.partitions[block.partition?.[i] ?? 0] ?? null
    if (block.partition === undefined) {
      this.#rows.repeat({ partition_value: name(0) }, to - from)
      return
    }
    for (let start = from, i = from + 1; i <= to; i++) {
      if (i < to && block.partition[i] === block.partition[start]) continue
      this.#rows.repeat({ partition_value: name(start) }, i - start)
      start = i
    }
  }

  #repeat(count: number, values: Readonly<Record<string, PartValue>>): void {
    this.#rows.repeat(this.#common, count)
    this.#rows.repeat(values, count)
    this.part.rowsAdded()
  }
}

function textAt(texts: TextColumn | undefined, i: number): string | null {
  return texts === undefined
    ? null
    : Buffer.from(texts.bytes.subarray(texts.offsets[i], texts.offsets[i + 1])).toString()
}
