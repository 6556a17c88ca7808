import { isError, SourceError } from '../core/index.ts'
import type { HttpCall } from './http.ts'

/** How a job of GitHub Actions proves to a workspace which repository, and which environment of it, it runs for. */
export interface GithubCredentials {
  readonly kind: 'github'
  /** Application id of the service principal whose federation policy trusts the repository. */
  readonly clientId: string
  /** Whom the token is made out to; the policy names the same. */
  readonly audience: string
  /** What the runner gives to a job with `permissions: id-token: write`. */
  readonly request: { readonly url: string; readonly token: string }
}

/**
 * A token in which GitHub says who runs: a few minutes old at most, so one is asked for each exchange. Throws SourceError
 * GITHUB_TOKEN. Source: GitHub's pages on OpenID Connect in Actions.
 *
 * @param call calls to the origin of the request's address
 */
export async function githubIdToken(
  call: HttpCall,
  { audience, request }: Pick<GithubCredentials, 'audience' | 'request'>,
): Promise<string> {
  const { pathname, searchParams } = new URL(request.url)
  searchParams.set('audience', audience)
  const authorization = `Bearer ${request.token}`
  const path = `${pathname}?${searchParams}`
  const answer = await call({ method: 'GET', path, headers: { authorization } }).catch(
    (error: unknown) => {
      throw noToken(isError(error) ? error.name : 'no answer', error)
    },
  )
  const value = answer.status === 200 ? tokenIn(answer.body) : undefined
  if (value === undefined) throw noToken(`status ${answer.status}`)
  return value
}

/** The body of the exchange for a token of the workspace (RFC 8693), as Databricks documents it. */
export function exchangeForm({ clientId }: Pick<GithubCredentials, 'clientId'>, idToken: string) {
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    subject_token: idToken,
    client_id: clientId,
    scope: 'all-apis',
  }).toString()
}

function tokenIn(body: string): string | undefined {
  try {
    const { value } = JSON.parse(body) as { value?: unknown }
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

function noToken(what: string, cause?: unknown): SourceError {
  return new SourceError(
    'GITHUB_TOKEN',
    `GitHub gave no identity token (${what}); the job of the workflow needs "permissions: id-token: write"`,
    cause === undefined ? {} : { cause },
  )
}
