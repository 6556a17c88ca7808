import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/index.ts'
import type { DoorRequest, DoorResponse } from '../http/index.ts'
import { ApiError } from './api-error.ts'
import { type FederationPolicy, whyNot } from './federation.ts'

/** Who may come in. */
export interface Principal {
  readonly clientId: string
  readonly clientSecret: string
  /** A personal access token, which does not end. */
  readonly token: string
  /** Whose tokens are taken in exchange for one of the principal's; nobody's if left out. */
  readonly federation?: FederationPolicy
}

/** Gives out tokens and checks them. */
export interface SignIn {
  /**
   * `POST /oidc/v1/token`: an OAuth token for the client credentials, by Basic authentication or in the form, or in
   * exchange for one of an identity provider that the principal's federation policy trusts.
   */
  token(request: DoorRequest): DoorResponse
  /** `undefined` for a bearer that may come in; the refusal of the real service otherwise. */
  authorize(headers: DoorRequest['headers']): DoorResponse | undefined
}

/**
 * Signs its tokens with a key of this process: they end after `lifetimeMs` and with the process. They are shaped
 * like JSON Web Tokens, since the driver reads their `exp`. A wrong or ended token is answered 403, not 401, as the
 * real service does.
 */
export function createSignIn(principal: Principal, clock: Clock, lifetimeMs = 3_600_000): SignIn {
  const key = randomBytes(32)
  const signed = (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  return {
    token(request) {
      const form = new URLSearchParams(request.body.toString())
      const [id, secret] = clientOf(request.headers.authorization, form)
      const grant = form.get('grant_type')
      if (grant === exchangeGrant) {
        const refusal = refuseExchange(principal, form, clock)
        if (refusal !== undefined) return refusal
      } else if (grant !== 'client_credentials') {
        return oauthError(
          400,
          'unsupported_grant_type',
          'Only client_credentials and token-exchange are supported',
        )
      } else if (!isSame(id, principal.clientId) || !isSame(secret, principal.clientSecret)) {
        return oauthError(401, 'invalid_client', 'Client authentication failed')
      }
      const iat = Math.floor(clock.now() / 1000)
      const exp = iat + Math.floor(lifetimeMs / 1000)
      const jti = randomBytes(8).toString('hex')
      const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: id, iat, exp, jti })}`
      return {
        status: 200,
        body: {
          access_token: `${text}.${signed(text)}`,
          token_type: 'Bearer',
          expires_in: exp - iat,
          scope: form.get('scope') ?? 'all-apis',
        },
      }
    },
    authorize({ authorization }) {
      const bearer = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
      if (bearer === undefined) return noCredential.response()
      if (isSame(bearer, principal.token)) return undefined
      const end = bearer.lastIndexOf('.')
      const text = bearer.slice(0, Math.max(end, 0))
      if (!isSame(bearer.slice(end + 1), signed(text))) return invalidToken.response()
      return endOf(text) * 1000 > clock.now() ? undefined : invalidToken.response()
    },
  }
}

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** How the real service words a refusal is not known: ours says why, as a person who sets this up wants to know. */
function refuseExchange(
  { clientId, federation }: Principal,
  form: URLSearchParams,
  clock: Clock,
): DoorResponse | undefined {
  if (form.get('subject_token_type') !== 'urn:ietf:params:oauth:token-type:jwt') {
    return oauthError(400, 'invalid_request', 'subject_token_type has to be a JWT')
  }
  if (federation === undefined || !isSame(form.get('client_id') ?? '', clientId)) {
    return oauthError(401, 'invalid_client', 'No federation policy for this client')
  }
  const why = whyNot(federation, form.get('subject_token') ?? '', clock.now())
  return why === undefined ? undefined : oauthError(400, 'invalid_grant', `The token: ${why}`)
}

const noCredential = new ApiError(
  401,
  401,
  'Credential was not sent or was of an unsupported type for this API.',
  { headers: { 'www-authenticate': 'Bearer realm="DatabricksRealm"' } },
)

/** The real service sends the code as a number here, and as text everywhere else. */
export const invalidToken = new ApiError(403, 403, 'Invalid access token.', {
  headers: { 'x-databricks-reason-phrase': 'Invalid access token.' },
})

function clientOf(authorization: string | undefined, form: URLSearchParams): [string, string] {
  const basic = /^basic +(\S+)/i.exec(authorization ?? '')?.[1]
  if (basic === undefined) return [form.get('client_id') ?? '', form.get('client_secret') ?? '']
  const pair = Buffer.from(basic, 'base64').toString()
  const colon = pair.indexOf(':')
  return [pair.slice(0, Math.max(colon, 0)), pair.slice(colon + 1)]
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The `exp` of a token whose signature is good already. */
function endOf(text: string): number {
  const claims = Buffer.from(text.slice(text.indexOf('.') + 1), 'base64url').toString()
  return (JSON.parse(claims) as { exp: number }).exp
}

function oauthError(status: number, error: string, description: string): DoorResponse {
  return { status, body: { error, error_description: description } }
}

function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
