import { realpath } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { ApiError, badRequest } from './api-error.ts'

/** The volumes there are, and where each stands on the local disk. */
export interface Volumes {
  hasVolume(catalog: string, schema: string, volume: string): boolean
  /** The folder of `/Volumes/<catalog>/<schema>/<volume>`. */
  volumePath(path: string): string
}

/** A path of the Files API, checked. */
export interface VolumePath {
  /** As the API writes it: `/Volumes/…`. */
  readonly path: string
  /** The local file or folder; always inside the volume's folder. */
  readonly local: string
  /** True for the volume itself. */
  readonly isRoot: boolean
}

/**
 * Resolves what follows `/api/2.0/fs/files` or `/api/2.0/fs/directories`. It is decoded once, whole, and split after
 * that, so that an encoded slash or dot means what a plain one does; `.`, `..`, empty steps and symbolic links that
 * lead out of the volume are refused.
 *
 * @throws ApiError 400 for a path outside of volumes, 404 NOT_FOUND for a volume that is not there.
 */
export async function resolvePath(volumes: Volumes, encoded: string): Promise<VolumePath> {
  const path = decode(encoded).replace(/\/$/, '')
  const [, root = '', catalog, schema, volume, ...steps] = path.split('/')
  if (root !== 'Volumes')
    throw badRequest(`Invalid path: unsupported first path component: ${root}`)
  if (!catalog) throw badRequest('Invalid path: Path is missing a catalog name')
  if (!schema) throw badRequest('Invalid path: Path is missing a schema name')
  if (!volume) throw badRequest('Invalid path: Path is missing a volume name')
  const names = [catalog, schema, volume, ...steps]
  if (names.some((step) => step === '' || step === '.' || step === '..' || step.includes('\0'))) {
    throw badRequest('Invalid path: Path has an empty or relative component')
  }
  if (!volumes.hasVolume(catalog, schema, volume)) {
    throw new ApiError(404, 'NOT_FOUND', `Volume '${catalog}.${schema}.${volume}' does not exist.`)
  }
  const folder = volumes.volumePath(`/Volumes/${catalog}/${schema}/${volume}`)
  const local = join(folder, ...steps)
  if (!(await isInside(await realpath(folder), local))) {
    throw badRequest('Invalid path: Path leads out of the volume')
  }
  return { path, local, isRoot: steps.length === 0 }
}

/** Looks at the deepest part of the path that is there; what is not there cannot be a link. */
async function isInside(folder: string, path: string): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined) return await isInside(folder, dirname(path))
  return real === folder || real.startsWith(`${folder}${sep}`)
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw badRequest('Invalid path: Path is not percent-encoded UTF-8')
  }
}
