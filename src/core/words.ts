/*
 * The words of docs/glossary.md as types. A row is one source record, named by its key; a message is one
 * Customer.io call made from one row; an outcome is what became of one message.
 */

/** What became of one message. `delivered` means accepted in strict mode. */
export type OutcomeStatus = 'delivered' | 'invalid' | 'rejected' | 'undelivered'

/** The Customer.io call a message makes, as it stands in the message's `type`. */
export type MessageType = 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias'

/** JSON as it travels to Customer.io. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }

/** Texts laid end to end: text `i` is `bytes[offsets[i] … offsets[i + 1]]`, in UTF-8. */
export interface TextColumn {
  readonly bytes: Uint8Array
  readonly offsets: Int32Array | Uint32Array
}

/**
 * A block of encoded messages, in source order, column by column: the one value that travels from mapping through
 * delivery to audit. Nobody changes it once it is made.
 */
export interface MessageBlock {
  /** How many messages. */
  readonly count: number
  /** The messages' JSON in UTF-8; neighbours are joined by one comma, so that a run of messages is one slice. */
  readonly bytes: Uint8Array
  /** Where message `i` starts in `bytes`. */
  readonly starts: Uint32Array
  /** Where message `i` ends in `bytes` (exclusive). */
  readonly ends: Uint32Array
  /** The row's key as it is written down: JSON array text of canonical values, or its keyed hash. */
  readonly keys: TextColumn
  /** The message id, {@link messageIdBytes} bytes each, back to back. */
  readonly ids: Uint8Array
  /** Whom the message is about: userId, else anonymousId, else groupId. */
  readonly identities: TextColumn
  /** What is written down in place of {@link identities}, where those must not be: keyed hashes. */
  readonly people?: TextColumn
  /** The event name of each message, where it comes from a column. */
  readonly events?: TextColumn
  /** The hash of each source row, made by the warehouse; absent where it has none. */
  readonly hashes?: TextColumn
  /** What the block's messages are written down as, where that is not the sync's own call: `delete`, … */
  readonly call?: string
  /** The same message by message, where a block mixes calls; then `events` is empty where a call has no event. */
  readonly calls?: TextColumn
  /** The partition of each message, as an index into {@link partitions}; absent when there is one partition. */
  readonly partition?: Uint16Array
  /** The names behind `partition`. */
  readonly partitions: readonly string[]
  /** Fields whose values are larger than Customer.io stores and were sent all the same: in how many rows. */
  readonly long?: ReadonlyMap<string, number>
  /** Rows of the same source rows that made no message. */
  readonly invalid: readonly InvalidRow[]
}

/** A row that cannot become a message: counted, written down, never sent. */
export interface InvalidRow {
  readonly key: string
  readonly id: string
  /** The hash of the source row, made by the warehouse; absent where it has none. */
  readonly hash?: string
  /** Stable code, for example `value_not_finite`. */
  readonly reason: string
  /** Our own words: column and what is wrong with it, never the value. */
  readonly text: string
}

/** Messages `from … to - 1` of a block. */
export interface MessageRun {
  readonly block: MessageBlock
  readonly from: number
  readonly to: number
}

/** What became of the messages of one batch (or of the part of it that shares one fate). */
export interface BatchOutcome {
  readonly runs: readonly MessageRun[]
  readonly status: OutcomeStatus
  /** Stable code, for example `rejected_400`; absent when delivered. */
  readonly reason?: string
  /** Our own words, without any value of the message. */
  readonly text?: string
  /** The batch that carried them last; the same id stands in its exchanges. Empty when nothing was sent. */
  readonly batch: string
  /** How many times they were sent, 0 when never. */
  readonly attempt: number
  /** Milliseconds since the epoch: when the last answer came, or when they were given up. */
  readonly sentAt: number
}

/** One HTTP exchange with Customer.io: a row of the `requests` table. */
export interface Exchange {
  readonly batch: string
  readonly attempt: number
  /** HTTP status; absent when no answer came. */
  readonly status?: number
  readonly reason?: string
  readonly partition: string
  readonly startedAt: number
  readonly durationMs: number
  /** Time spent waiting for a permit before it. */
  readonly waitMs: number
  readonly bytes: number
  readonly messages: number
  /** The answer's own words, with everything that could be personal removed; empty for an ordinary success. */
  readonly answer: string
}

/** What an answer (or the lack of one) means for the batch it answers. */
export type Verdict = 'delivered' | 'bisect' | 'split' | 'unauthorized' | 'retry' | 'dead-letter'

/** One answer of the destination, understood. */
export interface Answer {
  readonly verdict: Verdict
  readonly status?: number
  /** What the destination asked us to wait, from `Retry-After`. */
  readonly retryAfterMs?: number
  /** Stable code, for example `http_429`, `reset`, `timeout`. */
  readonly reason: string
  /** Redacted words for the audit. */
  readonly text: string
}

/** Sends one finished body. Never throws for what the destination or the network does: that is an answer. */
export type Send = (body: Uint8Array, signal: AbortSignal) => Promise<Answer>

/** How a batch's body is framed and how big it may be, in bytes. */
export interface BatchFormat {
  /** What stands before the first message. */
  readonly head: Uint8Array
  /** What stands after the last message. */
  readonly tail: Uint8Array
  /** The largest single message. */
  readonly maxMessageBytes: number
  /** The largest body, head and tail included. */
  readonly maxBodyBytes: number
}
