import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, codesOf } from '../../core/index.ts'
import type { DoorResponse } from '../http/contract.ts'

/** Where result links live. */
export const linkPrefix = '/cloudfetch/'

/** One result file and the signed address that downloads it. */
export interface ResultLink {
  readonly fileLink: string
  readonly expiryTime: number
  readonly bytesNum: number
}

/** Result files on local disk behind signed, expiring links, as cloud storage serves them. */
export class ResultFiles {
  readonly #clock: Clock
  readonly #origin: () => string
  readonly #lifeMs: number
  readonly #secret = randomBytes(32)
  #folder: Promise<string> | undefined
  readonly #counts = new Map<string, number>()

  /** `origin`: where links point, for example `https://localhost:8443`; `lifeMs`: how long a link works. */
  constructor(clock: Clock, origin: () => string, lifeMs: number) {
    this.#clock = clock
    this.#origin = origin
    this.#lifeMs = lifeMs
  }

  /** Stores a file of an operation. `isExpired` hands out a link whose time is already over. */
  async add(operationId: string, bytes: Buffer, isExpired: boolean): Promise<ResultLink> {
    const number = this.#counts.get(operationId) ?? 0
    this.#counts.set(operationId, number + 1)
    const folder = join(await this.#open(), operationId)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, String(number)), bytes, { mode: 0o600 })
    const expiryTime = this.#clock.now() + (isExpired ? -1000 : this.#lifeMs)
    const path = `${linkPrefix}${operationId}/${number}`
    return {
      fileLink: `${this.#origin()}${path}?expires=${expiryTime}&sig=${this.#sign(path, expiryTime)}`,
      expiryTime,
      bytesNum: bytes.length,
    }
  }

  /** Answers a download: 403 for a wrong or expired signature, 404 when the file is gone. */
  async serve(path: string, query: URLSearchParams): Promise<DoorResponse> {
    const expiryTime = Number(query.get('expires'))
    const given = Buffer.from(query.get('sig') ?? '', 'utf8')
    const expected = Buffer.from(this.#sign(path, expiryTime), 'utf8')
    const isSigned = given.length === expected.length && timingSafeEqual(given, expected)
    if (!isSigned) return storageError(403, 'The signature does not match.')
    if (this.#clock.now() >= expiryTime) return storageError(403, 'The link has expired.')
    const [operationId = '', number = ''] = path.slice(linkPrefix.length).split('/')
    try {
      const body = await readFile(join(await this.#open(), operationId, number))
      return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body }
    } catch (error) {
      if (!codesOf(error).includes('ENOENT')) throw error
      return storageError(404, 'The file does not exist any more.')
    }
  }

  /** Deletes the files of an operation. */
  async drop(operationId: string): Promise<void> {
    if (!this.#counts.delete(operationId)) return
    await rm(join(await this.#open(), operationId), { recursive: true, force: true })
  }

  /** Deletes all files. */
  async close(): Promise<void> {
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true })
    this.#folder = undefined
  }

  #open(): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'warehouse-results-'))
    return this.#folder
  }

  #sign(path: string, expiryTime: number): string {
    return createHmac('sha256', this.#secret).update(`${path}\n${expiryTime}`).digest('hex')
  }
}

/** What a storage service says when it refuses. */
export function storageError(status: number, message: string): DoorResponse {
  const code = status === 403 ? 'AccessDenied' : 'NoSuchKey'
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  }
}
