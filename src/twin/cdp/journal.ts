import { once } from 'node:events'
import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { finished } from 'node:stream/promises'
import { AuditError } from '../../core/index.ts'

/** One line of the journal: what we noted about a request, and its body when it was taken. */
export interface JournalLine {
  readonly head: string
  readonly body?: Buffer
}

/** Takes the lines of a journal that is being opened, oldest first. */
export type OnLine = (line: JournalLine) => void

const separator = ',"body":'
const newline = 0x0a
/** Bytes that may wait for the disk before senders have to. */
const maxWaitingBytes = 64 * 1024 * 1024

/**
 * An append-only file of JSON lines. A body is written as it was received, under `body`, so that a line costs no
 * second encoding; a half-written last line is cut off when the file is opened again.
 */
export class Journal {
  readonly #stream: WriteStream
  #broken: unknown

  private constructor(stream: WriteStream) {
    this.#stream = stream
    stream.on('error', (error) => {
      this.#broken = error
    })
  }

  /**
   * Opens the journal at `path`, hands its lines to `onLine`, and is then ready for more.
   *
   * @throws AuditError TWIN_JOURNAL when the file cannot be written, or holds what is not ours.
   */
  static async open(path: string, onLine: OnLine): Promise<Journal> {
    try {
      await mkdir(dirname(path), { recursive: true })
      const stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
      const journal = new Journal(stream)
      await once(stream, 'open')
      await truncate(path, await readLines(path, onLine))
      return journal
    } catch (cause) {
      const advice = 'choose another folder, or delete the file to begin anew'
      throw new AuditError('TWIN_JOURNAL', `The twin cannot use its journal ${path}: ${advice}.`, {
        cause,
      })
    }
  }

  /** Adds a line; `head` is the JSON text of an object without a member `body`. */
  append({ head, body }: JournalLine): void {
    if (this.#broken !== undefined) {
      throw new AuditError('TWIN_JOURNAL', 'The twin cannot write its journal: is the disk full?', {
        cause: this.#broken,
      })
    }
    if (body === undefined) {
      this.#stream.write(`${head}\n`)
      return
    }
    this.#stream.cork()
    this.#stream.write(`${head.slice(0, -1)}${separator}`)
    this.#stream.write(onOneLine(body))
    this.#stream.write('}\n')
    process.nextTick(() => this.#stream.uncork())
  }

  /** Resolves at once, or when the disk has caught up. */
  async room(): Promise<void> {
    if (this.#stream.writableLength <= maxWaitingBytes) return
    await new Promise<void>((resolve) => {
      this.#stream.once('drain', resolve)
      this.#stream.once('error', () => resolve())
    })
  }

  /** Writes what waits and closes the file. */
  async close(): Promise<void> {
    this.#stream.end()
    await finished(this.#stream)
  }
}

/** Line feeds in JSON are white space between values, never inside one: spaces will do. */
function onOneLine(body: Buffer): Buffer {
  if (!body.includes(newline)) return body
  const copy = Buffer.from(body)
  for (let at = copy.indexOf(newline); at >= 0; at = copy.indexOf(newline, at)) copy[at] = 0x20
  return copy
}

async function readLines(path: string, onLine: OnLine): Promise<number> {
  let wholeBytes = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    let from = 0
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer])
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
      onLine(lineOf(bytes.subarray(from, end)))
      from = end + 1
    }
    wholeBytes += from
    rest = bytes.subarray(from)
  }
  return wholeBytes
}

function lineOf(bytes: Buffer): JournalLine {
  // Heads hold our own words and never a value, so the first separator is ours.
  const at = bytes.indexOf(separator)
  if (at < 0) return { head: bytes.toString('utf8') }
  const body = Buffer.from(bytes.subarray(at + separator.length, -1))
  return { head: `${bytes.toString('utf8', 0, at)}}`, body }
}
