import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'

/** Whose tokens a workspace takes for those of its service principal, in the words of a federation policy. */
export interface FederationPolicy {
  readonly issuer: string
  /** One of them has to be the token's. */
  readonly audiences: readonly string[]
  readonly subject: string
  /** The issuer's public keys, as its JWKS has them. The twin asks nobody for them. */
  readonly keys: readonly (JsonWebKey & { readonly kid?: string })[]
}

/** Why a token is not good under a policy, in our own words; undefined where it is. RS256 alone is taken. */
export function whyNot(policy: FederationPolicy, token: string, now: number): string | undefined {
  const [head = '', body = '', signature = '', ...more] = token.split('.')
  const header = parsed(head)
  const claims = parsed(body)
  if (header === undefined || claims === undefined || more.length > 0) return 'it is no JWT'
  const key = policy.keys.find(({ kid }) => kid === header.kid)
  if (header.alg !== 'RS256' || key === undefined) return 'it is signed by an unknown key'
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${body}`),
    createPublicKey({ key, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  )
  if (!isSigned) return 'its signature is wrong'
  if (claims.iss !== policy.issuer) return 'its issuer is another one'
  if (claims.sub !== policy.subject) return 'its subject is another one'
  const audiences: unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud]
  if (!policy.audiences.some((one) => audiences.includes(one))) return 'its audience is another one'
  return Number(claims.exp) * 1000 > now ? undefined : 'it has ended'
}

function parsed(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
