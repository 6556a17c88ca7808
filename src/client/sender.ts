import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type BatchFormat,
  blockOf,
  type Clock,
  ConfigError,
  type MessageBlock,
  type Send,
  SyncError,
  silentLog,
  systemClock,
} from '../core/index.ts'
import { batchFormat, createClient, identityOf, limits, type Message } from '../customerio/index.ts'
import {
  type Budget,
  createBudget,
  type DeliveryLimits,
  defaultLimits,
  deliver,
} from '../delivery/index.ts'
import { encode } from './check.ts'
import type { CustomerIOOptions, RetryOptions } from './options.ts'
import { type MessageResult, stopped } from './result.ts'
import { Results } from './results.ts'

/** A message that has its id. */
export type Addressed = Message & { readonly messageId: string }

/** Brings messages to one workspace, within one budget. */
export interface Sender {
  /** One message by its own endpoint. */
  one(message: Addressed, signal?: AbortSignal): Promise<MessageResult>
  /** Many, packed into batches; one result for each, in order. Rejects only for what is a fault of this program. */
  many(messages: readonly Addressed[], signal?: AbortSignal): Promise<MessageResult[]>
  /** Waits for what is under way, then lets go of connections and timers. */
  close(): Promise<void>
}

/** Opens a sender: no connection is made before the first message. Throws `ConfigError` for what cannot be right. */
export function openSender(options: CustomerIOOptions): Sender {
  const { clock = systemClock, requestsPerSecond = 100, timeoutMs = 10_000 } = options
  const { region, key, url, ca } = options
  const client = createClient({
    region,
    key,
    clock,
    timeoutMs,
    ...(url === undefined ? {} : { url }),
    ...(ca === undefined ? {} : { ca }),
  })
  const budget = createBudget({ requestsPerSecond, clock })
  const underWay = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined
  const close = async () => {
    await Promise.allSettled(underWay)
    budget.close()
    await client.close()
  }

  const send = (messages: readonly Addressed[], wire: Wire, signal?: AbortSignal) => {
    if (closing !== undefined)
      throw new ConfigError('CLIENT_CLOSED', 'The client is closed; make another one.')
    const parts = { ...wire, budget, clock, retry: options.retry, random: options.random, signal }
    const task = sendAll(messages, parts)
    underWay.add(task)
    return task.finally(() => underWay.delete(task))
  }

  return {
    async one(message, signal) {
      const post: Send = (body, cut) => client.post(message.type, body, cut)
      const [result] = await send([message], { send: post, format: singleFormat }, signal)
      if (result === undefined) throw new Error('a message without a result')
      return result
    },
    async many(messages, signal) {
      return send(messages, { send: client.send, format: batchFormat }, signal)
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}

/** How messages travel: the endpoint, and how a body is framed for it. */
interface Wire {
  readonly send: Send
  readonly format: BatchFormat
}

interface Parts extends Wire {
  readonly budget: Budget
  readonly clock: Clock
  readonly retry: RetryOptions | undefined
  readonly random: (() => number) | undefined
  readonly signal: AbortSignal | undefined
}

/** A body that is one message and nothing else. */
const singleFormat: BatchFormat = {
  head: new Uint8Array(),
  tail: new Uint8Array(),
  maxMessageBytes: limits.messageBytes,
  maxBodyBytes: limits.messageBytes,
}

async function sendAll(messages: readonly Addressed[], parts: Parts): Promise<MessageResult[]> {
  const { send, format, budget, clock, retry, random, signal } = parts
  const results = new Results(messages.map(({ messageId }) => messageId))
  const identities = messages.map(identityOf)
  const isOnceEach = new Set(identities).size === identities.length
  try {
    await deliver({
      blocks: blocks(messages, identities, results),
      send,
      format,
      budget,
      recorder: results,
      lanes: isOnceEach ? 'free' : 'by-identity',
      clock,
      log: silentLog,
      maxFailedPercent: 100,
      limits: deliveryLimits(retry),
      ...(signal === undefined ? {} : { signal }),
      ...(random === undefined ? {} : { random }),
    })
    return results.all('', '')
  } catch (error) {
    const text = error instanceof SyncError ? stopped[error.code] : undefined
    if (!(error instanceof SyncError) || text === undefined) throw error
    return results.all(error.code.toLowerCase(), text)
  }
}

/** The messages that may be sent, as blocks; the others are refused in `results`. */
async function* blocks(
  messages: readonly Addressed[],
  identities: readonly string[],
  results: Results,
): AsyncGenerator<MessageBlock> {
  for (let from = 0; from < messages.length; from += messagesOfBlock) {
    const places: number[] = []
    const entries = []
    for (const [i, message] of messages.slice(from, from + messagesOfBlock).entries()) {
      const encoded = encode(message)
      if ('json' in encoded) {
        places.push(from + i)
        entries.push({ ...encoded, key: '', id: '', identity: identities[from + i] ?? '' })
      } else results.refuse(from + i, encoded)
    }
    if (entries.length === 0) continue
    const block = { ...blockOf(entries), partitions: [''], invalid: [] }
    results.place(block, places)
    yield block
    await nextTurn() // a program that serves others meanwhile must not stand still
  }
}

/** A few milliseconds of checking and encoding. */
const messagesOfBlock = 200

function deliveryLimits(retry: RetryOptions = {}): Partial<DeliveryLimits> {
  const { deadlineMs = 60_000, firstMs = 250, mostMs = 30_000 } = retry
  const { breaker } = defaultLimits
  return {
    maxInFlight: 8, // enough for a budget of hundreds of requests, few enough that small batches stay together
    graceMs: 1_000,
    deadlineMs,
    backoff: { firstMs, mostMs },
    breaker: {
      ...breaker,
      probeAfterMs: Math.min(breaker.probeAfterMs, deadlineMs / 10),
      mostOpenMs: deadlineMs / 2,
    },
  }
}
