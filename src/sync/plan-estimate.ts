import type { RecordBatch } from 'apache-arrow'
import type { MessageBlock } from '../core/index.ts'
import { batchFormat } from '../customerio/index.ts'
import { defaultLimits, laneCount } from '../delivery/index.ts'
import { encodeDeletions } from '../mapping/index.ts'
import {
  deletionOf,
  deletionSampleStatement,
  readToSpool,
  rowSampleStatement,
} from '../source/index.ts'
import type { Assessed, WindowRequest } from './assess.ts'
import { goneRowsOf } from './deletions.ts'
import type { Parts } from './parts.ts'

/** Why rows of the sample would make no message. */
export interface Refused {
  readonly reason: string
  /** Our own words: column and what is wrong with it, never the value. */
  readonly text: string
  readonly rows: number
}

/** What the messages of a window would come to, by those of a sample that was encoded and thrown away. */
export interface Estimate {
  /** Rows that were encoded. */
  readonly sampled: number
  /** True when those were all of them, so that the numbers are exact. */
  readonly isWhole: boolean
  readonly refused: readonly Refused[]
  readonly messages: number
  /** Of all messages together, without what stands around them in a request. */
  readonly bytes: number
  readonly requests: number
  /** Requests per second that the sync may spend. */
  readonly requestsPerSecond: number
  /** The part of the destination's budget that is, and whose: absent when it is the whole. */
  readonly share?: { readonly job: string; readonly part: number }
  /** How long the budget alone takes. */
  readonly seconds: number
}

/** Rows that are encoded to see what they come to. */
const sampleRows = 1000

/** Encodes some of what a window would send. */
export async function estimate(
  parts: Parts,
  destination: string,
  request: WindowRequest,
  assessed: Assessed,
  signal?: AbortSignal,
): Promise<Estimate> {
  const { counts, mapping, query, parameters, scope } = assessed
  const read = async (sql: string, encode: (batch: RecordBatch) => MessageBlock) => {
    const blocks: MessageBlock[] = []
    const spool = await readToSpool({
      warehouse: parts.warehouse,
      pin: scope.pin,
      sql,
      parameters,
      name: request.windowId,
      spool: parts.spool,
      clock: parts.clock,
      log: parts.log,
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      for await (const batch of spool.batches()) {
        if (batch.numRows > 0) blocks.push(encode(batch))
      }
      return { blocks, rows: spool.rows }
    } finally {
      spool.remove()
    }
  }
  const none = { blocks: [], rows: 0 }
  const hasDuplicates = counts.duplicate_key > 0
  const rows =
    counts.send === 0
      ? none
      : await read(
          rowSampleStatement(query, mapping.columns, hasDuplicates, sampleRows),
          mapping.encode,
        )
  const kind = deletionOf(query.sync)
  const { number, openedAt } = request
  const window = { number, openedAt: openedAt.getTime() }
  const idSecret = await parts.idSecret()
  const gone =
    counts.delete === 0 || kind === undefined
      ? none
      : await read(deletionSampleStatement(query, sampleRows), (batch) =>
          encodeDeletions(kind, goneRowsOf(batch), {
            sync: query.sync,
            destination,
            window,
            idSecret,
            traits: mapping.traits,
          }),
        )
  const sums = [
    { total: counts.send, ...rows },
    { total: counts.delete, ...gone },
  ].map(scaled)
  const messages = sum(sums.map((one) => one.messages))
  const bytes = sum(sums.map((one) => one.bytes))
  const blocks = [...rows.blocks, ...gone.blocks]
  const lanes = mapping.oneMessagePerIdentity
    ? 1
    : laneCount({ ...defaultLimits, ...parts.deliveryLimits }, batchFormat)
  const requests = requestsFor(messages, bytes, openBatches(blocks, lanes))
  const budget = budgetOf(parts, query.sync.name, destination)
  return {
    sampled: rows.rows + gone.rows,
    isWhole: rows.rows === counts.send && gone.rows === counts.delete,
    refused: refusedIn(blocks),
    messages,
    bytes,
    requests,
    ...budget,
    seconds: requests / budget.requestsPerSecond,
  }
}

/** What all rows come to when the others are like those of the sample. */
function scaled({
  total,
  rows,
  blocks,
}: {
  readonly total: number
  readonly rows: number
  readonly blocks: readonly MessageBlock[]
}): { messages: number; bytes: number } {
  const factor = rows === 0 ? 0 : total / rows
  const bytes = blocks.flatMap(({ starts, ends }) =>
    Array.from(ends, (end, i) => end - (starts[i] ?? 0)),
  )
  return { messages: Math.round(bytes.length * factor), bytes: Math.round(sum(bytes) * factor) }
}

/** Requests that so many messages of an average size need when so many batches are filled side by side. */
export function requestsFor(messages: number, bytes: number, openBatches: number): number {
  if (messages === 0) return 0
  const { head, tail, maxBodyBytes } = batchFormat
  // Every message but the first of a body has a comma before it.
  const perBody = Math.max(
    1,
    Math.floor((maxBodyBytes - head.length - tail.length + 1) / (bytes / messages + 1)),
  )
  const full = messages / perBody
  // The last batch of each is half full on average.
  return full <= openBatches ? Math.ceil(openBatches) : Math.ceil(full + (openBatches - 1) / 2)
}

/** How many batches are filled side by side: one for each partition and lane that has a message. */
function openBatches(blocks: readonly MessageBlock[], lanes: number): number {
  const partitions = new Set<string>()
  const places = new Set<string>()
  for (const { count, identities, partition, partitions: names } of blocks) {
    const text = Buffer.from(identities.bytes)
    for (let i = 0; i < count; i++) {
      const name = names[partition?.[i] ?? 0] ?? ''
      partitions.add(name)
      const whom = text.toString('utf8', identities.offsets[i], identities.offsets[i + 1])
      places.add(JSON.stringify(lanes === 1 ? [name] : [name, whom]))
    }
  }
  return Math.min(places.size, lanes * partitions.size)
}

/** What a sync may spend of a destination's budget: the smallest share of the jobs that run it. */
function budgetOf(
  { project }: Parts,
  sync: string,
  destination: string,
): Pick<Estimate, 'requestsPerSecond' | 'share'> {
  const { requestsPerSecond = 1 } = project.destinations[destination] ?? {}
  const [least] = project.jobs
    .filter(({ syncs }) => syncs.includes(sync))
    .sort((a, b) => a.share - b.share)
  return least === undefined || least.share === 1
    ? { requestsPerSecond }
    : {
        requestsPerSecond: requestsPerSecond * least.share,
        share: { job: least.name, part: least.share },
      }
}

function refusedIn(blocks: readonly MessageBlock[]): Refused[] {
  const counted = new Map<string, Refused>()
  for (const { reason, text } of blocks.flatMap(({ invalid }) => invalid)) {
    const known = counted.get(text)
    counted.set(text, { reason, text, rows: (known?.rows ?? 0) + 1 })
  }
  return [...counted.values()].sort((a, b) => b.rows - a.rows)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
