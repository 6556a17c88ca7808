import { type Clock, type Log, SourceError } from '../core/index.ts'
import { type HttpAnswer, type HttpRequest, httpCalls } from './http.ts'
import type { TokenSource } from './ports.ts'
import { type Credentials, tokenSource } from './token.ts'

/** Where the workspace is and who we are there. */
export interface WorkspaceSettings {
  /** `https://…`, without a path. */
  readonly origin: string
  readonly credentials: Credentials
  /** Extra certificate authority in PEM; Node's own roots stay trusted unless it is set. */
  readonly ca?: string
  readonly clock: Clock
  readonly log: Log
  /** How long a REST call may be repeated, in ms. Default 5 minutes. */
  readonly budgetMs?: number
}

/** A file in a volume. */
export interface VolumeFile {
  readonly path: string
  readonly bytes: number
}

/** The workspace's REST calls this product needs: tokens, secrets, files in volumes, the warehouse's state. */
export interface Workspace {
  readonly token: TokenSource
  /** The text of a secret. Needs READ on the scope. */
  secret(scope: string, key: string): Promise<string>
  /** Creates a file; `exists` when one of that name is there already, which for our file names means done. */
  put(path: string, bytes: Uint8Array, signal?: AbortSignal): Promise<'created' | 'exists'>
  /** The files directly in a folder, an empty list where there is none. */
  list(folder: string): Promise<VolumeFile[]>
  /** Removes a file; nothing happens where there is none. */
  delete(path: string): Promise<void>
  /** Starts the warehouse if it is stopped and waits until it runs, at most `withinMs`. */
  startWarehouse(id: string, withinMs?: number, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Opens the workspace's REST side. Nothing is called before it is needed. */
export function openWorkspace(settings: WorkspaceSettings): Workspace {
  const { clock, log } = settings
  const http = httpCalls(settings)
  const token = tokenSource(settings.credentials, http.call, clock)

  /** One call with a token; a refused token is renewed once. The service answers 403 for a token that is not valid. */
  const call = async (request: HttpRequest): Promise<HttpAnswer> => {
    const send = async (fresh: boolean) =>
      http.call({
        ...request,
        headers: { ...request.headers, authorization: `Bearer ${await token(fresh)}` },
      })
    const answer = await send(false)
    return answer.status === 401 || answer.status === 403 ? send(true) : answer
  }

  return {
    token,
    async secret(scope, key) {
      const query = new URLSearchParams({ scope, key })
      const answer = await call({ method: 'GET', path: `/api/2.0/secrets/get?${query}` })
      if (answer.status !== 200) {
        throw refused(
          answer,
          'SECRET_MISSING',
          `secret://${scope}/${key} cannot be read; create it with "databricks secrets put-secret ${scope} ${key}" and grant READ on the scope`,
        )
      }
      return Buffer.from(String(json(answer).value ?? ''), 'base64').toString('utf8')
    },
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
      const files: VolumeFile[] = []
      let page = ''
      do {
        const query = page === '' ? '' : `?${new URLSearchParams({ page_token: page })}`
        const answer = await call({
          method: 'GET',
          path: `/api/2.0/fs/directories${encodePath(folder)}${query}`,
        })
        if (answer.status === 404) return files
        if (answer.status !== 200) {
          throw refused(
            answer,
            'VOLUME_UNREADABLE',
            `${folder} cannot be listed; grant READ VOLUME`,
          )
        }
        const { contents, next_page_token } = json(answer) as {
          contents?: { path: string; file_size?: number; is_directory?: boolean }[]
          next_page_token?: string
        }
        for (const entry of contents ?? []) {
          if (entry.is_directory !== true) {
            files.push({ path: entry.path, bytes: entry.file_size ?? 0 })
          }
        }
        page = next_page_token ?? ''
      } while (page !== '')
      return files
    },
    async delete(path) {
      const answer = await call({ method: 'DELETE', path: `/api/2.0/fs/files${encodePath(path)}` })
      if (answer.status >= 400 && answer.status !== 404) {
        throw refused(answer, 'DELETE_REFUSED', `${path} cannot be removed; grant WRITE VOLUME`)
      }
    },
    async startWarehouse(id, withinMs = 600_000, signal) {
      const deadline = clock.now() + withinMs
      const path = `/api/2.0/sql/warehouses/${encodeURIComponent(id)}`
      let asked = false
      for (;;) {
        const answer = await call({ method: 'GET', path })
        // Without the right to look, the warehouse is left to start itself at the first statement.
        if (answer.status === 403) return
        if (answer.status !== 200) {
          throw refused(
            answer,
            'WAREHOUSE_MISSING',
            `warehouse ${id} is not there; check DATABRICKS_WAREHOUSE_ID`,
          )
        }
        const state = String(json(answer).state)
        if (state === 'RUNNING') return
        if (state === 'DELETED' || state === 'DELETING') {
          throw new SourceError('WAREHOUSE_MISSING', `warehouse ${id} is being deleted`)
        }
        if (!asked) {
          log.info('the warehouse is starting', { warehouse: id, state })
          await call({ method: 'POST', path: `${path}/start` })
          asked = true
        }
        if (clock.now() > deadline) {
          throw new SourceError(
            'WAREHOUSE_UNAVAILABLE',
            `warehouse ${id} did not start within ${Math.round(withinMs / 1000)} s; look at its page in the workspace`,
          )
        }
        await clock.sleep(1000, signal)
      }
    },
    close: http.close,
  }
}

function json(answer: HttpAnswer): Record<string, unknown> {
  try {
    return JSON.parse(answer.body) as Record<string, unknown>
  } catch {
    return {}
  }
}

function refused(answer: HttpAnswer, code: string, message: string): SourceError {
  const said = String(json(answer).error_code ?? `status ${answer.status}`)
  const denied = answer.status === 401 || answer.status === 403
  return new SourceError(denied ? 'PERMISSION_DENIED' : code, `${message} (${said})`, {
    context: { status: answer.status },
  })
}

function folderOf(path: string): string {
  return path.split('/').slice(0, 5).join('/')
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
