import { type Clock, SourceError } from '../core/index.ts'
import { exchangeForm, type GithubCredentials, githubIdToken } from './github.ts'
import type { HttpCall } from './http.ts'
import type { Launcher, LauncherPipes } from './launcher.ts'
import type { TokenSource } from './ports.ts'

/** How the process proves who it is. */
export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string }
  | GithubCredentials
  /** The launcher of a Databricks task says who we are, over pipes that the process inherited from it. */
  | { readonly kind: 'launcher'; readonly pipes: LauncherPipes }

/** Tokens are renewed this long before they end. */
const renewBeforeMs = 60_000

/**
 * A token source for the credentials. OAuth tokens come from the workspace's own `/oidc/v1/token` (for client
 * credentials, or for a token of GitHub Actions), are kept until a minute before they end, and are asked for once however
 * many callers wait.
 *
 * @param github calls to where GitHub's token comes from
 */
export function tokenSource(
  credentials: Exclude<Credentials, { readonly kind: 'launcher' }>,
  call: HttpCall,
  clock: Clock,
  github: HttpCall = call,
): TokenSource {
  if (credentials.kind === 'token') return async () => credentials.token
  let current: { token: string; until: number } | undefined
  let pending: Promise<string> | undefined
  const renew = async () => {
    const { status, body } = await call({
      method: 'POST',
      path: '/oidc/v1/token',
      ...(await proof(credentials, github)),
    })
    const answer = parse(body)
    if (status !== 200 || typeof answer.access_token !== 'string') {
      throw new SourceError(
        'UNAUTHENTICATED',
        `the workspace gave no OAuth token (status ${status}); check ${
          credentials.kind === 'github'
            ? 'DATABRICKS_CLIENT_ID, and that the federation policy of that service principal names this repository, this environment and DATABRICKS_TOKEN_AUDIENCE'
            : 'DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET'
        }`,
        { context: { status } },
      )
    }
    const seconds = typeof answer.expires_in === 'number' ? answer.expires_in : 3600
    current = { token: answer.access_token, until: clock.now() + seconds * 1000 }
    return current.token
  }
  return async (fresh = false) => {
    if (!fresh && current !== undefined && clock.now() < current.until - renewBeforeMs) {
      return current.token
    }
    pending ??= renew().finally(() => {
      pending = undefined
    })
    return pending
  }
}

/** What goes to the token endpoint. */
async function proof(
  credentials: Exclude<Credentials, { readonly kind: 'launcher' | 'token' }>,
  github: HttpCall,
): Promise<Pick<Parameters<HttpCall>[0], 'headers' | 'body'>> {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  if (credentials.kind === 'github') {
    return {
      headers: form,
      body: exchangeForm(credentials, await githubIdToken(github, credentials)),
    }
  }
  const { clientId, clientSecret } = credentials
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  return {
    headers: { ...form, authorization: `Basic ${basic}` },
    body: 'grant_type=client_credentials&scope=all-apis',
  }
}

/**
 * Asks the launcher each time, once however many callers wait. When it is gone, the last token it gave is used: it
 * still holds for a while, and a run that stops because its launcher died has outcomes to write down.
 */
export function launcherTokens(launcher: Pick<Launcher, 'token'>): TokenSource {
  let last: string | undefined
  let pending: Promise<string> | undefined
  const ask = async () => {
    try {
      last = await launcher.token()
      return last
    } catch (error) {
      if (last !== undefined && error instanceof SourceError && error.code === 'LAUNCHER_GONE') {
        return last
      }
      throw error
    }
  }
  return () => {
    pending ??= ask().finally(() => {
      pending = undefined
    })
    return pending
  }
}

function parse(body: string): { access_token?: unknown; expires_in?: unknown } {
  try {
    return JSON.parse(body) as { access_token?: unknown }
  } catch {
    return {}
  }
}
