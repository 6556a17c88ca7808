import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow'
import { codesOf, SourceError } from '../core/index.ts'
import type { ArrowPage } from '../warehouse/index.ts'

/** Where spool files lie and how much disk they may take. */
export interface SpoolOptions {
  /** A folder of our own; created with access for this user only. Default: below the system's temporary folder. */
  readonly folder?: string
  readonly limitBytes: number
}

/** Rows drained from the warehouse to local disk, to be sent at the destination's pace. */
export interface Spool {
  readonly rows: number
  readonly bytes: number
  readonly schema: Schema
  /** The spooled record batches, in order. Can be read more than once. */
  batches(): AsyncGenerator<RecordBatch>
  /** Removes the file. */
  remove(): void
}

const suffix = '.arrows'
const staleMs = 24 * 3600_000

/**
 * Writes all pages to one file at full speed. The warehouse is free again before the first row is sent: results that
 * are read slowly are evicted by the service and cannot be resumed. The file is readable by this user only.
 */
export async function spool(
  pages: AsyncIterable<ArrowPage>,
  name: string,
  options: SpoolOptions,
  onPage: (rows: number) => void = () => {},
): Promise<Spool> {
  const folder = options.folder ?? join(tmpdir(), `customerio-jobs-${process.getuid?.() ?? 'user'}`)
  const path = join(folder, `${name}-${process.pid}-${Date.now()}${suffix}`)
  let bytes = 0
  let rows = 0
  let schema: Schema | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    sweep(folder)
    const file = await open(path, 'wx', 0o600)
    try {
      for await (const page of pages) {
        schema ??= RecordBatchReader.from(page.messages).open().schema
        const size = page.messages.reduce((sum, message) => sum + message.byteLength, 0)
        bytes += size + 4
        rows += page.rows
        if (bytes > options.limitBytes) throw overLimit(options.limitBytes, bytes, rows)
        if (page.rows > 0) await append(file, page, size)
        onPage(rows)
      }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (existsSync(path)) rmSync(path)
    throw diskError(error, folder)
  }
  if (schema === undefined) {
    rmSync(path, { force: true })
    throw new SourceError('READ_BROKEN', 'the read gave no schema', { disposition: 'retry' })
  }
  return {
    rows,
    bytes,
    schema,
    batches: () => readBack(path),
    remove: () => rmSync(path, { force: true }),
  }
}

async function append(file: FileHandle, page: ArrowPage, size: number): Promise<void> {
  const length = Buffer.allocUnsafe(4)
  length.writeUInt32LE(size)
  // A short write leaves the rest to write: writev alone may stop half way on a full disk.
  const whole = Buffer.concat([length, ...page.messages])
  for (let at = 0; at < whole.length; ) {
    at += (await file.write(whole, at, whole.length - at)).bytesWritten
  }
}

async function* readBack(path: string): AsyncGenerator<RecordBatch> {
  const file = await open(path, 'r')
  try {
    const length = Buffer.allocUnsafe(4)
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(length, 0, 4, at)
      if (bytesRead === 0) return
      const page = Buffer.allocUnsafe(length.readUInt32LE())
      await readFully(file, page, at + 4)
      at += 4 + page.length
      for (const batch of RecordBatchReader.from(page)) yield batch
    }
  } finally {
    await file.close()
  }
}

async function readFully(file: FileHandle, into: Buffer, from: number): Promise<void> {
  for (let at = 0; at < into.length; ) {
    const { bytesRead } = await file.read(into, at, into.length - at, from + at)
    if (bytesRead === 0)
      throw new SourceError('SPOOL_LOST', 'the spool file is shorter than what was written')
    at += bytesRead
  }
}

/** Files of processes that died are removed at the next start. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith(suffix))) {
    const path = join(folder, name)
    const pid = Number(name.match(/-(\d+)-\d+\.arrows$/)?.[1])
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!isAlive(pid) || (stat !== undefined && Date.now() - stat.mtimeMs > staleMs)) {
      rmSync(path, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codesOf(error).includes('EPERM')
  }
}

/** Says how many rows fitted, so that the reader knows in how many parts to read them. */
function overLimit(limitBytes: number, bytes: number, rows: number): SourceError {
  return new SourceError(
    'SPOOL_FULL',
    `the rows of this window need more than the ${Math.round(limitBytes / 1048576)} MB of disk that spooling may use; raise CUSTOMERIO_JOBS_SPOOL_LIMIT_MB or read fewer rows`,
    { context: { rowsThatFit: Math.floor((rows * limitBytes) / bytes) } },
  )
}

function diskError(error: unknown, folder: string): unknown {
  const code = codesOf(error).find((name) =>
    ['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS', 'EACCES', 'EPERM', 'ENOTDIR', 'EEXIST'].includes(name),
  )
  return code === undefined
    ? error
    : new SourceError(
        'SPOOL_FULL',
        `${folder} takes no more rows (${code}); free disk there or set CUSTOMERIO_JOBS_SPOOL to another folder`,
        {
          cause: error,
        },
      )
}
