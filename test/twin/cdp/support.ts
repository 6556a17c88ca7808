import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../../src/core/index.ts'
import {
  type CustomerioDoorOptions,
  createCustomerioDoor,
  createStore,
  type StoreOptions,
} from '../../../src/twin/cdp/index.ts'
import type { Door, DoorRequest, DoorResponse } from '../../../src/twin/http/contract.ts'

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  at: number
  constructor(at = Date.parse('2026-03-01T12:00:00Z')) {
    this.at = at
  }
  now(): number {
    return this.at
  }
  async sleep(ms: number): Promise<void> {
    this.at += ms
  }
}

export const usKey = 'us-write-key'
export const euKey = 'eu-write-key'

export interface SendOptions {
  readonly strict?: boolean
  readonly key?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Headers of a request with a good key. */
export function headersOf({ strict, key = usKey, headers }: SendOptions): Record<string, string> {
  return {
    authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
    'content-type': 'application/json',
    host: '127.0.0.1:8081',
    ...(strict === true ? { 'x-strict-mode': '1' } : {}),
    ...headers,
  }
}

/** Knocks on a door with a body: a string or a buffer as it is, anything else as JSON. */
export function send(
  door: Door,
  path: string,
  body: unknown,
  options: SendOptions = {},
): Promise<DoorResponse> {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const request: DoorRequest = {
    method: options.method ?? 'POST',
    path,
    query: new URLSearchParams(),
    headers: headersOf(options),
    body: bytes,
  }
  return door.handle(request)
}

/** A store and its US door. */
export async function aTwin(
  options: Partial<CustomerioDoorOptions & StoreOptions> & { clock?: ManualClock } = {},
) {
  const clock = options.clock ?? new ManualClock()
  const store = await createStore({ clock, ...options })
  const door = createCustomerioDoor({
    region: 'us',
    keys: () => [usKey],
    keysElsewhere: () => [euKey],
    store,
    ...options,
    clock,
  })
  const post = (call: string, body: unknown, more: SendOptions = {}) =>
    send(door, `/v1/${call}`, body, more)
  /** Sends messages in strict mode and fails when one is not taken. */
  const take = async (...messages: readonly object[]) => {
    for (const message of messages) {
      const answer = await post('batch', { batch: [message] }, { strict: true })
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
    }
  }
  return { clock, store, door, post, take }
}

/** Runs `use` with a folder of its own. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'twin-cdp-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
