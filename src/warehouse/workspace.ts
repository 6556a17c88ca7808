import { type Clock, type Json, type Log, SourceError } from '../core/index.ts'
import { jsonOf, refused } from './answers.ts'
import { type HttpAnswer, type HttpRequest, httpCalls } from './http.ts'
import { type Inquiries, inquiries } from './inquiries.ts'
import { inheritedLauncher, type Launcher } from './launcher.ts'
import type { TokenSource } from './ports.ts'
import { type Credentials, launcherTokens, tokenSource } from './token.ts'
import { type VolumeFiles, volumeFiles } from './volume-files.ts'

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

/** The workspace's REST calls this product needs: tokens, secrets, files in volumes, the warehouse's state. */
export interface Workspace extends VolumeFiles, Inquiries {
  readonly token: TokenSource
  /** The text of a secret. Needs READ on the scope. */
  secret(scope: string, key: string): Promise<string>
  /** Leaves a value for later tasks of the job, where a Databricks task is what started us; does nothing elsewhere. */
  setTaskValue(key: string, value: Json): void
  /** Starts the warehouse if it is stopped and waits until it runs, at most `withinMs`. */
  startWarehouse(id: string, withinMs?: number, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Opens the workspace's REST side. Nothing is called before it is needed. */
export function openWorkspace(settings: WorkspaceSettings): Workspace {
  const { clock, log, credentials } = settings
  const http = httpCalls(settings)
  const github =
    credentials.kind === 'github'
      ? httpCalls({ ...settings, origin: new URL(credentials.request.url).origin })
      : undefined
  let launcher: Launcher | undefined
  let token: TokenSource
  if (credentials.kind === 'launcher') {
    launcher = inheritedLauncher(credentials.pipes)
    token = launcherTokens(launcher)
  } else {
    token = tokenSource(credentials, http.call, clock, github?.call)
  }

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
    ...volumeFiles(call),
    ...inquiries(http.call, call),
    async secret(scope, key) {
      if (launcher !== undefined) return launcher.secret(scope, key)
      const query = new URLSearchParams({ scope, key })
      const answer = await call({ method: 'GET', path: `/api/2.0/secrets/get?${query}` })
      if (answer.status !== 200) {
        throw refused(
          answer,
          'SECRET_MISSING',
          `secret://${scope}/${key} cannot be read; create it with "databricks secrets put-secret ${scope} ${key}" and grant READ on the scope`,
        )
      }
      return Buffer.from(String(jsonOf(answer).value ?? ''), 'base64').toString('utf8')
    },
    setTaskValue: (key, value) => launcher?.setTaskValue(key, value),
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
        const state = String(jsonOf(answer).state)
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
    async close() {
      launcher?.close()
      await http.close()
      await github?.close()
    },
  }
}
