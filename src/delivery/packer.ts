import type { BatchFormat, MessageBlock, MessageRun } from '../core/index.ts'
import type { Packed } from './batch.ts'
import { identityHash } from './identity.ts'

/** How a {@link Packer} packs. */
export interface Packing {
  readonly format: BatchFormat
  /** How many lanes; absent when any batch may fly. */
  readonly lanes?: number
  /** How many bytes may pass by while a batch stays open: bounds the blocks that open batches hold in memory. */
  readonly maxOpenBytes: number
}

/** What a block made: batches that are full, and messages no body may carry. */
export interface PackedBlock {
  readonly sealed: readonly Packed[]
  readonly tooLarge: readonly MessageRun[]
}

/**
 * Packs neighbours into batches of one partition and one lane: order kept, nothing lost, no message over
 * `maxMessageBytes`, no body over `maxBodyBytes`. It works on runs of messages; nothing is allocated per message
 * where neighbours may travel together.
 */
export class Packer {
  readonly #packing: Packing
  readonly #open = new Map<number, Open>()
  readonly #partitions = new Map<string, number>()
  /** Where an identity (by hash) was put last: asked only once there are lanes and several partitions. */
  #latest = new Map<number, Open>()
  #sealed: Packed[] = []
  #tooLarge: MessageRun[] = []
  #passedBytes = 0
  #openBytes = 0

  constructor(packing: Packing) {
    this.#packing = packing
  }

  /** Takes the messages of a block. */
  add(block: MessageBlock): PackedBlock {
    for (let from = 0; from < block.count; ) {
      const to = this.#stretch(block, from)
      const partition = block.partitions[block.partition?.[from] ?? 0] ?? ''
      this.#place(block, from, to, partition)
      from = to
    }
    this.#passedBytes += block.bytes.length
    this.#sealOldest()
    return this.#take()
  }

  /** Seals what is still open: there is no more to come. */
  end(): PackedBlock {
    this.#sealAll()
    return this.#take()
  }

  /** The end of the messages from `from` on that go to the same open batch. */
  #stretch(block: MessageBlock, from: number): number {
    if (this.#packing.lanes !== undefined) return from + 1
    if (block.partition === undefined) return block.count
    let to = from + 1
    while (to < block.count && block.partition[to] === block.partition[from]) to++
    return to
  }

  #place(block: MessageBlock, from: number, to: number, partition: string): void {
    const hash = this.#packing.lanes === undefined ? 0 : identityHash(block, from)
    const open = this.#openFor(hash % (this.#packing.lanes ?? 1), partition)
    if (this.#packing.lanes !== undefined && this.#partitions.size > 1) this.#keepOrder(hash, open)
    for (let at = from; at < to; ) {
      const next = this.#fill(open, block, at, to)
      if (next === at && this.#isTooLarge(block, at)) {
        this.#tooLarge.push({ block, from: at, to: at + 1 })
        at++
      } else {
        at = next
        if (at < to && !this.#isTooLarge(block, at)) this.#seal(open)
      }
    }
    if (open.count > 0) this.#open.set(open.slot, open)
  }

  /** Adds what fits of `from … to - 1` to the open batch; returns where it stopped. The hot loop. */
  #fill(open: Open, block: MessageBlock, from: number, to: number): number {
    const { maxBodyBytes, maxMessageBytes } = this.#packing.format
    const { starts, ends } = block
    let bytes = open.bytes
    let commas = open.count === 0 ? 0 : 1
    let at = from
    for (; at < to; at++) {
      const length = (ends[at] ?? 0) - (starts[at] ?? 0)
      const next = bytes + length + commas
      if (length > maxMessageBytes || next > maxBodyBytes) break
      bytes = next
      commas = 1
    }
    if (at === from) return at
    const last = open.runs.at(-1)
    if (last !== undefined && last.block === block && last.to === from) last.to = at
    else open.runs.push({ block, from, to: at })
    if (open.count === 0) open.since = this.#passedBytes
    this.#openBytes += bytes - open.bytes
    open.bytes = bytes
    open.count += at - from
    return at
  }

  #isTooLarge({ starts, ends }: MessageBlock, i: number): boolean {
    const { head, tail, maxMessageBytes, maxBodyBytes } = this.#packing.format
    const length = (ends[i] ?? 0) - (starts[i] ?? 0)
    return length > maxMessageBytes || length + head.length + tail.length > maxBodyBytes
  }

  #openFor(lane: number, partition: string): Open {
    let index = this.#partitions.get(partition)
    if (index === undefined) {
      index = this.#partitions.size
      this.#partitions.set(partition, index)
      if (index === 1) this.#sealAll() // nobody remembered identities while there was one partition
    }
    const slot = lane * maxPartitions + index
    return this.#open.get(slot) ?? { slot, lane, partition, ...this.#empty() }
  }

  /** An identity that moves to another partition: what was packed before leaves before. */
  #keepOrder(hash: number, open: Open): void {
    const before = this.#latest.get(hash)
    if (before !== undefined && before !== open) this.#seal(before)
    this.#latest.set(hash, open)
    if (this.#latest.size > maxRemembered) {
      this.#sealAll()
      this.#latest = new Map([[hash, open]])
    }
  }

  #sealAll(): void {
    for (const open of [...this.#open.values()]) this.#seal(open)
  }

  /** Memory: an open batch holds its blocks, so it may not stay open while too much passes by. */
  #sealOldest(): void {
    for (const open of [...this.#open.values()]) {
      const age = this.#passedBytes - open.since
      if (age <= this.#packing.maxOpenBytes && this.#openBytes <= this.#packing.maxOpenBytes) return
      this.#seal(open)
    }
  }

  #seal(open: Open): void {
    if (open.count === 0) return // left already; its slot may belong to another one by now
    this.#open.delete(open.slot)
    const { runs, count, bytes, partition, lane } = open
    this.#sealed.push({ runs, count, bytes, partition, lane })
    Object.assign(open, this.#empty())
    this.#openBytes -= bytes - open.bytes
  }

  #empty(): Pick<Open, 'runs' | 'count' | 'bytes' | 'since'> {
    const { head, tail } = this.#packing.format
    return { runs: [], count: 0, bytes: head.length + tail.length, since: this.#passedBytes }
  }

  #take(): PackedBlock {
    const made = { sealed: this.#sealed, tooLarge: this.#tooLarge }
    this.#sealed = []
    this.#tooLarge = []
    return made
  }
}

interface Open {
  readonly slot: number
  readonly lane: number
  readonly partition: string
  runs: { block: MessageBlock; from: number; to: number }[]
  count: number
  bytes: number
  /** Bytes that had passed when its first message came. */
  since: number
}

const maxPartitions = 2 ** 20
const maxRemembered = 100_000
