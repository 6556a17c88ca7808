import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { codesOf } from '../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError } from './api-error.ts'
import { resolvePath, type VolumePath, type Volumes } from './volume-path.ts'

/**
 * `PUT|GET|HEAD|DELETE /api/2.0/fs/files/Volumes/…`. An upload is on disk before it is answered, and appears under
 * its name whole or not at all; `staging` is a folder for unfinished ones on the volumes' file system.
 */
export async function handleFiles(
  volumes: Volumes,
  staging: string,
  request: DoorRequest,
): Promise<DoorResponse | undefined> {
  const at = await resolvePath(volumes, request.path.slice('/api/2.0/fs/files'.length))
  switch (request.method) {
    case 'PUT':
      return await put(at, staging, request)
    case 'GET':
      return {
        status: 200,
        headers: await headersOf(at),
        body: await readFile(at.local).catch(gone),
      }
    case 'HEAD':
      return { status: 200, headers: await headersOf(at) }
    case 'DELETE':
      await headersOf(at)
      await unlink(at.local).catch(gone)
      return { status: 204 }
    default:
      return undefined
  }
}

async function put(
  at: VolumePath,
  staging: string,
  { query, body }: DoorRequest,
): Promise<DoorResponse> {
  const temporary = join(staging, randomBytes(12).toString('hex'))
  await mkdir(staging, { recursive: true })
  await writeDurably(temporary, body)
  try {
    await mkdir(dirname(at.local), { recursive: true })
    // A link fails when the name is taken, whoever took it; a rename replaces.
    if (query.get('overwrite') === 'false') await link(temporary, at.local)
    else await rename(temporary, at.local)
    await syncFolder(dirname(at.local))
  } catch (error) {
    if (isTaken(error)) {
      throw new ApiError(409, 'ALREADY_EXISTS', 'The file being created already exists.')
    }
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
  return { status: 204 }
}

async function headersOf(at: VolumePath): Promise<Record<string, string>> {
  const found = await stat(at.local).catch(() => undefined)
  if (found?.isFile() !== true) throw notFound
  return {
    'content-type': 'application/octet-stream',
    'content-length': String(found.size),
    'last-modified': found.mtime.toUTCString(),
  }
}

const notFound = new ApiError(404, 'NOT_FOUND', 'The file being accessed is not found.')

/** Somebody else may delete the file after it was found. */
function gone(error: unknown): never {
  throw codesOf(error).includes('ENOENT') ? notFound : error
}

/** Also true when a folder stands where the file should, or a file where a folder should. */
function isTaken(error: unknown): boolean {
  const codes = codesOf(error)
  return ['EEXIST', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY'].some((code) => codes.includes(code))
}

async function writeDurably(file: string, body: Buffer): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(body)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
