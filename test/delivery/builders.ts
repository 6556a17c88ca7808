import {
  type Answer,
  type BatchFormat,
  type BatchOutcome,
  type Exchange,
  type MessageBlock,
  silentLog,
} from '../../src/core/index.ts'
import { budgetOver } from '../../src/delivery/budget.ts'
import type { Budget, DeliverOptions, Recorder } from '../../src/delivery/index.ts'
import type { Leases } from '../../src/delivery/leases.ts'
import { VirtualClock } from './virtual-clock.ts'

/** One message of a test: who, in which partition, how big. */
export interface Given {
  readonly id: string
  readonly who?: string
  readonly partition?: string
  readonly pad?: number
}

/** A message as the destination sees it. */
export interface Seen {
  readonly id: string
  readonly who: string
}

const utf8 = new TextEncoder()

/** A block of messages `{"id":…,"who":…,"pad":…}`, laid out as mapping does. */
export function aBlock(given: readonly Given[], withPartitions = false): MessageBlock {
  const texts = given.map(({ id, who = id, pad = 0 }) =>
    JSON.stringify({ id, who, pad: 'x'.repeat(pad) }),
  )
  const starts = new Uint32Array(given.length)
  const ends = new Uint32Array(given.length)
  let at = 0
  for (const [i, text] of texts.entries()) {
    starts[i] = at
    ends[i] = at + Buffer.byteLength(text)
    at = (ends[i] ?? 0) + 1
  }
  const partitions = [...new Set(given.map(({ partition = '' }) => partition))]
  return {
    count: given.length,
    bytes: utf8.encode(texts.join(',')),
    starts,
    ends,
    keys: aTextColumn(given.map(({ id }) => JSON.stringify([id]))),
    ids: new Uint8Array(26 * given.length),
    identities: aTextColumn(given.map(({ id, who = id }) => who)),
    ...(withPartitions
      ? {
          partition: Uint16Array.from(given, ({ partition = '' }) => partitions.indexOf(partition)),
        }
      : {}),
    partitions: withPartitions ? partitions : [''],
    invalid: [],
  }
}

function aTextColumn(texts: readonly string[]) {
  const offsets = new Int32Array(texts.length + 1)
  for (const [i, text] of texts.entries())
    offsets[i + 1] = (offsets[i] ?? 0) + Buffer.byteLength(text)
  return { bytes: utf8.encode(texts.join('')), offsets }
}

/** A frame as small as bodies in tests. */
export function aFormat(maxMessageBytes: number, maxBodyBytes: number): BatchFormat {
  return { head: utf8.encode('{"m":['), tail: utf8.encode(']}'), maxMessageBytes, maxBodyBytes }
}

/** The messages of a body. */
export function readBody(body: Uint8Array): Seen[] {
  return JSON.parse(Buffer.from(body).toString()).m
}

export const delivered: Answer = { verdict: 'delivered', status: 200, reason: 'http_200', text: '' }
export const refused: Answer = { verdict: 'bisect', status: 400, reason: 'http_400', text: 'no' }
export const broken: Answer = { verdict: 'retry', status: 500, reason: 'http_500', text: 'oh' }
export const denied: Answer = {
  verdict: 'unauthorized',
  status: 401,
  reason: 'http_401',
  text: 'who?',
}

/** A recorder that keeps everything. */
export class Kept implements Recorder {
  readonly outcomes: BatchOutcome[] = []
  readonly exchanges: Exchange[] = []
  ready: () => Promise<void> = async () => {}

  outcome(outcome: BatchOutcome): void {
    this.outcomes.push(outcome)
  }

  exchange(exchange: Exchange): void {
    this.exchanges.push(exchange)
  }

  /** `id status` or `id status reason` of every message, in the order of the records. */
  fates(): string[] {
    return this.outcomes.flatMap(({ runs, status, reason }) =>
      runs.flatMap(({ block, from, to }) =>
        Array.from({ length: to - from }, (_, i) => {
          const id = readMessage(block, from + i).id
          return reason === undefined ? `${id} ${status}` : `${id} ${status} ${reason}`
        }),
      ),
    )
  }
}

export function readMessage(block: MessageBlock, i: number): Seen {
  return JSON.parse(Buffer.from(block.bytes.subarray(block.starts[i], block.ends[i])).toString())
}

/** Leases on a virtual clock: one permit a lease, `perSecond` a second, none held back. */
export function virtualLeases(clock: VirtualClock, perSecond: number): Leases {
  let next = clock.now()
  return {
    size: 1,
    capacity: perSecond * 3,
    async take() {
      const now = clock.now()
      next = Math.max(next, now) + 1000 / perSecond
      await clock.sleep(next - now - 1000 / perSecond)
    },
    over() {},
  }
}

export function aBudget(clock: VirtualClock, perSecond = 1000): Budget {
  return budgetOver(virtualLeases(clock, perSecond), perSecond, clock)
}

export async function* inBlocks(...blocks: readonly MessageBlock[]): AsyncGenerator<MessageBlock> {
  yield* blocks
}

/** Everything a delivery needs, on virtual time, to a destination that accepts all. */
export function aDelivery(
  clock = new VirtualClock(),
): Omit<DeliverOptions, 'blocks'> & { recorder: Kept; clock: VirtualClock } {
  return {
    send: async () => delivered,
    format: aFormat(1000, 120),
    budget: aBudget(clock),
    recorder: new Kept(),
    lanes: 'free',
    clock,
    log: silentLog,
    maxFailedPercent: 100,
    random: () => 0.5,
  }
}

export function ids(count: number, prefix = 'm'): Given[] {
  return Array.from({ length: count }, (_, i) => ({ id: `${prefix}${i}` }))
}
