import { mkdir, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { codesOf } from '../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError } from './api-error.ts'
import { decoded, jsonOf, required } from './request-json.ts'
import type { Tree } from './tree.ts'

const importFile = '/api/2.0/workspace-files/import-file/'

/**
 * The calls on files of the workspace: `GET /api/2.0/workspace/get-status`, `list`, `export`; `POST …/mkdirs`,
 * `delete`; `POST /api/2.0/workspace-files/import-file/<path>`. Everything is a file or a directory: there are no
 * notebooks.
 */
export async function handleObjects(
  tree: Tree,
  { method, path, query, body }: DoorRequest,
): Promise<DoorResponse | undefined> {
  if (path.startsWith(importFile)) {
    if (method !== 'POST') return undefined
    const overwrite = query.get('overwrite') === 'true'
    return await write(tree, `/${decoded(path.slice(importFile.length))}`, body, overwrite)
  }
  switch (`${method} ${path.slice('/api/2.0/workspace/'.length)}`) {
    case 'GET get-status':
      return { status: 200, body: await describe(tree, required(query, 'path')) }
    case 'GET list':
      return { status: 200, body: await list(tree, required(query, 'path')) }
    case 'GET export':
      return await exported(tree, required(query, 'path'), query.get('direct_download') === 'true')
    case 'POST mkdirs':
      return await makeFolder(tree, jsonOf(body, z.object({ path: z.string() })).path)
    case 'POST delete':
      return await remove(tree, jsonOf(body, Delete))
    default:
      return undefined
  }
}

const Delete = z.object({ path: z.string(), recursive: z.boolean().default(false) })

/** The local path of something that is there, and what it is. */
async function find(tree: Tree, path: string) {
  const local = tree.local(path)
  const found = await stat(local).catch(() => undefined)
  if (found === undefined) throw missing(path)
  return { local, found }
}

async function describe(tree: Tree, path: string): Promise<object> {
  const { found } = await find(tree, path)
  const isFolder = found.isDirectory()
  return {
    object_type: isFolder ? 'DIRECTORY' : 'FILE',
    path,
    object_id: found.ino,
    resource_id: String(found.ino),
    ...(isFolder ? {} : { size: found.size }),
    created_at: Math.floor(found.birthtimeMs),
    modified_at: Math.floor(found.mtimeMs),
  }
}

async function list(tree: Tree, path: string): Promise<object> {
  const { local, found } = await find(tree, path)
  if (!found.isDirectory()) return { objects: [await describe(tree, path)] }
  const names = (await readdir(local)).sort()
  const folder = path.replace(/\/$/, '')
  return { objects: await Promise.all(names.map((name) => describe(tree, `${folder}/${name}`))) }
}

async function exported(tree: Tree, path: string, isRaw: boolean): Promise<DoorResponse> {
  const { local, found } = await find(tree, path)
  if (found.isDirectory()) {
    throw new ApiError(
      501,
      'NOT_IMPLEMENTED',
      `The twin exports files only; ${path} is a directory.`,
    )
  }
  const content = await readFile(local)
  if (!isRaw) return { status: 200, body: { content: content.toString('base64') } }
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content }
}

async function makeFolder(tree: Tree, path: string): Promise<DoorResponse> {
  try {
    await mkdir(tree.local(path), { recursive: true })
  } catch (error) {
    if (!codesOf(error).some((code) => code === 'EEXIST' || code === 'ENOTDIR')) throw error
    throw new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Path (${path}) leads through a file.`)
  }
  return done
}

async function write(
  tree: Tree,
  path: string,
  body: Buffer,
  overwrite: boolean,
): Promise<DoorResponse> {
  try {
    // Without `overwrite` only one of several writers may win: locks rest on that.
    await writeFile(tree.local(path), body, { flag: overwrite ? 'w' : 'wx' })
  } catch (error) {
    const codes = codesOf(error)
    if (codes.includes('ENOENT')) throw noParent(path)
    if (!['EEXIST', 'EISDIR', 'ENOTDIR'].some((code) => codes.includes(code))) throw error
    throw new ApiError(409, 'RESOURCE_ALREADY_EXISTS', `Path (${path}) already exists.`)
  }
  return done
}

async function remove(
  tree: Tree,
  { path, recursive }: z.output<typeof Delete>,
): Promise<DoorResponse> {
  const { local, found } = await find(tree, path)
  if (recursive || !found.isDirectory()) await rm(local, { recursive })
  else {
    await rmdir(local).catch((error: unknown) => {
      if (!codesOf(error).includes('ENOTEMPTY')) throw error
      throw new ApiError(400, 'DIRECTORY_NOT_EMPTY', `Folder ${path} is not empty`)
    })
  }
  return done
}

const done: DoorResponse = { status: 200, body: {} }

function missing(path: string): ApiError {
  return new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', `Path (${path}) doesn't exist.`)
}

function noParent(path: string): ApiError {
  const message = `The parent folder (${dirname(path)}) does not exist.`
  return new ApiError(404, 'RESOURCE_DOES_NOT_EXIST', message)
}
