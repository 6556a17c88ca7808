import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import type { Clock, MessageBlock, TextColumn } from '../../src/core/index.ts'

/** Rows of a Parquet file as DuckDB, a reader that is not ours, sees them. */
export async function readParquet(
  bytes: Uint8Array,
  select = '*',
  reader = 'read_parquet',
): Promise<Record<string, unknown>[]> {
  const folder = await mkdtemp(join(tmpdir(), 'part-'))
  const duck = await DuckDBInstance.create(':memory:')
  try {
    const file = join(folder, 'part.parquet')
    await writeFile(file, bytes)
    const connection = await duck.connect()
    const result = await connection.runAndReadAll(`SELECT ${select} FROM ${reader}('${file}')`)
    return result.getRowObjectsJS() as Record<string, unknown>[]
  } finally {
    duck.closeSync()
    await rm(folder, { recursive: true })
  }
}

/** A clock that stands still until it is told to go on. */
export class HandClock implements Clock {
  #now = 1_800_000_000_000
  #sleepers: { at: number; wake: () => void }[] = []

  now(): number {
    return this.#now
  }

  get sleepers(): number {
    return this.#sleepers.length
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', abort)
        resolve()
      }
      const sleeper = { at: this.#now + ms, wake }
      this.#sleepers.push(sleeper)
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Lets `ms` pass and wakes who slept that long. */
  async pass(ms: number): Promise<void> {
    this.#now += ms
    const due = this.#sleepers.filter((sleeper) => sleeper.at <= this.#now)
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.at > this.#now)
    for (const sleeper of due) sleeper.wake()
    await turns()
  }
}

/** Lets everything that is ready to run do so. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Texts laid end to end, as blocks have them. */
export function textColumn(texts: readonly string[]): TextColumn {
  const parts = texts.map((text) => Buffer.from(text))
  const offsets = new Uint32Array(texts.length + 1)
  for (const [i, part] of parts.entries()) offsets[i + 1] = (offsets[i] ?? 0) + part.length
  return { bytes: Buffer.concat(parts), offsets }
}

/** One message of a block, as a test states it. */
export interface TestMessage {
  readonly key: string
  readonly person: string
  readonly id: string
  readonly json: string
  readonly event?: string
  readonly hash?: string
  readonly partition?: number
}

/** A block of messages, laid out as the mapping lays them out: payloads joined by commas. */
export function blockOf(
  messages: readonly TestMessage[],
  partitions: readonly string[] = [],
  call?: string,
): MessageBlock {
  const payloads = messages.map(({ json }) => Buffer.from(json))
  const starts = new Uint32Array(messages.length)
  const ends = new Uint32Array(messages.length)
  let at = 0
  for (const [i, payload] of payloads.entries()) {
    starts[i] = at
    ends[i] = at + payload.length
    at += payload.length + 1
  }
  return {
    count: messages.length,
    bytes: Buffer.concat(payloads.flatMap((payload) => [payload, Buffer.from(',')])),
    starts,
    ends,
    keys: textColumn(messages.map(({ key }) => key)),
    ids: Buffer.from(messages.map(({ id }) => id).join(''), 'latin1'),
    identities: textColumn(messages.map(({ person }) => person)),
    ...(messages.every(({ event }) => event !== undefined)
      ? { events: textColumn(messages.map(({ event }) => event ?? '')) }
      : {}),
    ...(messages.some(({ partition }) => partition !== undefined)
      ? { partition: Uint16Array.from(messages, ({ partition }) => partition ?? 0) }
      : {}),
    ...(messages.some(({ hash }) => hash !== undefined)
      ? { hashes: textColumn(messages.map(({ hash }) => hash ?? '')) }
      : {}),
    ...(call === undefined ? {} : { call }),
    partitions,
    invalid: [],
  }
}

/** `count` ordinary messages. */
export function someMessages(count: number, from = 0): TestMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    key: `["${from + i}"]`,
    person: `p${from + i}`,
    id: String(from + i).padStart(26, '0'),
    json: `{"type":"identify","userId":"p${from + i}"}`,
  }))
}
