import { jsonOf, refused } from './answers.ts'
import type { HttpCall } from './http.ts'

/** A file in a volume. */
export interface VolumeFile {
  readonly path: string
  readonly bytes: number
}

/** Files and folders in volumes, by the Files API. Paths are absolute: `/Volumes/…`. */
export interface VolumeFiles {
  /** Creates a file; `exists` when one of that name is there already, which for our file names means done. */
  put(path: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'>
  /** The files directly in a folder, an empty list where there is none. */
  list(folder: string): Promise<VolumeFile[]>
  /** The paths of the folders directly in a folder, an empty list where there is none. */
  folders(folder: string): Promise<string[]>
  /** Removes a file; nothing happens where there is none. */
  delete(path: string): Promise<void>
  /** Removes an empty folder and is true then; one that is not there, or has something in it, is left as it is. */
  removeFolder(folder: string): Promise<boolean>
}

/** What a listing says of a file or folder. */
interface Entry {
  readonly path: string
  readonly file_size?: number
  readonly is_directory?: boolean
}

/** Files in volumes over calls that carry a token. */
export function volumeFiles(call: HttpCall): VolumeFiles {
  const entries = async (folder: string): Promise<Entry[]> => {
    const found: Entry[] = []
    let page = ''
    do {
      const query = page === '' ? '' : `?${new URLSearchParams({ page_token: page })}`
      const answer = await call({
        method: 'GET',
        path: `/api/2.0/fs/directories${encodePath(folder)}${query}`,
      })
      if (answer.status === 404) return found
      if (answer.status !== 200) {
        throw refused(answer, 'VOLUME_UNREADABLE', `${folder} cannot be listed; grant READ VOLUME`)
      }
      const listing = jsonOf(answer) as { contents?: Entry[]; next_page_token?: string }
      found.push(...(listing.contents ?? []))
      page = listing.next_page_token ?? ''
    } while (page !== '')
    return found
  }

  return {
    async put(path, bytes, signal) {
      const answer = await call({
        method: 'PUT',
        path: `/api/2.0/fs/files${encodePath(path)}?overwrite=false`,
        headers: { 'content-type': 'application/octet-stream' },
        body: bytes,
        ...(signal === undefined ? {} : { signal }),
      })
      if (answer.status === 200 || answer.status === 201 || answer.status === 204) return 'created'
      if (answer.status === 409) return 'exists'
      throw refused(
        answer,
        answer.status === 404 ? 'VOLUME_MISSING' : 'UPLOAD_REFUSED',
        `${folderOf(path)} takes no files; run "customerio-jobs setup" or grant WRITE VOLUME`,
      )
    },
    async list(folder) {
      return (await entries(folder)).flatMap((entry) =>
        entry.is_directory === true ? [] : [{ path: entry.path, bytes: entry.file_size ?? 0 }],
      )
    },
    async folders(folder) {
      return (await entries(folder)).flatMap((entry) =>
        entry.is_directory === true ? [entry.path] : [],
      )
    },
    async delete(path) {
      const answer = await call({ method: 'DELETE', path: `/api/2.0/fs/files${encodePath(path)}` })
      if (answer.status >= 400 && answer.status !== 404) {
        throw refused(answer, 'DELETE_REFUSED', `${path} cannot be removed; grant WRITE VOLUME`)
      }
    },
    async removeFolder(folder) {
      const answer = await call({
        method: 'DELETE',
        path: `/api/2.0/fs/directories${encodePath(folder)}`,
      })
      if (answer.status < 300) return true
      // 400 is how the service says that a folder is not empty.
      if (answer.status === 404 || answer.status === 400) return false
      throw refused(answer, 'DELETE_REFUSED', `${folder} cannot be removed; grant WRITE VOLUME`)
    },
  }
}

function folderOf(path: string): string {
  return path.split('/').slice(0, 5).join('/')
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
