import { mkdir, readdir, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codesOf } from '../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError, badRequest } from './api-error.ts'
import { resolvePath, type VolumePath, type Volumes } from './volume-path.ts'

const largestPage = 1000

/** `PUT|GET|HEAD|DELETE /api/2.0/fs/directories/Volumes/…`; listings come sorted, in pages of at most 1000. */
export async function handleDirectories(
  volumes: Volumes,
  request: DoorRequest,
): Promise<DoorResponse | undefined> {
  const at = await resolvePath(volumes, request.path.slice('/api/2.0/fs/directories'.length))
  switch (request.method) {
    case 'PUT':
      await create(at)
      return { status: 204 }
    case 'HEAD':
      await mustBeThere(at)
      return { status: 200 }
    case 'GET':
      await mustBeThere(at)
      return { status: 200, body: await list(at, request.query) }
    case 'DELETE':
      await mustBeThere(at)
      await remove(at)
      return { status: 204 }
    default:
      return undefined
  }
}

async function list(at: VolumePath, query: URLSearchParams): Promise<object> {
  const after = afterOf(query.get('page_token'))
  const asked = Number(query.get('page_size') ?? 0) || largestPage
  const size = Math.min(Math.max(asked, 1), largestPage)
  const names = (await readdir(at.local)).sort()
  const rest = after === undefined ? names : names.filter((name) => name > after)
  const page = rest.slice(0, size)
  const contents = (await Promise.all(page.map((name) => entryOf(at, name)))).filter(Boolean)
  const last = page.at(-1)
  if (rest.length <= page.length || last === undefined) return { contents }
  return { contents, next_page_token: Buffer.from(last).toString('base64url') }
}

async function entryOf(at: VolumePath, name: string): Promise<object | undefined> {
  // A file may go between the listing and the look at it; it is left out then, as if it had gone before.
  const found = await stat(join(at.local, name)).catch(() => undefined)
  if (found === undefined) return undefined
  const entry = { path: `${at.path}/${name}`, name, is_directory: found.isDirectory() }
  const last_modified = Math.floor(found.mtimeMs)
  return found.isDirectory() ? entry : { ...entry, file_size: found.size, last_modified }
}

async function create(at: VolumePath): Promise<void> {
  try {
    await mkdir(at.local, { recursive: true })
  } catch (error) {
    if (!codesOf(error).some((code) => code === 'EEXIST' || code === 'ENOTDIR')) throw error
    throw new ApiError(409, 'ALREADY_EXISTS', 'The directory being created is the path of a file.')
  }
}

async function remove(at: VolumePath): Promise<void> {
  if (at.isRoot) throw badRequest('Invalid path: a volume is removed with DROP VOLUME')
  try {
    await rmdir(at.local)
  } catch (error) {
    if (!codesOf(error).includes('ENOTEMPTY')) throw error
    throw new ApiError(400, 'BAD_REQUEST', 'The directory is not empty.', {
      reason: 'FILES_API_DIRECTORY_IS_NOT_EMPTY',
    })
  }
}

async function mustBeThere(at: VolumePath): Promise<void> {
  const found = await stat(at.local).catch(() => undefined)
  if (found?.isDirectory() !== true) {
    throw new ApiError(404, 'NOT_FOUND', 'The directory being accessed is not found.')
  }
}

function afterOf(token: string | null): string | undefined {
  return token === null || token === '' ? undefined : Buffer.from(token, 'base64url').toString()
}
