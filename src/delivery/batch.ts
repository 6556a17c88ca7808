import type { BatchFormat, MessageRun } from '../core/index.ts'

/** Messages that travel in one body: one partition, one lane, in source order. */
export interface Packed {
  readonly runs: readonly MessageRun[]
  /** How many messages. */
  readonly count: number
  /** Size of the finished body, frame and commas included. */
  readonly bytes: number
  readonly partition: string
  readonly lane: number
}

/** A packed batch on its way: it has a name, a purpose and a history. */
export interface Batch extends Packed {
  readonly id: string
  /** `bisection` requests look for a guilty message and have a budget of their own. */
  readonly purpose: Purpose
  /** How many times its messages were sent so far, also as part of a bigger batch. */
  attempts: number
}

/** What a request is for. */
export type Purpose = 'message' | 'bisection'

/** Size of the body that carries `runs`, frame and commas included. */
export function bodyBytes(format: BatchFormat, runs: readonly MessageRun[]): number {
  let bytes = format.head.length + format.tail.length + Math.max(0, runs.length - 1)
  for (const run of runs) bytes += runBytes(run)
  return bytes
}

/** How many messages `runs` hold. */
export function countOf(runs: readonly MessageRun[]): number {
  let count = 0
  for (const run of runs) count += run.to - run.from
  return count
}

/** The finished body: one copy of each run, one buffer (a string body costs several times the CPU to send). */
export function assemble(format: BatchFormat, batch: Packed): Uint8Array {
  const body = Buffer.allocUnsafe(batch.bytes)
  body.set(format.head, 0)
  let at = format.head.length
  for (const [i, run] of batch.runs.entries()) {
    if (i > 0) body[at++] = comma
    const { bytes, starts, ends } = run.block
    const slice = bytes.subarray(starts[run.from], ends[run.to - 1])
    body.set(slice, at)
    at += slice.length
  }
  body.set(format.tail, at)
  return body
}

/** The first and the second half of `runs` by message count, order kept; the second is empty for one message. */
export function halves(runs: readonly MessageRun[]): readonly [MessageRun[], MessageRun[]] {
  const first: MessageRun[] = []
  const second: MessageRun[] = []
  let room = Math.ceil(countOf(runs) / 2)
  for (const { block, from, to } of runs) {
    const cut = Math.min(to, from + room)
    if (cut > from) first.push({ block, from, to: cut })
    if (to > cut) second.push({ block, from: cut, to })
    room -= cut - from
  }
  return [first, second]
}

const comma = 0x2c

function runBytes({ block, from, to }: MessageRun): number {
  return (block.ends[to - 1] ?? 0) - (block.starts[from] ?? 0)
}
